package session

import (
	"cmp"
	"slices"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// Show keeps a plan, made from the answers of rev, as one that is about to be
// shown.
func (s *Session) Show(plan *link.Plan, rev int) *Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	shown := &Shown{ID: NewID()[:26], Plan: *plan, Rev: rev, seq: s.seq}
	s.note(planSecrets(plan))
	s.planned(plan)
	if s.plans = append(s.plans, shown); len(s.plans) > plansKept {
		s.plans = slices.Delete(s.plans, 0, 1)
	}
	s.tidy()
	return shown
}

// ShowNext keeps a plan for the next review, which then need not make it again.
func (s *Session) ShowNext(plan *link.Plan, rev int) {
	shown := s.Show(plan, rev)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = shown
}

// TakeFresh returns the plan that saving the settings has just made, once.
func (s *Session) TakeFresh() *Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.fresh
	s.fresh = nil
	if shown == nil || shown.Rev != s.rev {
		return nil
	}
	return shown
}

// Settle marks the link as matching the answers of rev. It does nothing if answers
// have changed since. changed reports that something was just written.
func (s *Session) Settle(rev int, d *link.Desired, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev != s.rev || s.authentik == nil || s.pocketbase == nil {
		return
	}
	s.found(true)
	at := time.Now()
	if s.settled != nil && !changed {
		at = s.settled.At // a review after the apply, which finds nothing left
	}
	s.settled = &Settled{
		Desired: *d, At: at, rev: rev, AuthentikURL: s.authentik.Login.URL, PocketBaseURL: s.pocketbase.Login.URL,
		ByPassword: s.pocketbase.Login.With == WithPassword,
	}
}

// dropChecks drops the check results from before a change.
func (s *Session) dropChecks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verify = nil
}

// unsettle marks the link as undone or removed. Plans shown before are out of
// date.
func (s *Session) unsettle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = ""
	s.answersChanged()
}

// checkSecret begins a run of the checks after a new client secret. The
// answers keep no secret of their own any more: authentik's is the one.
func (s *Session) checkSecret() *Verify {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spec.Provider.ClientSecret = nil
	s.verify = &Verify{}
	s.verify.begin()
	return s.verify
}

func (s *Session) planByID(id string) *Shown {
	i := slices.IndexFunc(s.plans, func(p *Shown) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return s.plans[i]
}

// ApplyByID returns the apply with that id, nil for none.
func (s *Session) ApplyByID(id string) *Apply {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.applies, func(j *Apply) bool { return j.ID == id })
	if i < 0 {
		return nil
	}
	return s.applies[i]
}

// Running returns the apply that is under way, nil for none.
func (s *Session) Running() *Apply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.applies) - 1; last >= 0 && s.applies[last].running() {
		return s.applies[last]
	}
	return nil
}

// ReplacedSecret returns the client secret from before the last rotation of the
// link in this session, not set where there is none.
func (s *Session) ReplacedSecret() secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled == nil {
		return secret.Text{}
	}
	systems := engine.Key(s.settled.AuthentikURL, s.settled.PocketBaseURL)
	for _, job := range slices.Backward(s.applies) {
		if job.link == systems && job.rotates(&s.settled.Desired) {
			return job.Plan.SecretBefore()
		}
	}
	return secret.Text{}
}

// takeAnswers keeps the answers that an applied plan was made from. The caller
// has just settled it, so what follows from the answers stays.
func (s *Session) takeAnswers(rev int, answers *link.Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers != nil && rev == s.rev && s.authentik != nil && s.pocketbase != nil {
		s.spec = *answers
	}
}

// AgainOf returns the page that makes the plan with that id again, the review for
// an unknown id.
func (s *Session) AgainOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shown := s.planByID(id); shown != nil {
		return cmp.Or(shown.Again, Again(&shown.Plan))
	}
	return "/review"
}

// ShownPlans returns the plans that may still be applied, the newest last.
func (s *Session) ShownPlans() []*Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.plans)
}

// Begun returns the applies that were begun, the newest last.
func (s *Session) Begun() []*Apply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.applies)
}
