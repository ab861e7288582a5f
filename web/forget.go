package web

import (
	"net/http"

	"authpocket/web/view"
)

// forgetTokens handles the "POST /forget" route. What was made stays to be
// looked at; the tokens go.
func (s *Server) forgetTokens(w http.ResponseWriter, r *http.Request, sess *session) {
	sess.forget()
	p := sess.look()
	if p.settled != nil && p.verify.ended() {
		redirect(w, r, "/done")
		return
	}
	s.sessions.end(w, r, sess)
	redirect(w, r, "/forgotten")
}

// showForgotten handles the "GET /forgotten" route.
func (s *Server) showForgotten(w http.ResponseWriter, r *http.Request, _ *session) {
	s.problem(w, r, http.StatusOK, view.ProblemPage{
		Head:    view.Head{Title: "The tokens are forgotten"},
		Summary: "authpocket has overwritten both tokens and holds none of your answers any more.",
		Todo:    "In authentik and PocketBase the tokens live on until you delete them there.",
		Actions: []view.Action{{Label: "Start over", URL: "/"}},
	})
}

// restart handles the "POST /restart" route.
func (s *Server) restart(w http.ResponseWriter, r *http.Request, sess *session) {
	s.sessions.end(w, r, sess)
	redirect(w, r, "/")
}
