package web

import (
	"net/http"

	"authpocket/internal/engine"
	"authpocket/web/session"
	"authpocket/web/view/changes"
)

// showDone handles the "GET /done" route.
func (s *Server) showDone(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	switch {
	case p.Settled == nil:
		redirect(w, r, p.Missing())
		return
	case !p.Verify.Ended():
		redirect(w, r, "/verify")
		return
	}
	desired := p.Settled.Desired
	if desired.Provider.PK == 0 && p.Authentik != nil && p.PocketBase != nil { // just created: authentik knows it
		if now, err := s.engine(p).Desire(r.Context(), p.Spec); err == nil {
			desired = now
			sess.Settle(p.Rev, now, false)
		}
	}
	in := changes.DoneInput{
		Desired: desired, Rounds: sess.Rounds(engine.Key(p.Settled.AuthentikURL, p.Settled.PocketBaseURL)),
		Checks: p.Verify.Input().Checks, Held: p.Authentik != nil || p.PocketBase != nil,
		AuthentikAPI: p.Settled.AuthentikURL, PocketBaseAPI: p.Settled.PocketBaseURL, ByPassword: p.Settled.ByPassword,
		Later: p.Authentik != nil && p.PocketBase != nil, Receipts: s.cfg.Receipts != nil,
		Own: own(p), SignedIn: s.signedIn(sess),
	}
	if in.Later && !in.SignedIn.At.IsZero() {
		in.OneWay = s.engine(p).TakesPasswords(r.Context(), in.Desired)
	}
	s.render(w, r, http.StatusOK, changes.Done(changes.NewDone(s.head(sess), in)))
}
