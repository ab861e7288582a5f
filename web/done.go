package web

import (
	"net/http"

	"authpocket/internal/engine"
	"authpocket/internal/say"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showDone handles the "GET /done" route.
func (s *Server) showDone(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	switch {
	case p.Settled == nil:
		reply.Redirect(w, r, p.Missing())
		return
	case !p.Verify.Ended():
		reply.Redirect(w, r, "/verify")
		return
	}
	desired := p.Settled.Desired
	if desired.Provider.PK == 0 && p.Authentik != nil && p.PocketBase != nil { // just created: authentik knows it
		if now, err := s.engine(p).Desire(r.Context(), &p.Spec); err == nil && now.Provider.PK == 0 {
			sess.Found(false)
			reply.Redirect(w, r, "/verify")
			return
		} else if err == nil {
			desired = now
			sess.Settle(p.Rev, &now, false)
		}
	}
	in := changes.DoneInput{
		Desired: desired, Rounds: sess.Rounds(engine.Key(p.Settled.AuthentikURL, p.Settled.PocketBaseURL)),
		Checks: p.Verify.Input().Checks, Held: p.Authentik != nil || p.PocketBase != nil,
		AuthentikAPI: p.Settled.AuthentikURL, PocketBaseAPI: p.Settled.PocketBaseURL, ByPassword: p.Settled.ByPassword,
		Later: p.Authentik != nil && p.PocketBase != nil, Receipts: s.cfg.Receipts != nil,
		Own: own(&p), SignedIn: s.signIns.SignedIn(sess),
	}
	if in.Later && !in.SignedIn.At.IsZero() {
		in.OneWay, in.OldSlots = s.engine(p).AfterProof(r.Context(), &p.Spec, &in.Desired)
	}
	s.reply.Page(w, r, http.StatusOK, changes.Done(changes.NewDone(new(s.reply.Head(sess)), in)))
}

// forgetTokens handles the "POST /forget" route. It deletes the tokens and keeps
// what was done, so that the last page can say how to revoke them. The browser
// stays signed in and can start over.
func (s *Server) forgetTokens(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	sess.Forget()
	p := sess.Look()
	if p.Settled != nil && p.Verify.Ended() {
		reply.Redirect(w, r, "/done")
		return
	}
	if !s.sessions.End(w, r, sess) {
		reply.Redirect(w, r, "/forgotten?after=work")
		return
	}
	reply.Redirect(w, r, "/forgotten")
}

// showForgotten handles the "GET /forgotten" route.
func (s *Server) showForgotten(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	if sess.Holds() {
		reply.Redirect(w, r, "/")
		return
	}
	page := view.ProblemPage{
		Head:    view.Head{Title: say.Of("No tokens are kept")},
		Summary: say.Of("authpocket has no tokens, client secrets or answers of yours."),
		List: []say.Text{
			say.Of("Tokens that you entered stay valid until you revoke them in authentik and PocketBase."),
			say.Of("You stay signed in to authpocket for up to 30 minutes of inactivity. If you sign out, you need " +
				"a new setup code to return."),
		},
		Actions: []view.Action{{Label: say.Of("Start over"), URL: "/"}},
		Press:   []view.Action{{Label: say.Of("Sign out"), URL: "/leave"}},
	}
	if s.cfg.Shared { // nobody signs in to it
		page.List, page.Press = page.List[:1], nil
	}
	if sess.Leaving() || r.URL.Query().Get("after") == "work" && s.jobs.Busy() {
		page.Head.Title = say.Of("The tokens are deleted in a moment")
		page.Summary = say.Of("A task that you started is still running. When it ends, authpocket deletes both " +
			"tokens and all client secrets. Your answers are already deleted.")
	}
	s.reply.Problem(w, r, http.StatusOK, nil, page)
}

// restart handles the "POST /restart" route.
func (s *Server) restart(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.sessions.End(w, r, sess)
	reply.Redirect(w, r, "/")
}

// leave handles the "POST /leave" route: it deletes everything and signs the
// browser out. There is no Clear-Site-Data in the answer: a browser clears the cookies
// of a host on all its ports, those of other programs on this machine too.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.sessions.End(w, r, sess)
	s.door.SendOut(w, r)
	reply.Redirect(w, r, "/")
}
