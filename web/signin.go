package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// showSignIn handles the "GET /signin" route: the page before a test sign-in.
func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	p := sess.Look()
	if p.Settled == nil {
		reply.Redirect(w, r, p.Missing())
		return
	}
	in := proof.SignInStartInput{Way: r.URL.Query().Get("way"), Person: r.URL.Query().Get("person")}
	if d := sess.Draft("/signin"); d != nil {
		in.Way, in.Person, in.Problem = d.Values.Get("way"), d.Values.Get("person"), reply.Refusal(d)
	}
	in.Desired = p.Settled.Desired
	in.Held = p.Authentik != nil && p.PocketBase != nil
	in.Callback = callbackURL(r)
	in.CallbackThere = redirects(&p.Settled.Desired, in.Callback)
	in.Own = own(&p)
	for _, run := range s.signIns.All(sess) {
		shown, _ := run.Now()
		in.Tests = append(in.Tests, shown)
	}
	s.reply.Page(w, r, http.StatusOK, proof.SignInStart(proof.NewSignInStart(s.reply.Head(sess), in)))
}

// redirects reports whether the provider allows that redirect URI.
func redirects(d *link.Desired, address string) bool {
	return slices.ContainsFunc(d.Provider.RedirectURIs, func(u link.RedirectURI) bool {
		return u.URL == address && u.Mode == link.RedirectStrict
	})
}

func (s *Server) signInOf(r *http.Request, sess *session.Session) *session.SignIn {
	return s.signIns.Of(sess, chi.URLParam(r, "id"))
}

// showSignInRun handles the "GET /signin/{id}" route.
func (s *Server) showSignInRun(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.SignIn) {
	in, count := run.Now()
	in.Base, in.Script = "/signin/"+run.ID, s.files.URL(static.SignIn)
	in.Problem = reply.Refusal(sess.Draft(in.Base))
	in.Own = own(new(sess.Look()))
	s.allowSignIn(w, in)
	s.reply.Page(w, r, http.StatusOK,
		proof.SignIn(proof.NewSignIn(new(s.reply.Head(sess)), in, fmt.Sprintf("%s/events?after=%d", in.Base, count))))
}

// allowSignIn lets a page that waits at PocketBase's event stream reach it,
// and hold on to the window that it opens.
func (s *Server) allowSignIn(w http.ResponseWriter, in proof.SignInInput) {
	if in.Way == session.WayWindow && !in.Returned {
		connectTo(w, in.Realtime)
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	}
}

// showWait handles the routes "GET /signin/{id}/wait" and "GET /try/{token}/wait": what the new window shows until the
// page that opened it sends it to authentik. The window stays in that page's hands, so it may not cut itself off.
func (s *Server) showWait(w http.ResponseWriter, r *http.Request, _ *session.Session, _ *session.SignIn) {
	w.Header().Set("Cross-Origin-Opener-Policy", "unsafe-none")
	s.reply.Page(w, r, http.StatusOK,
		proof.Wait(view.Head{Assets: s.reply.Assets, Title: say.Of("Waiting for PocketBase")}))
}

// signInEvents handles the "GET /signin/{id}/events" route.
func (s *Server) signInEvents(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.SignIn) {
	r, leave := sess.Streams.Join(r)
	defer leave()
	s.streamSignIn(w, r, run, func(in proof.SignInInput) templ.Component {
		in.Base = "/signin/" + run.ID
		in.Own = own(new(sess.Look()))
		return proof.SignInUpdate(proof.NewSignIn(new(s.reply.Head(sess)), in, ""))
	})
}

func (s *Server) streamSignIn(w http.ResponseWriter, r *http.Request, run *session.SignIn,
	message func(proof.SignInInput) templ.Component) {
	s.reply.Stream(w, r, run.Happened.Count, func(n int, over bool) templ.Component {
		return message(run.Input(n, over))
	})
}

// connectTo lets this page's script call one other server. If the address is
// invalid, the browser refuses and the page says that it cannot reach it.
func connectTo(w http.ResponseWriter, address string) {
	if u, err := url.Parse(address); err == nil {
		_ = door.AllowConnect(w, u.Scheme+"://"+u.Host)
	}
}

