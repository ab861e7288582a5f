package web

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"authpocket/web/door"
)

// sessionCookie tells browsers apart.
const sessionCookie door.Cookie = "authpocket"

// sessions are those of all browsers, in memory only.
type sessions struct {
	mu    sync.Mutex
	byID  map[string]*session
	tests *signIns

	sweeping sync.WaitGroup
	stop     chan struct{}
	stopOnce sync.Once
}

func newSessions(tests *signIns) *sessions {
	s := &sessions{byID: map[string]*session{}, tests: tests, stop: make(chan struct{})}
	s.sweeping.Go(s.sweep)
	return s
}

// sweep ends sessions whose time is up, so that tokens do not outlive it even
// when nobody asks any more.
func (s *sessions) sweep() {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.expire(time.Now())
		}
	}
}

func (s *sessions) expire(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range s.byID {
		if one.expired(now) {
			delete(s.byID, id)
			s.wipe(one)
		}
	}
}

func (s *session) expired(now time.Time) bool {
	return now.Sub(s.used) >= sessionIdle || now.Sub(s.created) >= sessionLife
}

// of returns the request's session. lost tells that the browser brought the
// cookie of one that is over. Without a session it returns a new one that is
// not kept yet, so that a stranger's look costs nothing.
func (s *sessions) of(r *http.Request) (found *session, lost bool) {
	id := sessionCookie.Value(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if one, ok := s.byID[id]; ok && !one.expired(now) {
		if !door.Stream(r) {
			one.used = now
		}
		return one, false
	}
	return &session{tests: s.tests}, id != ""
}

// keep stores a session that is not stored yet and gives the browser its
// cookie.
func (s *sessions) keep(w http.ResponseWriter, r *http.Request, one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.id != "" {
		return
	}
	for len(s.byID) >= sessionLimit {
		s.evict()
	}
	one.id, one.created, one.used = newID(), time.Now(), time.Now()
	s.byID[one.id] = one
	sessionCookie.Set(w, r, one.id, 0)
}

// evict ends the session that was used the longest ago. The caller holds mu.
func (s *sessions) evict() {
	var oldest *session
	for _, one := range s.byID {
		if oldest == nil || one.used.Before(oldest.used) {
			oldest = one
		}
	}
	delete(s.byID, oldest.id)
	s.wipe(oldest)
}

// wipe ends a session that nobody finds any more, with its test sign-ins.
func (s *sessions) wipe(one *session) (wiped bool) {
	wiped = one.forget()
	s.tests.drop(one)
	return wiped
}

// end forgets a session and its cookie. It answers false where a job still
// needs the tokens; they are overwritten when it ends.
func (s *sessions) end(w http.ResponseWriter, r *http.Request, one *session) (wiped bool) {
	s.mu.Lock()
	delete(s.byID, one.id)
	s.mu.Unlock()
	sessionCookie.Set(w, r, "", -1)
	return s.wipe(one)
}

// close ends all sessions.
func (s *sessions) close() {
	s.stopOnce.Do(func() { close(s.stop) })
	s.sweeping.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range s.byID {
		delete(s.byID, id)
		s.wipe(one)
	}
}

// all returns the sessions that are kept.
func (s *sessions) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.byID))
}
