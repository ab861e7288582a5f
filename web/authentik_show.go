package web

import (
	"net/http"

	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// showAuthentik handles the "GET /authentik" route.
func (s *Server) showAuthentik(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	in := setup.AuthentikInput{URL: s.cfg.Prefill.AuthentikURL, CA: s.cfg.Prefill.CA, Held: s.cfg.Prefill.AuthentikToken.IsSet(), From: from(r.URL.Query().Get("from"))}
	if a := sess.Look().Authentik; a != nil {
		in.URL, in.CA, in.Held, in.Plain = a.Login.URL, a.Login.CA, true, a.Login.Plain
	}
	s.render(w, r, http.StatusOK, setup.Authentik(setup.NewAuthentik(s.head(sess), in)))
}
