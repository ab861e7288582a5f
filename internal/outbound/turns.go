package outbound

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// turns lets at most n requests to one host run at a time. A request ends with its body. The time limits a request
// from its turn on.
type turns struct {
	next  http.RoundTripper
	n     int64
	limit time.Duration

	mu    sync.Mutex
	hosts map[string]*semaphore.Weighted
}

// RoundTrip waits for a turn and sends the request.
func (t *turns) RoundTrip(r *http.Request) (*http.Response, error) {
	host := t.host(r.URL.Host)
	if err := host.Acquire(r.Context(), 1); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // nothing was sent
		}
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.limit)
	end := sync.OnceFunc(func() {
		cancel()
		host.Release(1)
	})
	res, err := t.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		end()
		return nil, err
	}
	res.Body = &turnBody{ReadCloser: res.Body, end: end}
	return res, nil
}

// CloseIdleConnections closes those of the transport below.
func (t *turns) CloseIdleConnections() {
	(&http.Client{Transport: t.next}).CloseIdleConnections()
}

func (t *turns) host(name string) *semaphore.Weighted {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hosts[name] == nil {
		t.hosts[name] = semaphore.NewWeighted(t.n)
	}
	return t.hosts[name]
}

// turnBody is a response body whose end gives the turn to the next request.
type turnBody struct {
	io.ReadCloser
	end func()
}

// Close closes the body.
func (b *turnBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
