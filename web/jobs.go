package web

import (
	"context"
	"sync"
)

// jobs is the work that outlives the request which began it.
type jobs struct {
	mu      sync.Mutex
	running sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	closed  chan struct{}
	over    bool
}

// newJobs lets work begin until close.
func newJobs() *jobs {
	ctx, cancel := context.WithCancel(context.Background())
	return &jobs{ctx: ctx, cancel: cancel, closed: make(chan struct{})}
}

// begin runs work until it ends. It answers false once the wizard is closing.
func (j *jobs) begin(work func(context.Context)) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.over {
		return false
	}
	j.running.Go(func() { work(j.ctx) })
	return true
}

// close lets no new work begin, ends the context of all that runs and waits
// for it.
func (j *jobs) close() {
	j.mu.Lock()
	if j.over {
		j.mu.Unlock()
		return
	}
	j.over = true
	close(j.closed)
	j.mu.Unlock()
	j.cancel() // an apply finishes the change under way, see engine.Apply
	j.wait()
}

// ending is closed as soon as no new work begins.
func (j *jobs) ending() <-chan struct{} { return j.closed }

// wait returns when nothing is running.
func (j *jobs) wait() { j.running.Wait() }
