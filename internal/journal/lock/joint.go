package lock

import (
	"context"
	"sync"
)

// Joint is a lock of two systems that several links of one run hold together. The run keeps these apart itself. It is
// taken for the first of them and released after the last.
type Joint struct {
	of Locker

	mu     sync.Mutex
	held   map[string]*jointly
	writes map[string]*sync.Mutex
}

type jointly struct {
	holders int
	unlock  func()
}

// Locker has the locks of links.
type Locker interface {
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// NewJoint returns a Joint of these locks.
func NewJoint(of Locker) *Joint {
	return &Joint{of: of, held: map[string]*jointly{}, writes: map[string]*sync.Mutex{}}
}

// Lock is Lock of the Locker, but other holders of the Joint do not count.
func (j *Joint) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held[key] == nil {
		unlock, err := j.of.Lock(ctx, key)
		if err != nil {
			return nil, err
		}
		j.held[key] = &jointly{unlock: unlock}
	}
	j.held[key].holders++
	return sync.OnceFunc(func() { j.release(key) }), nil
}

// Write waits until no other link of the run writes to the system, and returns what lets the next one write.
func (j *Joint) Write(system string) (end func()) {
	j.mu.Lock()
	if j.writes[system] == nil {
		j.writes[system] = &sync.Mutex{}
	}
	turn := j.writes[system]
	j.mu.Unlock()
	turn.Lock()
	return turn.Unlock
}

func (j *Joint) release(key string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	one := j.held[key]
	if one.holders--; one.holders == 0 {
		one.unlock()
		delete(j.held, key)
	}
}
