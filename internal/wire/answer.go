// Package wire is what calls to either outside system have in common: a whole
// answer or the reason why there is none, how reads are repeated, and how much
// is read of a list.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Answer is an answer as it came, read whole, or why none came.
type Answer struct {
	Method, Path string // of the request
	Status       int
	Header       http.Header
	Body         []byte
	// Err says why there is no whole answer.
	Err error
	// Left reports whether the request reached a connection, so that the
	// other side may have acted on it.
	Left bool

	sent, received time.Time
}

// Do sends r by means of send and reads the whole answer. Any status is an
// answer.
func Do(send func(*http.Request) (*http.Response, error), r *http.Request) Answer {
	var left atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }}
	ctx := r.Context()
	a := Answer{Method: r.Method, Path: r.URL.Path, sent: time.Now()}
	res, err := send(r.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		a.Err = err
	} else {
		a.Status, a.Header = res.StatusCode, res.Header
		a.Body, a.Err = io.ReadAll(metered(ctx, res.Body))
		_ = res.Body.Close() // read to its end or given up
	}
	a.Left, a.received = left.Load(), time.Now()
	return a
}

// Call names the request, without its query.
func (a Answer) Call() string { return a.Method + " " + a.Path }

// Took is the time from the request to the end of the answer.
func (a Answer) Took() time.Duration { return a.received.Sub(a.sent) }

// OK reports whether a whole answer of success came.
func (a Answer) OK() bool { return a.Err == nil && a.Status >= 200 && a.Status < 300 }

// HTML reports whether the answer is a web page.
func (a Answer) HTML() bool {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	return kind == "text/html" || bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

// Decode reads the answer's JSON into v.
func (a Answer) Decode(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", a.Call(), err)
	}
	return nil
}

// Outcome names the answer for a fault's chain. It holds nothing of the body.
func (a Answer) Outcome() error {
	if a.Err != nil {
		return a.Err
	}
	return fmt.Errorf("%s answered %d", a.Call(), a.Status)
}

// Ahead is by how much the clock behind the answer is ahead of this machine's.
// The date has whole seconds, so half a second is added.
func (a Answer) Ahead() (time.Duration, error) {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("reading the date of %s: %w", a.Call(), err)
	}
	middle := a.sent.Add(a.Took() / 2)
	return date.Add(time.Second / 2).Sub(middle).Round(time.Second / 2), nil
}
