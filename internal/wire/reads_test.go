package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/outbound"
)

// steady is how reads are repeated once connected.
func steady() Reads { return Reads{Tries: Tries} }

// answering plays the answers one after another, the last of them for ever.
// Each takes a while.
func answering(while time.Duration, answers ...Answer) (func(context.Context) Answer, *int) {
	sent := new(int)
	return func(ctx context.Context) Answer {
		a := answers[min(*sent, len(answers)-1)]
		*sent++
		if err := outbound.Sleep(ctx, while); err != nil {
			return Answer{Err: err}
		}
		return a
	}, sent
}

func good() Answer { return Answer{Status: http.StatusOK, Body: []byte(`{}`)} }

// mayPass are the outcomes after which a read is sent again.
func mayPass() map[string]Answer {
	page := http.Header{"Content-Type": {"text/html"}}
	return map[string]Answer{
		"500": {Status: 500, Header: page}, "502": {Status: 502}, "503": {Status: 503}, "504": {Status: 504},
		"a proxy's 522": {Status: 522},
		"408":           {Status: 408}, "429": {Status: 429, Header: http.Header{"Retry-After": {"1"}}},
		"refused": {Err: syscall.ECONNREFUSED}, "reset": {Err: syscall.ECONNRESET}, "EOF": {Err: io.EOF},
		"cut off":      {Status: 200, Err: io.ErrUnexpectedEOF},
		"timeout":      {Err: context.DeadlineExceeded},
		"status line":  {Err: errors.New(`malformed HTTP response "\x00"`)},
		"empty":        {Status: 200},
		"garbage":      {Status: 200, Body: []byte("\x00\xff")},
		"half of JSON": {Status: 200, Body: []byte(`{"results":[`)},
	}
}

func TestAReadThatMayPassIsSentAgain(t *testing.T) {
	for name, bad := range mayPass() {
		for fails, answers := range map[int][]Answer{1: {bad, good()}, 2: {bad, bad, good()}} {
			for _, reads := range []Reads{steady(), steady().Hasty()} {
				synctest.Test(t, func(t *testing.T) {
					send, sent := answering(0, answers...)
					began := time.Now()
					a := reads.Repeat(t.Context(), JSON, send)
					if !a.OK() || *sent != fails+1 || time.Since(began) > 3*time.Second {
						t.Errorf("%s: %d, %v after %d tries and %s", name, a.Status, a.Err, *sent, time.Since(began))
					}
				})
			}
		}
	}
}

func TestAReadThatNeverPassesEndsWithItsLastAnswer(t *testing.T) {
	for name, bad := range mayPass() {
		for _, while := range []time.Duration{0, 9 * time.Second, 10 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				send, sent := answering(while, bad)
				began := time.Now()
				a := steady().Repeat(t.Context(), JSON, send)
				same := bad.Err != nil && a.Err != nil || bad.Err == nil && a.Err == nil && a.Status == bad.Status
				if !same || *sent < 2 || *sent > Tries || time.Since(began) > Patience {
					t.Errorf("%s: %d, %v after %d tries and %s", name, a.Status, a.Err, *sent, time.Since(began))
				}
			})
		}
	}
}

func TestWhatStaysIsNotAskedAgain(t *testing.T) {
	for name, a := range map[string]Answer{
		"good": good(), "a page": {Status: 200, Body: []byte("<html>")}, "a redirect": {Status: 302},
		"400": {Status: 400},
		"401": {Status: 401}, "403": {Status: 403}, "404": {Status: 404}, "501": {Status: 501},
		"an address refused": {Err: outbound.ErrAddressRefused}, "a body too large": {Err: outbound.ErrBodyTooLarge},
		"a list too large":          {Err: ErrListTooLarge},
		"longer than there is time": {Status: 429, Header: http.Header{"Retry-After": {"86400"}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			send, sent := answering(0, a)
			began := time.Now()
			if steady().Repeat(t.Context(), JSON, send); *sent != 1 || time.Since(began) != 0 {
				t.Errorf("%s: %d tries, %s", name, *sent, time.Since(began))
			}
		})
	}
}

func TestACancelledReadEndsAtOnce(t *testing.T) {
	for name, a := range mayPass() {
		for when, after := range map[string]time.Duration{"before": 0, "during a try": time.Second,
			"between tries": 2100 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(after, cancel)
				began := time.Now()
				send, sent := answering(2*time.Second, a)
				steady().Repeat(ctx, JSON, send)
				synctest.Wait()
				if *sent != 1 || time.Since(began) != after {
					t.Errorf("%s, cancelled %s: %d tries, %s", name, when, *sent, time.Since(began))
				}
			})
		}
	}
}

func TestOneTryDoesNotUseUpTheTimeOfTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		a := steady().Hasty().Repeat(t.Context(), JSON, func(ctx context.Context) Answer {
			if tries++; tries > 1 {
				return good()
			}
			<-ctx.Done()
			return Answer{Err: ctx.Err()}
		})
		if !a.OK() || tries != 2 {
			t.Errorf("%v after %d tries", a.Err, tries)
		}
	})
}

func TestTheServerSaysHowLongToWait(t *testing.T) {
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "3600": time.Hour} {
		if got := Delay(FirstWait, 1, http.Header{"Retry-After": {header}}); got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
	for try, whole := range []time.Duration{1: FirstWait, 2: 2 * FirstWait, 3: 4 * FirstWait, 9: 16 * FirstWait} {
		if got := Delay(FirstWait, max(try, 1), nil); whole > 0 && (got < whole/2 || got >= whole) {
			t.Errorf("try %d: %s", try, got)
		}
	}
}
