package web

import (
	"cmp"
	"net/http"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/web/session"
	"authpocket/web/view/changes"
)

// showReview handles the "GET /review" route. It makes the plan again, so that
// it shows the current state of both systems.
func (s *Server) showReview(w http.ResponseWriter, r *http.Request, sess *session.Session, p session.Progress) {
	shown := sess.TakeFresh()
	if shown == nil {
		plan, _, err := s.engine(p).PlanNext(r.Context(), &p.Spec, s.proofOf(sess))
		if err != nil {
			s.reply.Fail(w, r, sess, err, "/review")
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
		s.reply.Fail(w, r, sess, err, cmp.Or(shown.Again, session.Again(&shown.Plan)))
		return
	}
	running := ""
	if job := sess.Running(); job != nil {
		running = "/apply/" + job.ID
	}
	page := changes.Review(changes.NewReview(new(s.reply.Head(sess)), changes.ReviewInput{
		PlanID: shown.ID, Plan: shown.Plan, Problems: problems, Interrupted: open, Again: shown.Again,
		Running:      running,
		AuthentikURL: p.Authentik.Login.URL, AuthentikWho: p.Authentik.Who.Username,
		PocketBaseURL: p.PocketBase.Login.URL, PocketBaseWho: p.PocketBase.Who.SuperuserEmail,
		PocketBaseUntil: p.PocketBase.Who.Expires, PocketBaseRenews: p.PocketBase.Who.Refreshable,
	}))
	switch {
	case len(problems) > 0:
		s.reply.Page(w, r, http.StatusUnprocessableEntity, page)
	case shown.Plan.Purpose == link.PurposeLink && shown.Again == "":
		s.renderRecent(w, r, sess, p, page)
	default:
		s.reply.Page(w, r, http.StatusOK, page)
	}
}

// onlyWayField is the field of the problem of a plan that leaves nobody a way in.
const onlyWayField = "pocketbase.password_auth"

// proofOf returns the test sign-in that proves the link since its last change, nil for none.
func (s *Server) proofOf(sess *session.Session) *link.Proof {
	p := sess.Look()
	if p.Settled == nil {
		return nil
	}
	var proof *link.Proof
	for _, run := range s.signIns.All(sess) {
		one := engine.ProofOf(&p.Settled.Desired, run.Verdict(), run.Made)
		if one != nil && one.At.After(p.Settled.At) && (proof == nil || one.At.After(proof.At)) {
			proof = one
		}
	}
	return proof
}
