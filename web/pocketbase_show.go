package web

import (
	"net/http"

	"authpocket/web/view/setup"
)

// showPocketBase handles the "GET /pocketbase" route.
func (s *Server) showPocketBase(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if !guard(w, r, p, "/pocketbase") {
		return
	}
	in := setup.PocketBaseInput{URL: s.cfg.Prefill.PocketBaseURL, CA: s.cfg.Prefill.CA, Held: s.cfg.Prefill.PocketBaseToken.IsSet(), From: from(r.URL.Query().Get("from")), Limited: p.limited()}
	switch {
	case p.pocketbase != nil:
		l := p.pocketbase.login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.url, l.with, l.email, l.ca, true, l.plain
	case p.second != nil:
		l := p.second.login
		in.URL, in.With, in.Email, in.CA, in.Held, in.Plain = l.url, l.with, l.email, l.ca, false, l.plain
	}
	s.render(w, r, http.StatusOK, setup.PocketBase(setup.NewPocketBase(s.head(sess), in)))
}
