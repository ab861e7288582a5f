package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"sync"
	"time"
)

// signIns are the test sign-ins of all sessions. Those that take part without
// a session's cookie are found here: somebody else's browser by its link's
// token, and a return from authentik by its state.
type signIns struct {
	mu   sync.Mutex
	runs []*signInRun
}

// add keeps a run, and lets go of old ones and what they hold.
func (s *signIns) add(run *signInRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := time.Now().Add(-sessionLife)
	s.runs = append(s.runs, run)
	own := 0
	for i, r := range slices.Backward(s.runs) {
		if r.sess == run.sess {
			own++
		}
		if r.made.Before(oldest) || r.sess == run.sess && own > signInsKept {
			s.runs = slices.Delete(s.runs, i, i+1)
			r.letGo(newerTests)
		}
	}
}

// wipe lets go of what a session's runs hold. What came of them stays to be
// shown.
func (s *signIns) wipe(sess *session) {
	for _, run := range s.all(sess) {
		run.letGo(tokensGone)
	}
}

// drop takes a session's runs out, once the session is over.
func (s *signIns) drop(sess *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = slices.DeleteFunc(s.runs, func(r *signInRun) bool {
		if r.sess == sess {
			r.letGo(sessionGone)
		}
		return r.sess == sess
	})
}

// find returns the newest run that fits, or nil.
func (s *signIns) find(fits func(*signInRun) bool) *signInRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.runs) {
		if fits(r) {
			return r
		}
	}
	return nil
}

// of is the session's run with that id.
func (s *signIns) of(sess *session, id string) *signInRun {
	return s.find(func(r *signInRun) bool { return r.sess == sess && r.id == id })
}

// all are the session's runs, the newest first.
func (s *signIns) all(sess *session) []*signInRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*signInRun
	for _, r := range slices.Backward(s.runs) {
		if r.sess == sess {
			list = append(list, r)
		}
	}
	return list
}

// invited is the run that a link's token leads to, nil once its time is up
// and nobody has begun it.
func (s *signIns) invited(token string) *signInRun {
	hash := sha256.Sum256([]byte(token))
	return s.find(func(r *signInRun) bool {
		if r.invite == nil || subtle.ConstantTimeCompare(r.invite.hash[:], hash[:]) != 1 {
			return false
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.invite.key != "" || time.Now().Before(r.invite.expires)
	})
}

// awaiting is the run whose return comes with that state to authpocket's own
// address.
func (s *signIns) awaiting(state string) *signInRun {
	if state == "" {
		return nil
	}
	return s.find(func(r *signInRun) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.way == wayCallback && subtle.ConstantTimeCompare([]byte(r.state), []byte(state)) == 1
	})
}
