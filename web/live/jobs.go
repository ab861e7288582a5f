package live

import (
	"context"
	"sync"
	"sync/atomic"
)

// Jobs is the work that outlives the request which began it.
type Jobs struct {
	mu      sync.Mutex
	running sync.WaitGroup
	count   atomic.Int64
	ctx     context.Context
	cancel  context.CancelFunc
}

// NewJobs lets work begin until Close.
func NewJobs() *Jobs {
	ctx, cancel := context.WithCancel(context.Background())
	return &Jobs{ctx: ctx, cancel: cancel}
}

// Begin runs work until it ends. It answers false once the wizard is closing.
func (j *Jobs) Begin(work func(context.Context)) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ctx.Err() != nil {
		return false
	}
	j.count.Add(1)
	j.running.Go(func() {
		defer j.count.Add(-1)
		work(j.ctx)
	})
	return true
}

// Close lets no new work begin, ends the context of all that runs and waits
// for it.
func (j *Jobs) Close() {
	j.mu.Lock()
	j.cancel() // an apply finishes the change under way, see engine.Apply
	j.mu.Unlock()
	j.Wait()
}

// Ending returns a channel that is closed as soon as no new work begins.
func (j *Jobs) Ending() <-chan struct{} { return j.ctx.Done() }

// Busy reports whether any work is running.
func (j *Jobs) Busy() bool { return j.count.Load() > 0 }

// Wait returns when nothing is running.
func (j *Jobs) Wait() { j.running.Wait() }
