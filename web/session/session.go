// Package session holds what a browser has answered and begun: the connections,
// the settings, the plans it was shown, applies, runs of the checks and test
// sign-ins. All of it is in memory only, and overwritten at the end.
package session

import (
	"crypto/rand"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/live"
)

// The life of a session.
const (
	sessionIdle  = 30 * time.Minute // without a request
	sessionLife  = 4 * time.Hour    // in any case
	sessionLimit = 100              // sessions at once
	sweepEvery   = recentAge        // it is seen to that their time is up
	plansKept    = 8                // shown plans and begun applies per session
)

// Session is one browser's way through the wizard. mu is held for looking and
// writing, never while a system is asked.
type Session struct {
	id      string // empty until the session is kept
	created time.Time
	used    time.Time // guarded by Store.mu
	Streams live.Streams

	mu         sync.Mutex
	authentik  *Authentik
	pocketbase *PocketBase
	second     *CodeStep // a PocketBase sign-in that waits for a code
	spec       link.Spec
	answered   bool // spec was accepted
	rev        int  // goes up with every answer
	plans      []*Shown
	fresh      *Shown // just made by saving the settings, not shown yet
	seq        int    // of the newest plan
	applies    []*Apply
	settled    *Settled
	live       string // identifies the systems whose link is known to exist, empty for none
	verify     *Verify
	working    int  // jobs that use the tokens
	over       bool // ended: the tokens are wiped once nothing is working

	recent map[string]recent // by path
	turn   int               // goes up with what makes them old

	draftOf string // the page of draft
	draft   *Draft
	typed   map[string]secret.Text // by field: secrets of forms that were refused

	invited *SignIn     // whose link the invitation's page shows, nil for none
	link    secret.Text // is that link's token

	known    map[secret.Text]bool // client secrets that came in and are not overwritten yet
	replaced []func()             // overwrite the tokens of connections that others followed
	tests    *SignIns             // where the session's test sign-ins are; nil: nowhere
}

// Shown is a plan that a review page has shown, and may be asked to apply.
type Shown struct {
	ID   string
	Plan link.Plan
	Rev  int // of the answers it was made from
	seq  int
	Errand
}

// Errand is the context of a plan that fixes one problem, zero for other plans.
type Errand struct {
	Again   string     // the page that makes the plan again
	Back    string     // the page to continue on once it is applied
	Answers *link.Spec // the answers once it is applied, nil if they stay
}

// Settled is a link that matches the answers, after an apply or an empty plan.
type Settled struct {
	Desired       link.Desired
	At            time.Time // of the last change
	rev           int
	AuthentikURL  string
	PocketBaseURL string
	ByPassword    bool
}

// NewID returns 256 random bits as text.
func NewID() string { return rand.Text() + rand.Text() }

// answersChanged forgets what followed from the answers before. The caller
// holds mu.
func (s *Session) answersChanged() {
	s.rev++
	s.settled, s.verify = nil, nil
	s.dropDraft()
	s.tidy()
}

// SetAuthentik takes an accepted answer.
func (s *Session) SetAuthentik(a *Authentik) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comeBack()
	if s.authentik != nil {
		s.replace(s.authentik.Login, a.Login, s.authentik.HTTP, s.authentik.wipe)
	}
	s.authentik = a
	s.answersChanged()
}

// comeBack keeps a token entered while a job still uses tokens that are to be
// wiped. The old ones are wiped when the job ends.
func (s *Session) comeBack() {
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

// SetPocketBase takes an accepted answer.
func (s *Session) SetPocketBase(p *PocketBase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comeBack()
	if s.pocketbase != nil {
		s.replace(s.pocketbase.Login, p.Login, s.pocketbase.HTTP, s.pocketbase.wipe)
	}
	s.pocketbase, s.second = p, nil
	s.answersChanged()
}

func (s *Session) forgetSettings() { s.spec, s.answered = link.Spec{}, false }

// SetSpec takes the settings. Those that are not accepted yet are kept as a
// draft. It returns the new rev.
func (s *Session) SetSpec(spec *link.Spec, accepted bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spec, s.answered = *spec, accepted
	s.note(specSecrets(spec))
	s.answersChanged()
	return s.rev
}

// Progress is a copy of a session's answers.
type Progress struct {
	Authentik  *Authentik
	PocketBase *PocketBase
	Second     *CodeStep
	Spec       link.Spec
	answered   bool
	Rev        int
	turn       int
	Settled    *Settled
	Live       bool // the link existed when it was last read, whether or not it matched the answers
	Verify     *Verify
}

// Look returns the answers as they are now. It has no connections once they
// are to be forgotten.
func (s *Session) Look() Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := Progress{
		Authentik: s.authentik, PocketBase: s.pocketbase, Second: s.second, Spec: s.spec,
		answered: s.answered, Rev: s.rev, turn: s.turn, Settled: s.settled, Verify: s.verify,
	}
	p.Live = s.live != "" && (s.live == s.key() || s.authentik == nil && s.settled != nil)
	if s.over { // only a running job may still use them
		p.Authentik, p.PocketBase, p.Second = nil, nil, nil
	}
	return p
}

// key identifies the two connected systems, empty without both. The caller holds mu.
func (s *Session) key() string {
	if s.authentik == nil || s.pocketbase == nil {
		return ""
	}
	return engine.Key(s.authentik.Login.URL, s.pocketbase.Login.URL)
}

// workDone marks the end of a job that used the session's tokens.
func (s *Session) workDone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.dropRecent()
	if s.over && s.working == 0 {
		s.wipe()
	}
	s.tidy()
}

// Forget drops both connections. It wipes all secrets at once, or returns false and
// wipes them when the job that uses them ends. What was done can still be shown.
func (s *Session) Forget() (wiped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	if s.working == 0 {
		s.wipe()
	}
	return s.working == 0
}

// Holds reports whether the session has answers or secrets that it keeps.
func (s *Session) Holds() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.over && (s.authentik != nil || s.pocketbase != nil || s.second != nil || s.answered || s.draft != nil ||
		len(s.typed) > 0)
}

// Leaving reports whether the secrets are wiped as soon as a job ends.
func (s *Session) Leaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// AwaitCode keeps a sign-in to PocketBase that waits for a one-time password.
func (s *Session) AwaitCode(step *CodeStep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.second = step
}
