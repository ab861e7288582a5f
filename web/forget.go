package web

import (
	"net/http"

	"authpocket/web/session"
	"authpocket/web/view"
)

// forgetTokens handles the "POST /forget" route. What was made stays to be
// looked at; the tokens go. The browser's stay inside the door goes on: the
// last page says how to end the tokens, and the next link can be begun.
func (s *Server) forgetTokens(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	sess.Forget()
	p := sess.Look()
	if p.Settled != nil && p.Verify.Ended() {
		redirect(w, r, "/done")
		return
	}
	if !s.sessions.End(w, r, sess) {
		redirect(w, r, "/forgotten?after=work")
		return
	}
	redirect(w, r, "/forgotten")
}

// showForgotten handles the "GET /forgotten" route.
func (s *Server) showForgotten(w http.ResponseWriter, r *http.Request, _ *session.Session) {
	page := view.ProblemPage{
		Head: view.Head{Title: "The tokens are forgotten"},
		Summary: "authpocket has overwritten both tokens, and the client secrets of every plan and test sign-in. It " +
			"holds none of your answers any more.",
		List: []string{
			"In authentik and PocketBase the tokens live on until you delete them there.",
			"This browser is still let in, for at most 30 minutes without a click. Closed behind you, the door opens " +
				"with a new setup code only.",
		},
		Actions: []view.Action{{Label: "Start over", URL: "/"}},
		Press:   []view.Action{{Label: "Close the door", URL: "/leave"}},
	}
	if r.URL.Query().Get("after") == "work" {
		page.Head.Title = "The tokens are forgotten in a moment"
		page.Summary = "Something that you began is still under way and ends first. Then authpocket overwrites both " +
			"tokens and all client secrets. It holds none of your answers any more."
	}
	s.problem(w, r, http.StatusOK, page)
}

// restart handles the "POST /restart" route.
func (s *Server) restart(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.sessions.End(w, r, sess)
	redirect(w, r, "/")
}

// leave handles the "POST /leave" route: it forgets all and sends the browser
// out. There is no Clear-Site-Data in the answer: a browser clears the cookies
// of a host on all its ports, those of other programs on this machine too.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.sessions.End(w, r, sess)
	s.door.SendOut(w, r)
	redirect(w, r, "/")
}
