package web

import (
	"net/http"

	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// showStart handles the "GET /" route.
func (s *Server) showStart(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	page := setup.StartPage{Head: s.reply.Head(sess)}
	page.Head.Title = say.Of("Link authentik and PocketBase")
	page.Head.Ends.Shown = false
	p := sess.Look()
	if p.Authentik != nil {
		page.Resume = p.Missing()
	}
	s.reply.Page(w, r, http.StatusOK, setup.Start(page))
}
