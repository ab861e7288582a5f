package listen

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// A full house: who asks for a place gets that of a connection which waits for
// its client, such as one whose head never ends, or one that is idle.
const (
	turn = 250 * time.Millisecond // that a client has for its part, when others want its place
	look = 50 * time.Millisecond  // how often a place is looked for
)

// crowd is a listener with a bounded number of connections.
type crowd struct {
	net.Listener
	limit int

	mu      sync.Mutex
	members map[*member]struct{}
	left    chan struct{} // somebody has gone
	closed  chan struct{}
	once    sync.Once
}

func newCrowd(ln net.Listener, limit int) *crowd {
	return &crowd{Listener: ln, limit: limit, members: map[*member]struct{}{}, left: make(chan struct{}, 1),
		closed: make(chan struct{})}
}

// member is one connection. It waits for its client, but for while a handler
// works for it.
type member struct {
	net.Conn
	crowd *crowd
	once  sync.Once
	// guarded by crowd.mu
	working bool
	stream  bool      // it has sent what there was and waits for more to happen
	since   time.Time // when its client's part began, or the wait for more
	writing time.Time // when the write under way began, zero for none
}

// waits tells since when the connection has waited for its client. The caller
// holds crowd.mu.
func (m *member) waits() (since time.Time, waiting bool) {
	if !m.writing.IsZero() {
		return m.writing, true
	}
	return m.since, !m.working
}

// Accept waits for a connection and for a place for it.
func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	m := &member{Conn: conn, crowd: c, since: time.Now()}
	for !c.join(m) {
		c.makeRoom()
		select {
		case <-c.left:
		case <-time.After(look):
		case <-c.closed:
			_ = conn.Close() // nobody serves it any more
			return nil, net.ErrClosed
		}
	}
	return m, nil
}

func (c *crowd) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

func (c *crowd) join(m *member) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.members) >= c.limit {
		return false
	}
	c.members[m] = struct{}{}
	return true
}

// makeRoom hangs up on the connection that has waited for its client the
// longest, if any has for longer than its turn, and else on the stream that has
// been silent the longest.
func (c *crowd) makeRoom() {
	c.mu.Lock()
	longest := c.longest(false)
	if longest == nil {
		longest = c.longest(true)
	}
	c.mu.Unlock()
	if longest != nil {
		_ = longest.Close() // its server notices
	}
}

// longest returns the stream or other connection that has waited the longest,
// nil where none has for longer than its turn. The caller holds mu.
func (c *crowd) longest(stream bool) (longest *member) {
	first := time.Now().Add(-turn)
	for m := range c.members {
		if since, waiting := m.waits(); waiting && m.stream == stream && since.Before(first) {
			longest, first = m, since
		}
	}
	return longest
}

// Close leaves the crowd.
func (m *member) Close() error {
	m.once.Do(func() {
		m.crowd.mu.Lock()
		delete(m.crowd.members, m)
		m.crowd.mu.Unlock()
		select {
		case m.crowd.left <- struct{}{}:
		default:
		}
	})
	return m.Conn.Close()
}

// Write counts as waiting: the client may not read.
func (m *member) Write(p []byte) (int, error) {
	m.set(func() { m.writing = time.Now() })
	defer m.set(func() { m.writing = time.Time{} })
	return m.Conn.Write(p)
}

func (m *member) set(change func()) {
	m.crowd.mu.Lock()
	defer m.crowd.mu.Unlock()
	change()
}

type memberKey struct{}

// withMember tells handlers which connection they work for.
func withMember(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if m, ok := conn.(*member); ok {
		return context.WithValue(ctx, memberKey{}, m)
	}
	return ctx
}

// markWork marks connections as working, but for while they wait for a body or
// have flushed an answer that goes on: an event stream waits for more to happen.
func markWork(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, ok := r.Context().Value(memberKey{}).(*member)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		m.set(func() { m.working, m.since = true, time.Now() })
		defer m.set(func() { m.working, m.stream, m.since = false, false, time.Now() })
		r.Body = &body{r.Body, m}
		next.ServeHTTP(&answer{w, m}, r)
	})
}

type body struct {
	io.ReadCloser
	m *member
}

func (b *body) Read(p []byte) (int, error) {
	b.m.set(func() { b.m.working = false }) // since the handler began, however often a byte comes
	defer b.m.set(func() { b.m.working = true })
	return b.ReadCloser.Read(p)
}

// answer notes when a handler has flushed what it has, and writes again.
type answer struct {
	http.ResponseWriter
	m *member
}

func (a *answer) Write(p []byte) (int, error) {
	a.m.set(func() { a.m.working, a.m.stream = true, false })
	return a.ResponseWriter.Write(p)
}

func (a *answer) Flush() { _ = a.FlushError() }

func (a *answer) FlushError() error {
	began := time.Now() // the client has the answer before Flush returns
	err := http.NewResponseController(a.ResponseWriter).Flush()
	a.m.set(func() { a.m.working, a.m.stream, a.m.since = false, true, began })
	return err
}

// Unwrap leads http.ResponseController to the deadlines.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
