package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"authpocket/web/session"
)

// recently returns the handler of a page that asks both systems. It shows what
// was read for the page seconds ago again, unless the browser reloads.
func (s *Server) recently(next func(http.ResponseWriter, *http.Request, *session.Session,
	session.Progress)) func(http.ResponseWriter, *http.Request, *session.Session, session.Progress) {
	return func(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
		if page := sess.Recent(r.URL.Path, r.URL.RequestURI()); page != nil && !reloads(r) {
			s.render(w, r, http.StatusOK, page)
			return
		}
		next(w, r, sess, p)
	}
}

// renderRecent writes a page that recently may show again. p is from before the
// systems were asked.
func (s *Server) renderRecent(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress,
	page templ.Component) {
	sess.Keep(p, r.URL.Path, r.URL.RequestURI(), page)
	s.render(w, r, http.StatusOK, page)
}

func reloads(r *http.Request) bool {
	asked := r.Header.Get("Cache-Control")
	return strings.Contains(asked, "max-age=0") || strings.Contains(asked, "no-cache")
}
