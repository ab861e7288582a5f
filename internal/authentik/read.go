package authentik

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"authpocket/internal/outbound"
)

const (
	readTries = 4
	// maxWait bounds one read or one write with all its repetitions, and so
	// is the longest Retry-After that is waited for.
	maxWait   = 30 * time.Second
	firstWait = 250 * time.Millisecond
)

// need names what a call is for, in words for a refusal.
type need struct {
	what  string // "flows"
	perm  string // the permission the call needs
	field string // the form field or spec path a refusal belongs to
}

// read sends a call that changes nothing until a whole JSON object comes
// back. The error is a *link.Fault that wraps a statusError where there was
// an answer.
func (c *Client) read(ctx context.Context, n need, do execute) (answer, error) {
	return c.readKept(ctx, n, func() *kept { return &kept{} }, do)
}

func (c *Client) readKept(ctx context.Context, n need, place func() *kept, do execute) (answer, error) {
	a := c.retried(ctx, func() answer { return c.sendKept(ctx, place(), do) })
	if !a.ok() {
		return a, c.readFault(n, a)
	}
	if _, isObject := a.object(); !isObject {
		return a, c.unreadable(n, a)
	}
	return a, nil
}

// retried sends a read again, a bounded number of times, where the answer
// says or suggests that it may fare better a moment later.
func (c *Client) retried(ctx context.Context, send func() answer) answer {
	began := time.Now()
	for try := 1; ; try++ {
		a := send()
		wait := pauseBefore(try, a)
		over := time.Since(began)+wait > maxWait || late(a.err) && try > 1
		if !worthAnother(a) || over || try == readTries || c.pause(ctx, wait) != nil {
			return a
		}
	}
}

// late tells whether the time for an answer was over.
func late(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// worthAnother tells whether the same read may fare better a moment later.
func worthAnother(a answer) bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return outbound.CutOff(a.err) || late(a.err)
}

// pauseBefore is how long to wait after the given try: as long as the answer
// asks for, else twice as long each time, with jitter so that several callers
// do not come back at once.
func pauseBefore(try int, a answer) time.Duration {
	if asked, ok := outbound.RetryAfter(a.header, time.Now()); ok {
		return asked
	}
	base := firstWait << (try - 1)
	return base/2 + rand.N(base)
}
