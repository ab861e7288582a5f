package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"authpocket/internal/engine"
	"authpocket/web/form"
	"authpocket/web/live"
	"authpocket/web/view"
)

// Why an apply does not begin.
var (
	errStalePlan = errors.New("the answers were changed after this plan was shown")
	errClosing   = errors.New("the program is being stopped")
	errBusy      = errors.New("another apply of this session is under way")
)

// startApply handles the "POST /apply" route. A plan is begun once: a second
// press, from this tab or another, leads to what the first one began.
func (s *Server) startApply(w http.ResponseWriter, r *http.Request, sess *session) {
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	id := form.Typed(r, "plan")
	job, err := s.beginApply(sess, id)
	switch {
	case errors.Is(err, errStalePlan):
		s.stalePlan(w, r, sess, id)
	case errors.Is(err, errBusy):
		s.busy(w, r, sess, job)
	case errors.Is(err, errClosing):
		s.closing(w, r, sess)
	default:
		redirect(w, r, "/apply/"+job.id)
	}
}

// beginApply returns the job that carries out the plan with that id: a new
// one, or the one that a press before has begun.
func (s *Server) beginApply(sess *session, id string) (*applyJob, error) {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	shown := sess.planByID(id)
	if last := len(sess.applies) - 1; last >= 0 && shown != nil {
		before := sess.applies[last]
		same := before.plan.Purpose == shown.plan.Purpose && before.plan.Of == shown.plan.Of && before.plan.Only == shown.plan.Only
		switch {
		case before.running() && !same:
			return before, errBusy
		case before.running(), same && shown.seq <= before.planSeq && shown.rev == before.rev:
			return before, nil
		}
	}
	if shown == nil || shown.rev != sess.rev || sess.authentik == nil || sess.pocketbase == nil {
		return nil, errStalePlan
	}
	p := progress{authentik: sess.authentik, pocketbase: sess.pocketbase}
	job := &applyJob{id: shown.id, link: p.key(), plan: shown.plan, rev: shown.rev, planSeq: sess.seq, errand: shown.errand, happened: live.NewRecord[engine.Event]()}
	e := s.engine(p)
	if !s.beginWork(sess, func(ctx context.Context) { job.run(ctx, e, sess) }) {
		return nil, errClosing
	}
	if sess.applies = append(sess.applies, job); len(sess.applies) > plansKept {
		sess.applies = slices.Delete(sess.applies, 0, 1) // what it held goes when this one ends
	}
	return job, nil
}

// beginWork runs work that uses the session's tokens. The caller holds
// sess.mu.
func (s *Server) beginWork(sess *session, work func(context.Context)) bool {
	sess.working++
	if s.jobs.Begin(func(ctx context.Context) { defer sess.workDone(); work(ctx) }) {
		return true
	}
	sess.working--
	return false
}

// stalePlan leads to a new plan of the same kind.
func (s *Server) stalePlan(w http.ResponseWriter, r *http.Request, sess *session, id string) {
	to := "/review"
	sess.mu.Lock()
	if shown := sess.planByID(id); shown != nil {
		to = cmp.Or(shown.again, again(shown.plan))
	}
	sess.mu.Unlock()
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "This review is out of date: an answer was changed after it was shown, or the link was, perhaps in another tab. Nothing was written.",
		Todo: "Look at the newest review, and go on from there.", Actions: []view.Action{{Label: "Review again", URL: to}},
	}
	page.Head.Title = "Review again"
	s.problem(w, r, http.StatusConflict, page)
}

// busy is for a plan that waits for one of another kind.
func (s *Server) busy(w http.ResponseWriter, r *http.Request, sess *session, job *applyJob) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "Other changes to this link are being made right now, perhaps in another tab. Nothing of this review was written.",
		Todo: "Wait until they are made, then look at this review again.", Actions: []view.Action{{Label: "See how far they are", URL: "/apply/" + job.id}},
	}
	page.Head.Title = "Other changes are under way"
	s.problem(w, r, http.StatusConflict, page)
}

func (s *Server) closing(w http.ResponseWriter, r *http.Request, sess *session) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "The program is being stopped, so it begins nothing new. Nothing was written.",
		Todo: "Start it again. It finds again what is there.", Actions: start(),
	}
	page.Head.Title = "authpocket is stopping"
	s.problem(w, r, http.StatusServiceUnavailable, page)
}