// deleteSignIn handles the "POST /signin/{id}/delete" route: it deletes the
// account that the test created, once its name is entered.
func (s *Server) deleteSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session, run *session.SignIn) {
	if err := form.Parse(r); err != nil {
		s.reply.BadForm(w, r, sess, err)
		return
	}
	v, p := run.Verdict(), sess.Look()
	switch {
	case v == nil || !v.Made || v.Record == nil:
		reply.Redirect(w, r, "/signin/"+run.ID)
		return
	case p.Authentik == nil || p.PocketBase == nil:
		reply.Redirect(w, r, p.Missing())
		return
	case !strings.EqualFold(form.Typed(r, "confirm"), proof.AccountName(*v.Record)):
		s.reply.RefusePerson(w, r, sess, "/signin/"+run.ID,
			say.Of("Enter %s to confirm. Nothing was deleted.", proof.AccountName(*v.Record)))
		return
	}
	ctx := context.WithoutCancel(r.Context()) // a client that disconnects does not stop the deletion
	if err := s.engine(p).SignIns.DeleteAccount(ctx, &run.Desired, run.Started(), v); err != nil {
		s.reply.LogError(r, "deleting a test account", err)
		s.reply.RefusePerson(w, r, sess, "/signin/"+run.ID, report.MessageOf(err).Text(report.OnPage))
		return
	}
	run.AccountDeleted()
	sess.DropDraft()
	reply.Redirect(w, r, "/signin/"+run.ID)
}

// startSignIn handles the "POST /signin" route: it asks PocketBase how to start a
// sign-in, and predicts its result for the user, if one is given.
func (s *Server) startSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	run, ok := s.newTest(w, r, sess)
	if !ok {
		return
	}
	if err := s.beginTest(r.Context(), new(sess.Look()), run); err != nil {
		s.reply.Fail(w, r, sess, err, "/signin")
		return
	}
	s.signIns.Add(run)
	reply.Redirect(w, r, "/signin/"+run.ID)
}

// beginTest asks PocketBase how to begin. Where the window is opened by hand,
// the way to authentik is settled at once.
func (s *Server) beginTest(ctx context.Context, p *session.Progress, run *session.SignIn) error {
	if err := run.Begin(ctx, s.engine(*p)); err != nil || run.Way != session.WayCallback {
		return err
	}
	if address, ok := run.Open(session.NewID(), run.Late(s.work)); ok {
		run.ByHand(address)
	}
	return nil
}

// newTest reads the form of the sign-in page. It answers false when the
// browser has been answered.
func (s *Server) newTest(w http.ResponseWriter, r *http.Request, sess *session.Session) (*session.SignIn, bool) {
	if err := form.Parse(r); err != nil {
		s.reply.BadForm(w, r, sess, err)
		return nil, false
	}
	p := sess.Look()
	if p.Settled == nil || p.Authentik == nil || p.PocketBase == nil {
		reply.Redirect(w, r, p.Missing())
		return nil, false
	}
	in := proof.SignInStartInput{Way: form.Typed(r, "way"), Person: form.Typed(r, "person")}
	run := session.NewSignIn(sess, p.Settled.Desired, session.WayWindow)
	if in.Way == session.WayCallback {
		run.Way, run.Redirect = session.WayCallback, callbackURL(r)
		if !redirects(&p.Settled.Desired, run.Redirect) {
			reply.Redirect(w, r, "/signin?way="+session.WayCallback) // it says that the address has to be added first
			return nil, false
		}
	}
	if in.Person != "" {
		person, problem := s.person(r.Context(), &p, in.Person)
		if problem.Empty() {
			problem = s.foresee(r.Context(), &p, run, person)
		}
		if !problem.Empty() {
			s.reply.RefusePerson(w, r, sess, "/signin", problem)
			return nil, false
		}
		run.Person = in.Person
	}
	sess.DropDraft()
	return run, true
}

// foresee predicts the sign-in. The problem is empty for none.
func (s *Server) foresee(ctx context.Context, p *session.Progress, run *session.SignIn, person int) (problem say.Text) {
	prediction, err := s.engine(*p).SignIns.Foresee(ctx, run.Desired, person)
	if err != nil {
		return say.Join(say.Of("The result of the sign-in cannot be predicted."),
			report.MessageOf(err).Text(report.OnPage))
	}
	run.Expected.Person, run.Expected.Prediction = person, &prediction
	return say.Text{}
}

// person finds a user by username or address. The problem is a full sentence,
// empty for none.
func (s *Server) person(ctx context.Context, p *session.Progress, named string) (pk int, problem say.Text) {
	pk, err := s.engine(*p).SignIns.FindUser(ctx, named)
	if err != nil {
		return 0, report.MessageOf(err).Text(report.OnPage)
	}
	return pk, say.Text{}
}
