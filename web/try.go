package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/reply"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// tryCookie ties a link to the browser that used it.
const tryCookie = "authpocket-try"

// inviteSignIn handles the "POST /signin/invite" route: it creates a link for
// another user's test. While one waits to be used, another is created only
// where it is asked for.
func (s *Server) inviteSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	run, ok := s.newTest(w, r, sess)
	if !ok {
		return
	}
	if open := s.openInvitation(sess); open != nil && !r.PostForm.Has("more") {
		reply.Redirect(w, r, open.InvitationPath())
		return
	}
	run.Invite(time.Now().Add(session.InviteLife))
	s.signIns.Add(run)
	reply.Redirect(w, r, run.InvitationPath())
}

// showInvitation handles the "GET /signin/{id}/invite" route. It shows the link to the session that made it, until
// that leaves the page, the link is used or it is withdrawn.
func (s *Server) showInvitation(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.SignIn) {
	token := sess.Invitation(run)
	if !token.IsSet() {
		reply.Redirect(w, r, "/signin/"+run.ID)
		return
	}
	in, _ := run.Now()
	s.reply.Page(w, r, http.StatusOK,
		proof.Invite(proof.NewInvite(s.reply.Head(sess), door.Root(r)+"/try/"+token.Reveal(), in)))
}

// openInvitation returns the session's newest test whose link waits to be used,
// nil for none.
func (s *Server) openInvitation(sess *session.Session) *session.SignIn {
	all := s.signIns.All(sess)
	if i := slices.IndexFunc(all, (*session.SignIn).OpenInvitation); i >= 0 {
		return all[i]
	}
	return nil
}

// withdrawSignIn handles the "POST /signin/{id}/withdraw" route.
func (s *Server) withdrawSignIn(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
	run.Withdraw()
	reply.Redirect(w, r, "/signin")
}

// tried returns the handler of a page about the test of a link. An unknown or used link has no page.
func (s *Server) tried(next func(*Server, http.ResponseWriter, *http.Request, *session.Session,
	*session.SignIn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if run := s.signIns.Invited(chi.URLParam(r, "token")); run != nil && run.Holds(tryKey(r)) {
			next(s, w, r, run.Session, run)
			return
		}
		s.reply.Problem(w, r, http.StatusNotFound, nil, view.ProblemPage{
			Head:    view.Head{Title: say.Of("This link no longer works")},
			Summary: say.Of("It was already used, or it is older than 30 minutes."),
			Todo:    say.Of("Ask the person who sent it for a new link."),
		})
	}
}

// tryKey returns the key that the browser has for the link, empty for none.
func tryKey(r *http.Request) string {
	if c, err := r.Cookie(tryCookie); err == nil && len(c.Value) == len(session.NewID()) {
		return c.Value
	}
	return ""
}

// giveKey sets a cookie with a key to claim the link. Until the browser does, only
// it knows the key.
func giveKey(w http.ResponseWriter, r *http.Request) string {
	key := session.NewID()
	door.SetForPage(w, r, tryCookie, key)
	return key
}

// showTry handles the "GET /try/{token}" route. It does not use the link up, since
// mail scanners open links too.
func (s *Server) showTry(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
	if tryKey(r) == "" {
		giveKey(w, r)
	}
	in, count := run.Now()
	in.Base, in.Script = "/try/"+chi.URLParam(r, "token"), s.files.URL(static.SignIn)
	s.allowSignIn(w, in)
	s.reply.Page(w, r, http.StatusOK,
		proof.Try(proof.NewTry(&view.Head{Assets: s.reply.Assets}, in,
			fmt.Sprintf("%s/events?after=%d", in.Base, count))))
}

// startTry handles the "POST /try/{token}" route: it starts the test.
func (s *Server) startTry(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.SignIn) {
	p := sess.Look()
	if p.Authentik == nil || p.PocketBase == nil || !run.Claim(tryKey(r), func() string { return giveKey(w, r) }) {
		s.reply.Problem(w, r, http.StatusConflict, nil, view.ProblemPage{
			Head:    view.Head{Title: say.Of("The test cannot start")},
			Summary: say.Of("authpocket is no longer connected to both systems, or the test was started elsewhere."),
			Todo:    say.Of("Ask the person who sent you the link for a new one."),
		})
		return
	}
	if err := s.beginTest(r.Context(), &p, run); err != nil {
		if respond.Gone(r) { // it can be begun again
			respond.Nothing(w)
			return
		}
		s.reply.LogError(r, "beginning a test sign-in", err)
		run.Stop(say.Of("PocketBase did not return the data to start a sign-in."))
	}
	reply.Redirect(w, r, r.URL.Path)
}

// tryEvents handles the "GET /try/{token}/events" route: the stages, and
// nothing about the account.
func (s *Server) tryEvents(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
	r, leave := run.Streams.Join(r)
	defer leave()
	// It is asked again whether the browser may, for claim ends only streams that have joined.
	s.tried(func(s *Server, w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
		ctx, cancel := context.WithDeadline(r.Context(), run.Until())
		defer cancel()
		s.streamSignIn(w, r.WithContext(ctx), run, func(in proof.SignInInput) templ.Component {
			in.Base = "/try/" + chi.URLParam(r, "token")
			return proof.TryUpdate(proof.NewTry(&view.Head{Assets: s.reply.Assets}, in, ""))
		})
	})(w, r)
}
