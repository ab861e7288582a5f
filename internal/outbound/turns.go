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
	limit time.Duration
	*queues
}

// queues are those of the requests, by host.
type queues struct {
	n     int64
	mu    sync.Mutex
	hosts map[string]*semaphore.Weighted
}

// WithLimit returns a client with another time limit in the place of Config.Timeout. It shares all else.
func WithLimit(c *http.Client, limit time.Duration) *http.Client {
	other := *c
	switch t, ok := c.Transport.(*turns); {
	case ok:
		other.Transport = &turns{next: t.next, limit: limit, queues: t.queues}
	case c.Timeout > 0:
		other.Timeout = limit
	}
	return &other
}

// RoundTrip waits for a turn and sends the request.
func (t *turns) RoundTrip(r *http.Request) (*http.Response, error) {
	host := t.host(r.URL.Host)
	if err := wait(r.Context(), host); err != nil {
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

// wait waits for a turn, which takes none of the context's time.
func wait(ctx context.Context, host *semaphore.Weighted) error {
	if host.TryAcquire(1) {
		return nil
	}
	defer standStill(ctx)()
	return host.Acquire(ctx, 1)
}

// CloseIdleConnections closes those of the transport below.
func (t *turns) CloseIdleConnections() {
	(&http.Client{Transport: t.next}).CloseIdleConnections()
}

func (q *queues) host(name string) *semaphore.Weighted {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.hosts[name] == nil {
		q.hosts[name] = semaphore.NewWeighted(q.n)
	}
	return q.hosts[name]
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
