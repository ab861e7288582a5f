package session

import (
	"context"
	"errors"
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/web/live"
)

// Why an apply does not begin.
var (
	ErrStalePlan = errors.New("the answers were changed after this plan was shown")
	ErrClosing   = errors.New("the program is being stopped")
	ErrBusy      = errors.New("another apply of this session is under way")
)

// Worker is what a session's work needs: where it runs, and the engine of two
// connections.
type Worker struct {
	Jobs   *live.Jobs
	Engine func(Progress) *engine.Engine
}

// DoWork runs work that uses the session's tokens. It answers false when the
// program is being stopped.
func (s *Session) DoWork(w Worker, work func(context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beginWork(w, work)
}

// beginWork is DoWork for a caller that holds mu.
func (s *Session) beginWork(w Worker, work func(context.Context)) bool {
	s.working++
	s.dropRecent()
	if w.Jobs.Begin(func(ctx context.Context) { defer s.workDone(); work(ctx) }) {
		return true
	}
	s.working--
	return false
}

// BeginApply returns the job that carries out the plan with that id: a new
// one, or the one that a press before has begun.
func (s *Session) BeginApply(w Worker, id string) (*Apply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.planByID(id)
	if last := len(s.applies) - 1; last >= 0 && shown != nil {
		before := s.applies[last]
		switch same := before.carriesOut(shown); {
		case before.running() && !same:
			return before, ErrBusy
		case before.running(), same && shown.seq <= before.planSeq:
			return before, nil
		}
	}
	if shown == nil || shown.Rev != s.rev || s.authentik == nil || s.pocketbase == nil {
		s.dropRecent() // the review has to show one that can be applied
		return nil, ErrStalePlan
	}
	p := Progress{Authentik: s.authentik, PocketBase: s.pocketbase}
	job := &Apply{ID: shown.ID, link: p.key(), Plan: shown.Plan, rev: shown.Rev, planSeq: s.seq, Errand: shown.Errand,
		Happened: live.NewRecord[apply.Event]()}
	e := w.Engine(p)
	if !s.beginWork(w, func(ctx context.Context) { job.run(ctx, e, s) }) {
		return nil, ErrClosing
	}
	if s.applies = append(s.applies, job); len(s.applies) > plansKept {
		s.applies = slices.Delete(s.applies, 0, 1) // what it held goes when this one ends
	}
	return job, nil
}

// carriesOut reports whether the job's plan is the shown one, or another of the same answers for the same errand, as in
// another tab. What is generated, such as a client secret, then differs.
func (j *Apply) carriesOut(shown *Shown) bool {
	was, now := &j.Plan, &shown.Plan
	return j.ID == shown.ID || j.rev == shown.Rev && j.Again == shown.Again && was.Purpose == now.Purpose &&
		was.Of == now.Of && was.Force == now.Force && was.Only == now.Only && was.Part == now.Part
}

// BeginVerify begins a run of the checks unless one is under way. It answers
// false when the program is being stopped.
func (s *Session) BeginVerify(w Worker, run *Verify) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled == nil || s.authentik == nil || s.pocketbase == nil {
		return true // changed in between; the page says what is missing
	}
	if s.verify != nil && !s.verify.Ended() {
		return true
	}
	run.begin()
	e := w.Engine(Progress{Authentik: s.authentik, PocketBase: s.pocketbase})
	desired := s.settled.Desired
	if !s.beginWork(w, func(ctx context.Context) { run.run(ctx, e, desired, s) }) {
		run.cancel()
		return false
	}
	s.verify = run
	return true
}
