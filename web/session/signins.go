package session

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"sync"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// SignIns are the test sign-ins of all sessions. Those that take part without
// a session's cookie are found here: an invited user's browser by its link's
// token, and a return from authentik by its state.
type SignIns struct {
	mu   sync.Mutex
	runs []*SignIn
}

// Add keeps a run, and lets go of old ones and what they hold.
func (s *SignIns) Add(run *SignIn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := time.Now().Add(-sessionLife)
	s.runs = append(s.runs, run)
	own := 0
	for i, r := range slices.Backward(s.runs) {
		if r.Session == run.Session {
			own++
		}
		if r.Made.Before(oldest) || r.Session == run.Session && own > signInsKept {
			s.runs = slices.Delete(s.runs, i, i+1)
			r.letGo(newerTests())
		}
	}
}

// wipe lets go of what a session's runs hold. What came of them stays to be
// shown.
func (s *SignIns) wipe(sess *Session) {
	for _, run := range s.All(sess) {
		run.letGo(tokensGone())
	}
}

// drop takes a session's runs out, once the session is over.
func (s *SignIns) drop(sess *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = slices.DeleteFunc(s.runs, func(r *SignIn) bool {
		if r.Session == sess {
			r.letGo(say.Of("The session that started the test has ended."))
		}
		return r.Session == sess
	})
}

// find returns the newest run that fits, or nil.
func (s *SignIns) find(fits func(*SignIn) bool) *SignIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.runs) {
		if fits(r) {
			return r
		}
	}
	return nil
}

// Of returns the session's run with that id.
func (s *SignIns) Of(sess *Session, id string) *SignIn {
	return s.find(func(r *SignIn) bool { return r.Session == sess && r.ID == id })
}

// All returns the session's runs, newest first.
func (s *SignIns) All(sess *Session) []*SignIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*SignIn
	for _, r := range slices.Backward(s.runs) {
		if r.Session == sess {
			list = append(list, r)
		}
	}
	return list
}

// Invited is the run that a link's token leads to, nil once its time is up
// and the test has not started.
func (s *SignIns) Invited(token string) *SignIn {
	hash := sha256.Sum256([]byte(token))
	return s.find(func(r *SignIn) bool {
		if r.invite == nil || subtle.ConstantTimeCompare(r.invite.hash[:], hash[:]) != 1 {
			return false
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.invite.key != "" || time.Now().Before(r.invite.expires)
	})
}

// Awaiting is the run whose return comes with that state to authpocket's own
// address.
func (s *SignIns) Awaiting(state string) *SignIn {
	if state == "" {
		return nil
	}
	return s.find(func(r *SignIn) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.Way == WayCallback && subtle.ConstantTimeCompare([]byte(r.state), []byte(state)) == 1
	})
}

// SignedIn returns the session's last test sign-in that worked since the last change of the link.
func (s *SignIns) SignedIn(sess *Session) (seen report.SignedIn) {
	p := sess.Look()
	if p.Settled == nil {
		return seen
	}
	for _, run := range s.All(sess) {
		v := run.Verdict()
		if v != nil && v.Works && run.Made.After(p.Settled.At) && run.Made.After(seen.At) {
			seen = report.SignedIn{Name: cmp.Or(v.Record.Email, v.Record.ID), At: run.Made}
		}
	}
	return seen
}
