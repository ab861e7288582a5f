package web

import (
	"cmp"
	"net/http"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// showReview handles the "GET /review" route. It makes the plan again, so that
// it shows the current state of both systems.
func (s *Server) showReview(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	shown := sess.TakeFresh()
	if shown == nil {
		plan, _, err := s.engine(p).PlanNext(r.Context(), &p.Spec, s.proofOf(sess))
		if err != nil {
			s.fail(w, r, sess, err, "/review")
			return
		}
		shown = sess.Show(&plan, p.Rev)
	}
	if shown.Plan.Empty() {
		sess.Settle(shown.Rev, &shown.Plan.Desired, false)
	}
	s.review(w, r, sess, &p, shown)
}

// review writes the page of a plan of any kind. One with problems cannot be applied.
func (s *Server) review(w http.ResponseWriter, r *http.Request, sess *session.Session, p *session.Progress,
	shown *session.Shown, problems ...report.Problem) {
	open, err := interrupted(s.engine(*p))
	if err != nil {
		s.fail(w, r, sess, err, cmp.Or(shown.Again, session.Again(&shown.Plan)))
		return
	}
	running := ""
	if job := sess.Running(); job != nil {
		running = "/apply/" + job.ID
	}
	page := changes.Review(changes.NewReview(new(s.head(sess)), changes.ReviewInput{
		PlanID: shown.ID, Plan: shown.Plan, Problems: problems, Interrupted: open, Again: shown.Again,
		Running:      running,
		AuthentikURL: p.Authentik.Login.URL, AuthentikWho: p.Authentik.Who.Username,
		PocketBaseURL: p.PocketBase.Login.URL, PocketBaseWho: p.PocketBase.Who.SuperuserEmail,
		PocketBaseUntil: p.PocketBase.Who.Expires, PocketBaseRenews: p.PocketBase.Who.Refreshable,
	}))
	switch {
	case len(problems) > 0:
		s.render(w, r, http.StatusUnprocessableEntity, page)
	case shown.Plan.Purpose == link.PurposeLink && shown.Again == "":
		s.renderRecent(w, r, sess, p, page)
	default:
		s.render(w, r, http.StatusOK, page)
	}
}

func reviewChanged() say.Text {
	return say.Of("Something has changed in authentik or PocketBase since you answered. Check the settings again.")
}

// reviewProblems writes the page for answers that no longer fit the systems.
func (s *Server) reviewProblems(w http.ResponseWriter, r *http.Request, sess *session.Session,
	problems report.Problems, again string) {
	s.problem(w, r, http.StatusConflict, view.ProblemPage{
		Head:    s.titled(sess, say.Of("No changes to review yet")),
		Summary: reviewChanged(),
		Answers: true, Actions: []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"},
			{Label: say.Of("Try again"), URL: again}},
		List: view.Sentences(problems),
	})
}
