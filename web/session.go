package web

import (
	"crypto/rand"
	"sync"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/live"
)

// The life of a session.
const (
	sessionIdle  = 30 * time.Minute // without a request
	sessionLife  = 4 * time.Hour    // in any case
	sessionLimit = 100              // sessions at once
	plansKept    = 8                // shown plans and begun applies per session
)

// session is one browser's way through the wizard. mu is held for looking and
// writing, never while a system is asked.
type session struct {
	id      string // empty until the session is kept
	created time.Time
	used    time.Time // guarded by sessions.mu
	streams live.Streams

	mu         sync.Mutex
	authentik  *authentikAnswer
	pocketbase *pocketbaseAnswer
	second     *secondStep // a PocketBase sign-in that waits for a code
	spec       link.Spec
	answered   bool // spec was accepted
	rev        int  // goes up with every answer
	plans      []*shownPlan
	fresh      *shownPlan // just made by saving the settings, not shown yet
	seq        int        // of the newest plan
	applies    []*applyJob
	settled    *settled
	verify     *verifyRun
	working    int  // jobs that use the tokens
	over       bool // ended: the tokens are wiped once nothing is working

	known    map[secret.Text]bool // client secrets that came in and are not overwritten yet
	replaced []func()             // overwrite the tokens of connections that others followed
	tests    *signIns             // where the session's test sign-ins are; nil: nowhere
}

// shownPlan is a plan that a review page has shown, and may be asked to apply.
type shownPlan struct {
	id   string
	plan link.Plan
	rev  int // of the answers it was made from
	seq  int
	errand
}

// errand is what a plan that was made to put one thing right is about. It is
// zero for all others.
type errand struct {
	again   string     // the page that makes the plan anew
	back    string     // where to go on once it is applied
	answers *link.Spec // the answers from then on, nil where they stay
}

// settled is a link that stands as wanted: an apply made it so, or a plan had
// nothing to do.
type settled struct {
	desired       link.Desired
	at            time.Time // of the last change
	rev           int
	authentikURL  string
	pocketbaseURL string
	byPassword    bool
}

// newID makes 256 random bits.
func newID() string { return rand.Text() + rand.Text() }

// answersChanged forgets what followed from the answers before. The caller
// holds mu.
func (s *session) answersChanged() {
	s.rev++
	s.settled, s.verify = nil, nil
	s.tidy()
}

// setAuthentik takes an accepted answer. Another authentik has other flows,
// keys and applications, so the settings are asked again.
func (s *session) setAuthentik(a *authentikAnswer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comeBack()
	if s.authentik != nil {
		if s.authentik.login.url != a.login.url {
			s.forgetSettings()
		}
		if s.authentik.replacedBy(a) {
			s.replaced = append(s.replaced, s.authentik.wipe)
		}
	}
	s.authentik = a
	s.answersChanged()
}

// comeBack is for a token that is given after all were to be forgotten, while
// a job still used them: the old ones go at its end, and none that came since.
func (s *session) comeBack() {
	if !s.over {
		return
	}
	s.over = false
	if s.authentik != nil {
		s.replaced = append(s.replaced, s.authentik.wipe)
	}
	if s.pocketbase != nil {
		s.replaced = append(s.replaced, s.pocketbase.wipe)
	}
	s.authentik, s.pocketbase, s.second = nil, nil, nil
	s.forgetSettings()
}

// setPocketBase takes an accepted answer.
func (s *session) setPocketBase(p *pocketbaseAnswer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comeBack()
	if s.pocketbase != nil {
		if s.pocketbase.login.url != p.login.url {
			s.forgetSettings()
		}
		if s.pocketbase.replacedBy(p) {
			s.replaced = append(s.replaced, s.pocketbase.wipe)
		}
	}
	s.pocketbase, s.second = p, nil
	s.answersChanged()
}

func (s *session) forgetSettings() { s.spec, s.answered = link.Spec{}, false }

// setSpec takes the settings. Those that are not accepted yet are kept as a
// draft. It returns the new rev.
func (s *session) setSpec(spec link.Spec, accepted bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spec, s.answered = spec, accepted
	s.note(specSecrets(spec))
	s.answersChanged()
	return s.rev
}

// progress is a look at a session's answers.
type progress struct {
	authentik  *authentikAnswer
	pocketbase *pocketbaseAnswer
	second     *secondStep
	spec       link.Spec
	answered   bool
	rev        int
	settled    *settled
	verify     *verifyRun
}

func (s *session) look() progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := progress{
		authentik: s.authentik, pocketbase: s.pocketbase, second: s.second, spec: s.spec,
		answered: s.answered, rev: s.rev, settled: s.settled, verify: s.verify,
	}
	if s.over { // a job may still use them, and nobody else
		p.authentik, p.pocketbase, p.second = nil, nil, nil
	}
	return p
}

// workDone marks the end of a job that used the session's tokens.
func (s *session) workDone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	if s.over && s.working == 0 {
		s.wipe()
	}
	s.tidy()
}

// forget lets go of both connections. All secrets are wiped at once, or when
// the job that uses them ends: then it answers false. What was made stays to
// be shown.
func (s *session) forget() (wiped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	if s.working == 0 {
		s.wipe()
	}
	return s.working == 0
}

// awaitCode keeps a sign-in to PocketBase that waits for a one-time password.
func (s *session) awaitCode(step *secondStep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.second = step
}
