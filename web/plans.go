package web

import (
	"cmp"
	"slices"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/live"
)

// show keeps a plan, made from the answers of rev, as one that is about to be
// shown.
func (s *session) show(plan link.Plan, rev int) *shownPlan {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	shown := &shownPlan{id: newID()[:26], plan: plan, rev: rev, seq: s.seq}
	s.note(planSecrets(plan))
	if s.plans = append(s.plans, shown); len(s.plans) > plansKept {
		s.plans = slices.Delete(s.plans, 0, 1)
	}
	s.tidy()
	return shown
}

// showNext keeps a plan for the review that follows, which need not make it
// anew.
func (s *session) showNext(plan link.Plan, rev int) {
	shown := s.show(plan, rev)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = shown
}

// takeFresh returns the plan that saving the settings has just made, once.
func (s *session) takeFresh() *shownPlan {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.fresh
	s.fresh = nil
	if shown == nil || shown.rev != s.rev {
		return nil
	}
	return shown
}

// settle marks the link as standing the way that the answers of rev want it.
// Answers that were changed since are not settled by it. changed tells that
// something was written for it just now.
func (s *session) settle(rev int, d link.Desired, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev != s.rev || s.authentik == nil || s.pocketbase == nil {
		return
	}
	at := time.Now()
	if s.settled != nil && !changed {
		at = s.settled.at // a review after the apply, which finds nothing left
	}
	s.settled = &settled{
		desired: d, at: at, rev: rev, authentikURL: s.authentik.login.url, pocketbaseURL: s.pocketbase.login.url,
		byPassword: s.pocketbase.login.with == withPassword,
	}
}

// dropChecks forgets what was measured before a change.
func (s *session) dropChecks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verify = nil
}

// unsettle marks the link as taken back or apart. Plans that were shown before
// are out of date.
func (s *session) unsettle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answersChanged()
}

// checkSecret begins a run of the checks after a new client secret. The
// answers keep no secret of their own any more: authentik's is the one.
func (s *session) checkSecret() *verifyRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spec.Provider.ClientSecret = nil
	s.verify = &verifyRun{happened: live.NewRecord[struct{}]()}
	return s.verify
}

func (s *session) planByID(id string) *shownPlan {
	i := slices.IndexFunc(s.plans, func(p *shownPlan) bool { return p.id == id })
	if i < 0 {
		return nil
	}
	return s.plans[i]
}

func (s *session) applyByID(id string) *applyJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.applies, func(j *applyJob) bool { return j.id == id })
	if i < 0 {
		return nil
	}
	return s.applies[i]
}

// replacedSecret is the client secret that the last change of it in this
// session has replaced for the link that stands, not set where there is none.
func (s *session) replacedSecret() secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled == nil {
		return secret.Text{}
	}
	systems := engine.Key(s.settled.authentikURL, s.settled.pocketbaseURL)
	for _, job := range slices.Backward(s.applies) {
		if job.link == systems && job.rotates(s.settled.desired) {
			return job.plan.SecretBefore()
		}
	}
	return secret.Text{}
}

// takeAnswers keeps the answers that an applied plan was made from. The caller
// has just settled it, so what follows from the answers stays.
func (s *session) takeAnswers(rev int, answers *link.Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers != nil && rev == s.rev && s.authentik != nil && s.pocketbase != nil {
		s.spec = *answers
	}
}

// againOf is the page that makes the plan with that id anew, the review for
// one that is not known.
func (s *session) againOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shown := s.planByID(id); shown != nil {
		return cmp.Or(shown.again, again(shown.plan))
	}
	return "/review"
}

// shownPlans returns the plans that may still be applied, the newest last.
func (s *session) shownPlans() []*shownPlan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.plans)
}

// begun returns the applies that were begun, the newest last.
func (s *session) begun() []*applyJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.applies)
}
