package web

import (
	"net/http"

	"authpocket/internal/engine"
	"authpocket/web/view/changes"
)

// showDone handles the "GET /done" route.
func (s *Server) showDone(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	switch {
	case p.settled == nil:
		redirect(w, r, p.missing())
		return
	case !p.verify.ended():
		redirect(w, r, "/verify")
		return
	}
	in := changes.DoneInput{
		Desired: p.settled.desired, Rounds: sess.rounds(engine.Key(p.settled.authentikURL, p.settled.pocketbaseURL)), Checks: p.verify.input().Checks, Held: p.authentik != nil || p.pocketbase != nil,
		AuthentikAPI: p.settled.authentikURL, PocketBaseAPI: p.settled.pocketbaseURL, ByPassword: p.settled.byPassword,
		Later: p.authentik != nil && p.pocketbase != nil, Receipts: s.cfg.Receipts != nil,
		Own: own(p),
	}
	s.render(w, r, http.StatusOK, changes.Done(changes.NewDone(s.head(sess), in)))
}
