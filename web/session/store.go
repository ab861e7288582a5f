package session

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"authpocket/web/door"
)

// Cookie tells browsers apart.
const Cookie door.Cookie = "authpocket"

// Store holds the sessions of all browsers.
type Store struct {
	mu    sync.Mutex
	byID  map[string]*Session
	tests *SignIns

	sweeping sync.WaitGroup
	stop     context.CancelFunc
}

// NewStore returns a store without sessions. Close has to be called at the end.
func NewStore(tests *SignIns) *Store {
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{byID: map[string]*Session{}, tests: tests, stop: stop}
	s.sweeping.Go(func() { s.sweep(ctx) })
	return s
}

// sweep ends sessions whose time is up, so that tokens do not outlive it
// even without requests. It drops the pages that were kept for a moment.
func (s *Store) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.expire(time.Now())
		}
	}
}

func (s *Store) expire(now time.Time) {
	for _, one := range s.All() {
		one.dropOld()
	}
	s.endEach(func(one *Session) bool { return one.expired(now) })
}

func (s *Store) endEach(fits func(*Session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, one := range s.byID {
		if fits(one) {
			delete(s.byID, id)
			s.wipe(one)
		}
	}
}

func (s *Session) expired(now time.Time) bool {
	return now.Sub(s.used) >= sessionIdle || now.Sub(s.created) >= sessionLife
}

// Of returns the request's session. lost reports that the browser sent the
// cookie of one that is over. Without a session it returns a new one that is
// not kept yet, so that a stranger's look costs nothing.
func (s *Store) Of(r *http.Request) (found *Session, lost bool) {
	id := Cookie.Value(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if one, ok := s.byID[id]; ok && !one.expired(now) {
		if !door.Stream(r) {
			one.used = now
		}
		return one, false
	}
	return &Session{tests: s.tests}, id != ""
}

// Keep stores a session that is not stored yet and gives the browser its
// cookie.
func (s *Store) Keep(w http.ResponseWriter, r *http.Request, one *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.id != "" {
		return
	}
	for len(s.byID) >= sessionLimit {
		s.evict()
	}
	one.id, one.created, one.used = NewID(), time.Now(), time.Now()
	s.byID[one.id] = one
	Cookie.Set(w, r, one.id, 0)
}

// evict ends the session that was used the longest ago. The caller holds mu.
func (s *Store) evict() {
	var oldest *Session
	for _, one := range s.byID {
		if oldest == nil || one.used.Before(oldest.used) {
			oldest = one
		}
	}
	delete(s.byID, oldest.id)
	s.wipe(oldest)
}

// wipe ends a session that was taken out of the store, with its test sign-ins.
func (s *Store) wipe(one *Session) (wiped bool) {
	wiped = one.Forget()
	s.tests.drop(one)
	return wiped
}

// End forgets a session and its cookie. It answers false where a job still
// needs the tokens; they are overwritten when it ends.
func (s *Store) End(w http.ResponseWriter, r *http.Request, one *Session) (wiped bool) {
	s.mu.Lock()
	delete(s.byID, one.id)
	s.mu.Unlock()
	Cookie.Set(w, r, "", -1)
	return s.wipe(one)
}

// Close ends all sessions.
func (s *Store) Close() {
	s.stop()
	s.sweeping.Wait()
	s.endEach(func(*Session) bool { return true })
}

// All returns the sessions that are kept.
func (s *Store) All() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.byID))
}
