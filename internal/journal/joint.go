package journal

import (
	"context"
	"sync"
)

// Joint is a lock of two systems that several links of one run hold together. The run keeps these apart itself. It is
// taken from Store for the first of them and released after the last.
type Joint struct {
	store *Store

	mu   sync.Mutex
	held map[string]*jointly
}

type jointly struct {
	holders int
	unlock  func()
}

// NewJoint returns a Joint of the store.
func NewJoint(s *Store) *Joint { return &Joint{store: s, held: map[string]*jointly{}} }

// Lock is Store.Lock, but other holders of the Joint do not count.
func (j *Joint) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held[key] == nil {
		unlock, err := j.store.Lock(ctx, key)
		if err != nil {
			return nil, err
		}
		j.held[key] = &jointly{unlock: unlock}
	}
	j.held[key].holders++
	return sync.OnceFunc(func() { j.release(key) }), nil
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
