package public

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"authpocket/internal/outbound"
)

// errHandler is returned for a handler that ended without an answer.
var errHandler = errors.New("the sandbox did not answer")

// reach is the only way out of a sandbox: a transport to handlers in this process. It looks up no name and opens no
// connection. Any other address is refused.
type reach struct {
	ways []way
}

// way is the handler of all addresses below a base, such as https://demo.example/s/1/authentik.
type way struct {
	base    *url.URL
	handler http.Handler
}

// of returns the handler of an address, nil for none.
func (t *reach) of(u *url.URL) http.Handler {
	for _, w := range t.ways {
		below := u.Path == w.base.Path || strings.HasPrefix(u.Path, w.base.Path+"/")
		if u.Scheme == w.base.Scheme && strings.EqualFold(u.Host, w.base.Host) && below {
			return w.handler
		}
	}
	return nil
}

// RoundTrip implements http.RoundTripper. The handler runs until it has answered in whole or the body is closed.
func (t *reach) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := t.of(r.URL)
	if handler == nil {
		if r.Body != nil {
			_ = r.Body.Close() // nothing was sent
		}
		return nil, fmt.Errorf("asking %s from the sandbox: %w", r.URL.Host, outbound.ErrElsewhere)
	}
	// A server's context has no values of the client's.
	ctx, cancel := context.WithCancel(context.Background())
	unlinked := context.AfterFunc(r.Context(), cancel)
	body, pipe := io.Pipe()
	w := &inward{header: http.Header{}, begun: make(chan struct{}), body: pipe}
	served := make(chan struct{})
	go func() {
		defer close(served)
		defer unlinked()
		defer w.finish()
		handler.ServeHTTP(w, arriving(ctx, r))
	}()
	got := &inwardBody{PipeReader: body, cancel: cancel, served: served}
	select {
	case <-w.begun:
	case <-ctx.Done():
		_ = got.Close()
		return nil, context.Cause(r.Context())
	}
	if w.status == 0 {
		_ = got.Close()
		return nil, errHandler
	}
	return w.response(r, got), nil
}

// arriving is a request as a server receives it.
func arriving(ctx context.Context, r *http.Request) *http.Request {
	in := r.Clone(ctx)
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), oneAddress
	in.URL.Scheme, in.URL.Host = "", ""
	if in.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

// inward is the response writer of a request that does not leave the process.
type inward struct {
	header, sent http.Header
	status       int // 0 until begun is closed, and after it if the handler failed
	once         sync.Once
	begun        chan struct{}
	body         *io.PipeWriter
}

func (w *inward) Header() http.Header { return w.header }

func (w *inward) WriteHeader(status int) {
	if status < http.StatusOK {
		return // an interim answer
	}
	w.once.Do(func() {
		if w.header.Get("Date") == "" {
			w.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		}
		w.status, w.sent = status, w.header.Clone()
		close(w.begun)
	})
}

func (w *inward) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	n, err := w.body.Write(p)
	if errors.Is(err, io.ErrClosedPipe) { // nobody reads any more, and the context tells the handler
		return len(p), nil
	}
	return n, err
}

func (w *inward) Flush() { w.WriteHeader(http.StatusOK) }

// finish ends the answer. A handler that panicked has none.
func (w *inward) finish() {
	if recover() != nil {
		w.once.Do(func() { close(w.begun) })
		_ = w.body.CloseWithError(io.ErrUnexpectedEOF)
		return
	}
	w.WriteHeader(http.StatusOK)
	_ = w.body.Close()
}

func (w *inward) response(r *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Body: body, ContentLength: -1, Request: r,
	}
}

// inwardBody is the body of an answer. Close ends the handler and waits for it.
type inwardBody struct {
	*io.PipeReader
	cancel context.CancelFunc
	served <-chan struct{}
}

func (b *inwardBody) Close() error {
	b.cancel()
	err := b.PipeReader.Close()
	<-b.served
	return err
}
