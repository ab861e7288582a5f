package web

import (
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view"
)

// showProof handles the "GET /prove" route: the review of a proof, in which a
// person is made for a test sign-in and deleted after it.
func (s *Server) showProof(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	if p.Settled == nil {
		redirect(w, r, p.Missing())
		return
	}
	plan, err := s.engine(p).PlanProof(r.Context(), p.Spec, strings.TrimSpace(r.URL.Query().Get("email")))
	problems, ok := errors.AsType[report.Problems](err)
	if ok && !plan.Empty() { // another address will do
		s.review(w, r, sess, p, &session.Shown{Plan: plan}, problems...)
		return
	}
	if ok {
		s.problem(w, r, http.StatusConflict, view.ProblemPage{
			Head:    s.titled(sess, say.Of("A new person cannot prove it")),
			Summary: say.Of("authpocket cannot make a person who signs in here. Nothing was written."),
			List:    view.Sentences(problems),
			Actions: []view.Action{{Label: say.Of("Test sign-in"), URL: "/signin"},
				{Label: say.Of("Back to the checks"), URL: "/verify"}},
		})
		return
	}
	if err != nil {
		s.fail(w, r, sess, err, "/prove")
		return
	}
	s.review(w, r, sess, p, sess.Show(plan, p.Rev))
}
