package listen_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"authpocket/internal/listen"
)

// streaming serves an event stream at /events, which sends one event and then
// stays open. Other paths respond at once.
func streaming(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "data: news\n\n")
	if r.URL.Path != "/events" {
		return
	}
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// ask sends a request and returns the connection once the response has begun.
func ask(t *testing.T, ln net.Listener, path string) net.Conn {
	t.Helper()
	c := connect(t, ln)
	_, _ = io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	_ = c.SetReadDeadline(time.Now().Add(listen.HeaderTime))
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(line, "200 OK") {
		t.Fatalf("%s is answered with %q, %v", path, line, err)
	}
	return c
}

// hungUp reports whether the server closes the connection within that time.
func hungUp(c net.Conn, within time.Duration) bool {
	_ = c.SetReadDeadline(time.Now().Add(within))
	_, err := io.Copy(io.Discard, c)
	timeout, ok := err.(net.Error)
	return !ok || !timeout.Timeout()
}

// Silent streams lock nobody out, and are evicted only if no other connection
// has been waiting too long.
func TestSilentStreamsAreEvictedLast(t *testing.T) {
	ln := opened(t)
	serve(t, ln, streaming)
	var streams []net.Conn
	for range listen.MaxConnections - 1 {
		streams = append(streams, ask(t, ln, "/events"))
	}
	idle := ask(t, ln, "/")
	time.Sleep(300 * time.Millisecond) // longer than evictAfter
	ask(t, ln, "/")
	if !hungUp(idle, time.Second) {
		t.Error("an idle connection kept its place")
	}
	for i, c := range streams {
		if hungUp(c, time.Millisecond) {
			t.Errorf("stream %d ended although another connection was idle", i)
		}
	}
	ask(t, ln, "/events")
	ask(t, ln, "/")
	if !hungUp(streams[0], time.Second) {
		t.Error("the stream that was silent the longest kept its place")
	}
}
