package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
)

// showProof handles the "GET /prove" route: the review of a proof, in which a
// person is made for a test sign-in and deleted after it.
func (s *Server) showProof(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	if p.Settled == nil {
		reply.Redirect(w, r, p.Missing())
		return
	}
	email := strings.TrimSpace(r.URL.Query().Get("email"))
	plan, err := s.engine(p).PlanProof(r.Context(), &p.Spec, email)
	problems, ok := errors.AsType[report.Problems](err)
	if ok && !plan.Empty() { // another address will do
		s.review(w, r, sess, &p, &session.Shown{Plan: plan}, problems...)
		return
	}
	if ok {
		if problems.NoLink() {
			sess.Found(false)
		}
		s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
			Head:    view.Head{Title: say.Of("A new person cannot prove it")},
			Summary: say.Of("authpocket cannot make a person who signs in here. Nothing was written."),
			List:    view.Sentences(problems),
			Actions: []view.Action{{Label: say.Of("Test sign-in"), URL: "/signin"},
				{Label: say.Of("Back to the checks"), URL: "/verify"}},
		})
		return
	}
	if err != nil {
		s.reply.Fail(w, r, sess, err, r.URL.RequestURI())
		return
	}
	shown := sess.Show(&plan, p.Rev)
	if email != "" {
		shown.Again = "/prove?" + url.Values{"email": {email}}.Encode()
	}
	s.review(w, r, sess, &p, shown)
}

// showPasswords handles the "GET /passwords" route: the review of a plan that leaves authentik as the only way in,
// after a test sign-in has worked.
func (s *Server) showPasswords(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	const here = "/passwords"
	spec, proof := p.Spec, s.proofOf(sess)
	if link.Value(spec.PocketBase.PasswordAuth, true) {
		spec.PocketBase.PasswordAuth, spec.PocketBase.OTP = new(false), new(false)
	}
	plan, waits, err := s.engine(p).PlanNext(r.Context(), &spec, proof)
	if problems, ok := errors.AsType[report.Problems](err); ok {
		s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
			Head:    view.Head{Title: say.Of("Passwords stay on")},
			Summary: say.Of("They cannot be turned off here. Nothing was written."), List: view.Sentences(problems),
			Actions: []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"}},
		})
		return
	}
	switch {
	case err != nil:
		s.reply.Fail(w, r, sess, err, here)
	case !waits:
		shown := sess.Show(&plan, p.Rev)
		shown.Errand = session.Errand{Again: here, Answers: &spec}
		s.review(w, r, sess, &p, shown)
	case !plan.Empty():
		reply.Redirect(w, r, "/review")
	default:
		s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
			Head: view.Head{Title: say.Of("Test a sign-in first")},
			Summary: say.Of("Passwords are turned off only after a sign-in through this link has worked since its last " +
				"change. Nothing was written."),
			Actions: []view.Action{{Label: say.Of("Prove it now"), URL: "/prove"},
				{Label: say.Of("Test sign-in"), URL: "/signin"}},
		})
	}
}
