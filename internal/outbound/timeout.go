package outbound

import (
	"context"
	"sync"
	"time"
)

// WithTimeout is context.WithTimeout, but its time stands still while a request with the context waits for its turn
// (Config.AtOnce).
func WithTimeout(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	c := &clock{parent: parent, done: make(chan struct{}), deadline: time.Now().Add(limit)}
	c.mu.Lock() // it may be over before the timer is known
	c.timer = time.AfterFunc(limit, func() { c.end(context.DeadlineExceeded) })
	c.mu.Unlock()
	if err := parent.Err(); err != nil {
		c.end(err)
	}
	stop := context.AfterFunc(parent, func() { c.end(parent.Err()) })
	return c, func() {
		stop()
		c.end(context.Canceled)
	}
}

// forever is longer than anything takes.
const forever = 100 * 365 * 24 * time.Hour

// Countdown returns a context that does not end on its own, and what is left of the limit. Like that of WithTimeout it
// stands still while a request with the context waits for its turn.
func Countdown(parent context.Context, limit time.Duration) (ctx context.Context, left func() time.Duration,
	stop context.CancelFunc) {
	timed, stop := WithTimeout(parent, forever)
	return timed, func() time.Duration { return limit - forever + timed.(*clock).remains() }, stop
}

// clock is the context that WithTimeout returns.
type clock struct {
	parent context.Context
	done   chan struct{}

	mu       sync.Mutex
	err      error
	timer    *time.Timer
	deadline time.Time
	left     time.Duration // while it stands still
	waiting  int           // requests that wait for their turn
}

// remains returns how long the context lasts if no request of it waits from now on.
func (c *clock) remains() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting > 0 {
		return c.left
	}
	return time.Until(c.deadline)
}

// Deadline returns when the context ends if no request of it waits from now on.
func (c *clock) Deadline() (time.Time, bool) {
	at := time.Now().Add(c.remains())
	if outer, limited := c.parent.Deadline(); limited && outer.Before(at) {
		at = outer
	}
	return at, true
}

// Done returns a channel that is closed when the context ends.
func (c *clock) Done() <-chan struct{} { return c.done }

// Err returns why the context has ended, nil before.
func (c *clock) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

type clockKey struct{}

// Value returns the parent's values.
func (c *clock) Value(key any) any {
	if key == (clockKey{}) {
		return c
	}
	return c.parent.Value(key)
}

func (c *clock) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		c.timer.Stop()
		close(c.done)
	}
}

// standStill stops the clocks of a context, until resume is called.
func standStill(ctx context.Context) (resume func()) {
	var stopped []*clock
	for c, ok := ctx.Value(clockKey{}).(*clock); ok; c, ok = c.parent.Value(clockKey{}).(*clock) {
		c.wait(1)
		stopped = append(stopped, c)
	}
	return func() {
		for _, c := range stopped {
			c.wait(-1)
		}
	}
}

// wait counts requests that begin or cease to wait for their turn.
func (c *clock) wait(more int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == 0 {
		c.timer.Stop()
		c.left = time.Until(c.deadline)
	}
	if c.waiting += more; c.waiting == 0 && c.err == nil {
		c.deadline = time.Now().Add(c.left)
		c.timer.Reset(c.left)
	}
}
