package wire

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"authpocket/internal/outbound"
)

const (
	// Patience bounds one read or write with all its retries, and with it the
	// longest Retry-After that is respected.
	Patience = 30 * time.Second
	// Tries is the default for the number of times a read is sent.
	Tries = 6
	// FirstWait is the longest wait before the first retry of a read.
	FirstWait = 500 * time.Millisecond
)

// Reads configures how reads are retried. The zero value sends them once.
type Reads struct {
	Tries int           // at most
	Each  time.Duration // timeout of one try, zero for the client's own
	// Pause waits before a retry. The default is outbound.Sleep.
	Pause func(context.Context, time.Duration) error
}

// Hasty returns r with fewer and shorter tries, for reads that a person is
// waiting for.
func (r Reads) Hasty() Reads {
	r.Tries, r.Each = 3, 4500*time.Millisecond
	return r
}

// Repeat sends a read until it succeeds, or until another try would not help or
// come too late. whole reports whether a successful response is complete; nil
// accepts all. If the last try runs out of time, Repeat returns the response
// before it.
func (r Reads) Repeat(ctx context.Context, whole func(Answer) bool, send func(context.Context) Answer) Answer {
	ctx, cancel := outbound.WithTimeout(ctx, Patience)
	defer cancel()
	var before Answer
	for try := 1; ; try++ {
		a := r.once(ctx, send)
		switch {
		case a.Err != nil && before.Status != 0 && errors.Is(ctx.Err(), context.DeadlineExceeded):
			return before
		case ctx.Err() != nil, try >= r.Tries, !worthRetrying(a, whole), !r.Wait(ctx, Delay(FirstWait, try, a.Header)):
			return a
		case a.Err == nil:
			before = a
		}
	}
}

func (r Reads) once(ctx context.Context, send func(context.Context) Answer) Answer {
	if r.Each == 0 {
		return send(ctx)
	}
	ctx, cancel := outbound.WithTimeout(ctx, r.Each)
	defer cancel()
	return send(ctx)
}

// Wait waits for d and reports whether there is time for another try. It
// returns at once if ctx would end first.
func (r Reads) Wait(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	pause := r.Pause
	if pause == nil {
		pause = outbound.Sleep
	}
	return pause(ctx, d) == nil
}

// Delay returns how long to wait after the given try: exponential backoff from
// first, with jitter so that callers do not retry in step, and at least as long
// as Retry-After asks for.
func Delay(first time.Duration, try int, h http.Header) time.Duration {
	backoff := first << min(try-1, 4)
	asked, _ := outbound.RetryAfter(h, time.Now())
	return max(asked, backoff/2+rand.N(backoff/2))
}

// worthRetrying reports whether the same read may succeed a moment later.
func worthRetrying(a Answer, whole func(Answer) bool) bool {
	switch {
	case a.Err != nil:
		return !errors.Is(a.Err, ErrListTooLarge) && outbound.MayPass(a.Err)
	case a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooManyRequests:
		return true
	case a.Status >= http.StatusInternalServerError:
		return a.Status != http.StatusNotImplemented
	}
	return a.OK() && whole != nil && !whole(a)
}

// JSON reports whether the response is complete: valid JSON, or a web page,
// which comes from something other than the API and is not worth a retry.
func JSON(a Answer) bool { return a.HTML() || json.Valid(a.Body) }

// Having is JSON for a response that is an object with a value under a key.
func Having(key string) func(Answer) bool {
	return func(a Answer) bool {
		var o map[string]json.RawMessage
		return a.HTML() || json.Unmarshal(a.Body, &o) == nil && o[key] != nil && string(o[key]) != "null"
	}
}
