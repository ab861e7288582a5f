package public

import (
	"slices"
	"time"
)

// queueIdle is after which time without a look at its page a visitor has left the queue. The page looks every
// queueLook. Who has missed two looks has perhaps closed it: a place is given to those behind them, and they are the
// next again if they look after all.
const (
	queueIdle  = 30 * time.Second
	queueLook  = 5 * time.Second
	queueLooks = 2*queueLook + queueLook/2
)

// visitor is a browser that has a sandbox or waits for one.
type visitor struct {
	id    string
	place *place // nil while waiting
	step  string // to open
	seen  time.Time
	opens bool // their sandbox is being started
}

// turn is where a visitor is in the queue.
type turn struct {
	over  bool // no sandbox is started any more
	ready bool // their sandbox may be started, and its place is reserved
	again bool // the program that serves the demo next is to be asked
	ahead int  // visitors before them
	wait  time.Duration
}

// takeTurn reserves a place for the visitor if it is their turn, and else puts them into the queue.
func (s *Server) takeTurn(v *visitor, step string, now time.Time) turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return turn{over: true}
	case s.renewing:
		return turn{again: true}
	}
	if v.opens { // in another tab
		return turn{wait: queueLook}
	}
	v.seen, v.step = now, step
	in := slices.Index(s.queue, v)
	before := s.queue
	if in >= 0 {
		before = s.queue[:in]
	}
	at := looking(before, now)
	if at < s.free() {
		s.queue = slices.DeleteFunc(s.queue, func(one *visitor) bool { return one == v })
		s.opening++
		s.starting.Add(1)
		v.opens = true
		s.visitors[v.id] = v
		return turn{ready: true}
	}
	if in < 0 {
		s.queue = append(s.queue, v)
		s.visitors[v.id] = v
	}
	return turn{ahead: at, wait: s.waitAt(at, now)}
}

// looking is how many of the visitors look at their page.
func looking(queue []*visitor, now time.Time) int {
	n := 0
	for _, v := range queue {
		if now.Sub(v.seen) <= queueLooks {
			n++
		}
	}
	return n
}

// free is how many sandboxes may be started now. A disk that is nearly full is left to those that are there. The caller
// holds mu.
func (s *Server) free() int {
	theirs := uint64(s.alive()) * placeDisk // #nosec G115 -- not negative
	if room, known := s.room(s.temp); known && room < placeKept+theirs {
		return 0
	}
	return s.cfg.Max - s.alive()
}

// stepOf returns the step that a waiting visitor has asked for.
func (s *Server) stepOf(v *visitor) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return v.step
}

// waitAt estimates when the place of the n-th in the queue is free: when as many sandboxes have ended. The caller
// holds mu.
func (s *Server) waitAt(n int, now time.Time) time.Duration {
	var ends []time.Time
	for _, p := range s.byID {
		ends = append(ends, p.ends)
	}
	if len(ends) == 0 {
		return queueLook
	}
	slices.SortFunc(ends, time.Time.Compare)
	rounds := time.Duration(n/len(ends)) * s.cfg.Lifetime
	return max(ends[n%len(ends)].Sub(now), 0) + rounds
}

// leaveQueue forgets visitors who no longer look.
func (s *Server) leaveQueue(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = slices.DeleteFunc(s.queue, func(v *visitor) bool {
		gone := now.Sub(v.seen) > queueIdle
		if gone {
			delete(s.visitors, v.id)
		}
		return gone
	})
}
