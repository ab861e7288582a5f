package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view/proof"
)

// showVerify handles the "GET /verify" route.
func (s *Server) showVerify(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Settled == nil {
		reply.Redirect(w, r, p.Missing())
		return
	}
	in := s.verifyInput(sess, sess.Look().Verify.Input())
	events := fmt.Sprintf("/verify/events?after=%d", len(in.Done))
	if d := sess.Draft("/verify"); d != nil {
		in.Person, in.Problem = d.Values.Get("person"), reply.Refusal(d)
	}
	s.reply.Page(w, r, http.StatusOK, proof.Verify(proof.NewVerify(s.reply.Head(sess), in, events)))
}

// verifyInput adds what the session knows besides the checks.
func (s *Server) verifyInput(sess *session.Session, in proof.VerifyInput) proof.VerifyInput {
	in.Own, in.SignedIn = own(new(sess.Look())), s.signIns.SignedIn(sess)
	return in
}

// startVerify handles the "POST /verify" route: it starts a run of the checks, or
// joins the running one.
func (s *Server) startVerify(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	if err := form.Parse(r); err != nil {
		s.reply.BadForm(w, r, sess, err)
		return
	}
	p := sess.Look()
	if p.Settled == nil || p.Authentik == nil || p.PocketBase == nil {
		reply.Redirect(w, r, p.Missing()) // or the tokens were forgotten
		return
	}
	run := &session.Verify{Username: form.Typed(r, "person")}
	if run.Username != "" {
		pk, problem := s.person(r.Context(), &p, run.Username)
		if !problem.Empty() {
			s.reply.RefusePerson(w, r, sess, "/verify", problem)
			return
		}
		run.Person = pk
	}
	if !sess.BeginVerify(s.work, run) {
		s.closing(w, r, sess)
		return
	}
	sess.DropDraft()
	reply.Redirect(w, r, "/verify")
}

// cancelTime is how long the page waits for checks to end that were cancelled.
const cancelTime = 3 * time.Second

// cancelVerify handles the "POST /verify/cancel" route. The page shows what was measured until then.
func (s *Server) cancelVerify(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.Verify) {
	ctx, cancel := context.WithTimeout(r.Context(), cancelTime)
	defer cancel()
	run.Cancel(ctx)
	reply.Redirect(w, r, "/verify")
}

// verifyEvents handles the "GET /verify/events" route.
func (s *Server) verifyEvents(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.Verify) {
	r, leave := sess.Streams.Join(r)
	defer leave()
	s.reply.Stream(w, r, run.Happened.Count, func(n int, over bool) templ.Component {
		return proof.VerifyUpdate(proof.NewVerify(s.reply.Head(sess), s.verifyInput(sess, run.InputAt(n, over)), ""))
	})
}

func verifyOf(_ *http.Request, sess *session.Session) *session.Verify { return sess.Look().Verify }
