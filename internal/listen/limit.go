package listen

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// When every place is taken, a new connection evicts one that is waiting for
// its client, such as one that never finishes its request head or is idle.
const (
	evictAfter = 250 * time.Millisecond // how long a connection may wait for its client before it can be evicted
	retryEvery = 50 * time.Millisecond  // how often Accept looks for a free place
)

// limitListener is a listener with a bounded number of open connections.
type limitListener struct {
	net.Listener
	limit int

	mu     sync.Mutex
	conns  map[*trackedConn]struct{}
	freed  chan struct{} // receives when a connection closes
	closed chan struct{}
	once   sync.Once
}

func limitConnections(ln net.Listener, limit int) *limitListener {
	return &limitListener{Listener: ln, limit: limit, conns: map[*trackedConn]struct{}{}, freed: make(chan struct{}, 1),
		closed: make(chan struct{})}
}

// trackedConn is a connection that knows whether it is waiting for its client.
// It is, except while a handler works on a request.
type trackedConn struct {
	net.Conn
	owner *limitListener
	once  sync.Once
	// guarded by owner.mu
	working      bool
	stream       bool      // everything so far is flushed and the handler waits for news
	waitingSince time.Time // start of the current wait for the client, or for news
	writingSince time.Time // start of the current write, zero if there is none
}

// waiting reports whether the connection is waiting for its client, and since
// when. The caller holds owner.mu.
func (c *trackedConn) waiting() (since time.Time, ok bool) {
	if !c.writingSince.IsZero() {
		return c.writingSince, true
	}
	return c.waitingSince, !c.working
}

// Accept returns the next connection once there is a place for it.
func (l *limitListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &trackedConn{Conn: conn, owner: l, waitingSince: time.Now()}
	for !l.add(c) {
		l.evict()
		select {
		case <-l.freed:
		case <-time.After(retryEvery):
		case <-l.closed:
			_ = conn.Close() // the server no longer serves it
			return nil, net.ErrClosed
		}
	}
	return c, nil
}

func (l *limitListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// add reports whether there was a place for c.
func (l *limitListener) add(c *trackedConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) >= l.limit {
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

// evict closes the connection that has waited longest for its client. Event
// streams go last.
func (l *limitListener) evict() {
	l.mu.Lock()
	c := l.longestWaiting(false)
	if c == nil {
		c = l.longestWaiting(true)
	}
	l.mu.Unlock()
	if c != nil {
		_ = c.Close() // the server notices
	}
}

// longestWaiting returns the stream, or other connection, that has waited
// longest, or nil if none has waited for evictAfter. The caller holds mu.
func (l *limitListener) longestWaiting(stream bool) (longest *trackedConn) {
	first := time.Now().Add(-evictAfter)
	for c := range l.conns {
		if since, ok := c.waiting(); ok && c.stream == stream && since.Before(first) {
			longest, first = c, since
		}
	}
	return longest
}

// Close frees the connection's place.
func (c *trackedConn) Close() error {
	c.once.Do(func() {
		c.owner.mu.Lock()
		delete(c.owner.conns, c)
		c.owner.mu.Unlock()
		select {
		case c.owner.freed <- struct{}{}:
		default:
		}
	})
	return c.Conn.Close()
}

// Write counts as waiting for the client, which may not be reading.
func (c *trackedConn) Write(p []byte) (int, error) {
	c.update(func() { c.writingSince = time.Now() })
	defer c.update(func() { c.writingSince = time.Time{} })
	return c.Conn.Write(p)
}

func (c *trackedConn) update(change func()) {
	c.owner.mu.Lock()
	defer c.owner.mu.Unlock()
	change()
}

type connKey struct{}

// withConn puts the connection into the context of its requests.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if c, ok := conn.(*trackedConn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// trackWork marks a connection as working while its handler runs, except while
// the handler reads the body or, as in an event stream, waits after a flush.
func trackWork(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := r.Context().Value(connKey{}).(*trackedConn)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		c.update(func() { c.working, c.waitingSince = true, time.Now() })
		defer c.update(func() { c.working, c.stream, c.waitingSince = false, false, time.Now() })
		r.Body = &trackedBody{r.Body, c}
		next.ServeHTTP(&trackedWriter{w, c}, r)
	})
}

// trackedBody counts reading the request body as waiting for the client.
type trackedBody struct {
	io.ReadCloser
	conn *trackedConn
}

func (b *trackedBody) Read(p []byte) (int, error) {
	// waitingSince stays at the start of the handler, so that a trickle of bytes does not count as progress.
	b.conn.update(func() { b.conn.working = false })
	defer b.conn.update(func() { b.conn.working = true })
	return b.ReadCloser.Read(p)
}

// trackedWriter counts the time between a flush and the next write as waiting.
type trackedWriter struct {
	http.ResponseWriter
	conn *trackedConn
}

func (w *trackedWriter) Write(p []byte) (int, error) {
	w.conn.update(func() { w.conn.working, w.conn.stream = true, false })
	return w.ResponseWriter.Write(p)
}

func (w *trackedWriter) Flush() { _ = w.FlushError() }

func (w *trackedWriter) FlushError() error {
	began := time.Now() // the client may have the response before Flush returns
	err := http.NewResponseController(w.ResponseWriter).Flush()
	w.conn.update(func() { w.conn.working, w.conn.stream, w.conn.waitingSince = false, true, began })
	return err
}

// Unwrap lets http.ResponseController set deadlines.
func (w *trackedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
