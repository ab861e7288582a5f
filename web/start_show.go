package web

import (
	"net/http"

	"authpocket/web/view/setup"
)

// showStart handles the "GET /" route.
func (s *Server) showStart(w http.ResponseWriter, r *http.Request, sess *session) {
	page := setup.StartPage{Head: s.head(sess)}
	page.Head.Title = "Link authentik and PocketBase"
	page.Head.Ends.Shown = false
	p := sess.look()
	if p.authentik != nil {
		page.Resume = p.missing()
	}
	s.render(w, r, http.StatusOK, setup.Start(page))
}
