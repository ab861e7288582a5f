// Package wire holds what calls to both outside systems have in common: reading
// a whole response, retrying reads, and bounding the size of lists.
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

// Answer is a complete response, or the reason why there is none.
type Answer struct {
	Method, Path string // of the request
	Status       int
	Header       http.Header
	Body         []byte
	// Err is why there is no complete response.
	Err error
	// Left is set if the request reached a connection, so that the server may
	// have acted on it.
	Left bool

	sent, received time.Time
}

// Do sends r with send and reads the whole response. No status is an error.
func Do(send func(*http.Request) (*http.Response, error), r *http.Request) Answer {
	var left atomic.Pointer[time.Time]
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(new(time.Now())) }}
	ctx := r.Context()
	a := Answer{Method: r.Method, Path: r.URL.Path, sent: time.Now()}
	res, err := send(r.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		a.Err = err
	} else {
		a.Status, a.Header = res.StatusCode, res.Header
		a.Body, a.Err = io.ReadAll(metered(ctx, res.Body))
		_ = res.Body.Close() // read to the end, or given up on
	}
	a.received = time.Now()
	if at := left.Load(); at != nil {
		a.Left, a.sent = true, *at // not when it began to wait for its turn
	}
	return a
}

// Call returns the method and path of the request, without its query.
func (a Answer) Call() string { return a.Method + " " + a.Path }

// Took returns the time from sending the request to the end of the response. A request that waits for its turn or for a
// connection has not been sent.
func (a Answer) Took() time.Duration { return a.received.Sub(a.sent) }

// OK reports whether the response is complete and successful.
func (a Answer) OK() bool { return a.Err == nil && a.Status >= 200 && a.Status < 300 }

// HTML reports whether the response is a web page.
func (a Answer) HTML() bool {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	return kind == "text/html" || bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
}

// Decode decodes the JSON response into v.
func (a Answer) Decode(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", a.Call(), err)
	}
	return nil
}

// Outcome returns the failure as an error to wrap. It reveals nothing of the
// body.
func (a Answer) Outcome() error {
	if a.Err != nil {
		return a.Err
	}
	return fmt.Errorf("%s answered %d", a.Call(), a.Status)
}

// Ahead returns how far the server's clock is ahead of this machine's. The Date
// header is cut to whole seconds, so half a second is added.
func (a Answer) Ahead() (time.Duration, error) {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("reading the date of %s: %w", a.Call(), err)
	}
	middle := a.sent.Add(a.Took() / 2)
	return date.Add(time.Second / 2).Sub(middle).Round(time.Second / 2), nil
}
