package web

import (
	"context"
	"errors"
	"slices"

	"authpocket/internal/engine"
	"authpocket/web/live"
)

// Why an apply does not begin.
var (
	errStalePlan = errors.New("the answers were changed after this plan was shown")
	errClosing   = errors.New("the program is being stopped")
	errBusy      = errors.New("another apply of this session is under way")
)

// worker is what a session's work needs: where it runs, and the engine of two
// connections.
type worker struct {
	jobs   *live.Jobs
	engine func(progress) *engine.Engine
}

// doWork runs work that uses the session's tokens. It answers false when the
// program is being stopped.
func (s *session) doWork(w worker, work func(context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beginWork(w, work)
}

// beginWork is doWork for a caller that holds mu.
func (s *session) beginWork(w worker, work func(context.Context)) bool {
	s.working++
	if w.jobs.Begin(func(ctx context.Context) { defer s.workDone(); work(ctx) }) {
		return true
	}
	s.working--
	return false
}

// beginApply returns the job that carries out the plan with that id: a new
// one, or the one that a press before has begun.
func (s *session) beginApply(w worker, id string) (*applyJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.planByID(id)
	if last := len(s.applies) - 1; last >= 0 && shown != nil {
		before := s.applies[last]
		same := before.plan.Purpose == shown.plan.Purpose && before.plan.Of == shown.plan.Of && before.plan.Only == shown.plan.Only
		switch {
		case before.running() && !same:
			return before, errBusy
		case before.running(), same && shown.seq <= before.planSeq && shown.rev == before.rev:
			return before, nil
		}
	}
	if shown == nil || shown.rev != s.rev || s.authentik == nil || s.pocketbase == nil {
		return nil, errStalePlan
	}
	p := progress{authentik: s.authentik, pocketbase: s.pocketbase}
	job := &applyJob{id: shown.id, link: p.key(), plan: shown.plan, rev: shown.rev, planSeq: s.seq, errand: shown.errand, happened: live.NewRecord[engine.Event]()}
	e := w.engine(p)
	if !s.beginWork(w, func(ctx context.Context) { job.run(ctx, e, s) }) {
		return nil, errClosing
	}
	if s.applies = append(s.applies, job); len(s.applies) > plansKept {
		s.applies = slices.Delete(s.applies, 0, 1) // what it held goes when this one ends
	}
	return job, nil
}

// beginVerify begins a run of the checks unless one is under way. It answers
// false when the program is being stopped.
func (s *session) beginVerify(w worker, run *verifyRun) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled == nil || s.authentik == nil || s.pocketbase == nil {
		return true // changed in between; the page says what is missing
	}
	if s.verify != nil && !s.verify.ended() {
		return true
	}
	run.happened = live.NewRecord[struct{}]()
	e := w.engine(progress{authentik: s.authentik, pocketbase: s.pocketbase})
	desired := s.settled.desired
	if !s.beginWork(w, func(ctx context.Context) { run.run(ctx, e, desired) }) {
		return false
	}
	s.verify = run
	return true
}
