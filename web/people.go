package web

import (
	"net/http"

	"authpocket/web/session"
	"authpocket/web/view/changes"
)

// showPeople handles the "GET /people" route: the accounts of people who can no longer sign in. It compares them again
// each time.
func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	found, err := s.engine(p).People(r.Context(), p.Spec)
	if s.noLink(w, r, sess, err) {
		return
	}
	if err != nil {
		s.fail(w, r, sess, err, "/people")
		return
	}
	s.render(w, r, http.StatusOK, changes.People(changes.NewPeople(s.head(sess), found)))
}
