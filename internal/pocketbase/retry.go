package pocketbase

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"authpocket/internal/outbound"
)

// patience bounds one read or one write with all its repetitions.
const patience = 30 * time.Second

// attempts bounds how often one read or write is sent.
const attempts = 6

// transient tells whether a read that ended so is worth sending again.
func transient(a answer, err error) bool {
	if err != nil {
		return outbound.CutOff(err)
	}
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// read sends a superuser's read until it is answered, and decodes the answer
// into v. Its error is a *link.Fault.
func (c *Client) read(ctx context.Context, one call, v any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	one.token = c.token
	a, err := c.wire.patiently(ctx, one)
	if err != nil {
		return unreachable(c.cfg.URL, err)
	}
	if a.status != http.StatusOK {
		return c.unexpected(a)
	}
	if err := a.decode(v); err != nil {
		return notPocketBase(a, err)
	}
	return nil
}

// patiently repeats a read while its outcome is transient. It returns the
// last outcome.
func (w wire) patiently(ctx context.Context, one call) (answer, error) {
	for attempt := 1; ; attempt++ {
		a, err := w.send(ctx, one)
		if !transient(a, err) || attempt == attempts || !w.pause(ctx, attempt, a) {
			return a, err
		}
	}
}

// pause waits before the next attempt: as long as the server asks, else for
// a growing, jittered while. It tells whether there is time for another one.
func (w wire) pause(ctx context.Context, attempt int, a answer) bool {
	delay := backoff(attempt)
	if asked, ok := outbound.RetryAfter(a.header, time.Now()); ok {
		delay = max(delay, asked)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		return false
	}
	return w.sleep(ctx, delay) == nil
}

// backoff is between half and the whole of 0.5 s, 1 s, 2 s, 4 s and so on.
func backoff(attempt int) time.Duration {
	whole := 250 * time.Millisecond << min(attempt, 5)
	return whole/2 + rand.N(whole/2)
}
