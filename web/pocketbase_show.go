package web

import (
	"net/http"

	"authpocket/web/session"
	"authpocket/web/view/setup"
)

// showPocketBase handles the "GET /pocketbase" route.
func (s *Server) showPocketBase(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if !guard(w, r, p, "/pocketbase") {
		return
	}
	in := setup.PocketBaseInput{URL: s.cfg.Prefill.PocketBaseURL, CA: s.cfg.Prefill.CA, Held: s.cfg.Prefill.PocketBaseToken.IsSet(), From: from(r.URL.Query().Get("from")), Limited: p.Limited()}
	switch {
	case p.PocketBase != nil:
		l := p.PocketBase.Login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.URL, l.With, l.Email, l.CA, true, l.Plain
	case p.Second != nil:
		l := p.Second.Login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.URL, l.With, l.Email, l.CA, false, l.Plain
	}
	s.render(w, r, http.StatusOK, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}
