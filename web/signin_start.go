package web

import (
	"context"
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view/proof"
)

// startSignIn handles the "POST /signin" route: it asks PocketBase how to start a
// sign-in, and predicts its result for the user, if one is given.
func (s *Server) startSignIn(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	run, ok := s.newTest(w, r, sess)
	if !ok {
		return
	}
	if err := s.beginTest(r.Context(), sess.Look(), run); err != nil {
		s.fail(w, r, sess, err, "/signin")
		return
	}
	s.signIns.Add(run)
	redirect(w, r, "/signin/"+run.ID)
}

// beginTest asks PocketBase how to begin. Where the window is opened by hand,
// the way to authentik is settled at once.
func (s *Server) beginTest(ctx context.Context, p session.Progress, run *session.SignIn) error {
	if err := run.Begin(ctx, s.engine(p)); err != nil || run.Way != session.WayCallback {
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
		s.badForm(w, r, sess, err)
		return nil, false
	}
	p := sess.Look()
	if p.Settled == nil || p.Authentik == nil || p.PocketBase == nil {
		redirect(w, r, p.Missing())
		return nil, false
	}
	in := proof.SignInStartInput{Way: form.Typed(r, "way"), Person: form.Typed(r, "person")}
	run := session.NewSignIn(sess, p.Settled.Desired, session.WayWindow)
	if in.Way == session.WayCallback {
		run.Way, run.Redirect = session.WayCallback, callbackURL(r)
		if !redirects(p.Settled.Desired, run.Redirect) {
			redirect(w, r, "/signin?way="+session.WayCallback) // which says that the address has to be added first
			return nil, false
		}
	}
	if in.Person != "" {
		person, problem := s.person(r.Context(), p, in.Person)
		if problem.Empty() {
			problem = s.foresee(r.Context(), p, run, person)
		}
		if !problem.Empty() {
			s.refusePerson(w, r, sess, "/signin", problem)
			return nil, false
		}
		run.Person = in.Person
	}
	sess.DropDraft()
	return run, true
}

// foresee predicts the sign-in. The problem is empty for none.
func (s *Server) foresee(ctx context.Context, p session.Progress, run *session.SignIn, person int) (problem say.Text) {
	prediction, err := s.engine(p).Foresee(ctx, run.Desired, person)
	if err != nil {
		return say.Join(say.Of("The result of the sign-in cannot be predicted."),
			report.MessageOf(err).Text(report.OnPage))
	}
	run.Expected.Person, run.Expected.Prediction = person, &prediction
	return say.Text{}
}

// person finds a user by username or address. The problem is a full sentence,
// empty for none.
func (s *Server) person(ctx context.Context, p session.Progress, named string) (pk int, problem say.Text) {
	pk, err := s.engine(p).FindUser(ctx, named)
	if err != nil {
		return 0, report.MessageOf(err).Text(report.OnPage)
	}
	return pk, say.Text{}
}
