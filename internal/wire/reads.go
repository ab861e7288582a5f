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
	// Patience bounds one read or one write with all its repetitions, and so
	// is the longest Retry-After that is waited for.
	Patience = 30 * time.Second
	// Tries is how often a read is sent at most.
	Tries = 6
	// FirstWait is the longest wait before a read is sent again.
	FirstWait = 500 * time.Millisecond
)

// Reads is how reads are repeated. The zero value sends them once.
type Reads struct {
	Tries int           // the most
	Each  time.Duration // bounds one try; 0: only the client does
	// Pause waits before a read is sent again. nil: in real time.
	Pause func(context.Context, time.Duration) error
}

// Hasty is for reads that a person waits for before anything else: fewer
// tries, and none may use up the time of the others.
func (r Reads) Hasty() Reads {
	r.Tries, r.Each = 3, 4500*time.Millisecond
	return r
}

// Repeat sends a read until it is answered, or until another try would not
// help or comes too late. An answer of success counts once it is whole, or at
// once where whole is nil. Of a read that only ran out of time in the end, the
// last answer is returned.
func (r Reads) Repeat(ctx context.Context, whole func(Answer) bool, send func(context.Context) Answer) Answer {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	var before Answer
	for try := 1; ; try++ {
		a := r.once(ctx, send)
		switch {
		case a.Err != nil && before.Status != 0 && errors.Is(ctx.Err(), context.DeadlineExceeded):
			return before
		case ctx.Err() != nil, try >= r.Tries, !passing(a, whole), !r.Wait(ctx, Delay(FirstWait, try, a.Header)):
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
	ctx, cancel := context.WithTimeout(ctx, r.Each)
	defer cancel()
	return send(ctx)
}

// Wait waits for d, and reports whether there is time for another try after
// it. It does not begin a wait that would be for nothing.
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

// Delay is how long to wait after the given try: at least as long as the
// answer asks for, else between half and the whole of first, twice as long
// each time. The jitter keeps several callers from coming back at once.
func Delay(first time.Duration, try int, h http.Header) time.Duration {
	whole := first << min(try-1, 4)
	asked, _ := outbound.RetryAfter(h, time.Now())
	return max(asked, whole/2+rand.N(whole/2))
}

// passing reports whether the same read may fare better a moment later.
func passing(a Answer, whole func(Answer) bool) bool {
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

// JSON reports whether the answer is JSON or a web page. A page is whole: what
// answers with it is not the API, now or later.
func JSON(a Answer) bool { return a.HTML() || json.Valid(a.Body) }
