package listen_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/listen"
)

// serve answers on ln until the test ends.
func serve(t *testing.T, ln net.Listener, handler http.HandlerFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- listen.Serve(ctx, ln, handler, slog.New(slog.DiscardHandler), func() {}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func opened(t *testing.T) *listen.Opened {
	t.Helper()
	ln, err := listen.Open(t.Context(), listen.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func connect(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestASlowClientIsHungUpOn(t *testing.T) {
	ln := opened(t)
	var asked atomic.Int32
	serve(t, ln, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	c := connect(t, ln)
	begun := time.Now()
	closed := make(chan struct{})
	go func() { // the server sends nothing, it only closes the connection
		defer close(closed)
		_, _ = io.Copy(io.Discard, c)
	}()
	head := "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + strings.Repeat("x", 100)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range head {
		select {
		case <-closed:
		case <-tick.C:
			_, _ = io.WriteString(c, head[i:i+1])
			continue
		}
		break
	}
	select {
	case <-closed:
	case <-time.After(listen.HeaderTime):
		t.Fatal("the slow client is still connected")
	}
	if took := time.Since(begun); took < listen.HeaderTime-time.Second || took > 2*listen.HeaderTime ||
		asked.Load() != 0 {
		t.Errorf("it was hung up on after %s; the handler was asked %d times", took, asked.Load())
	}
}

func TestALongHeadIsRefused(t *testing.T) {
	ln := opened(t)
	serve(t, ln, func(http.ResponseWriter, *http.Request) {})
	c := connect(t, ln)
	go func() { // the server may hang up before reading everything
		_, _ = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 64<<10))
	}()
	line := make([]byte, len("HTTP/1.1 431"))
	if _, err := io.ReadFull(c, line); err != nil || string(line) != "HTTP/1.1 431" {
		t.Errorf("it is answered with %q, %v", line, err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	ln := opened(t)
	const clients = listen.MaxConnections + 50
	arrived, release := make(chan struct{}, clients), make(chan struct{})
	serve(t, ln, func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	connections := make([]net.Conn, clients)
	for i := range connections {
		connections[i] = connect(t, ln)
		_, _ = io.WriteString(connections[i], "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	}
	for range listen.MaxConnections {
		<-arrived
	}
	select {
	case <-arrived:
		t.Error("more than MaxConnections are served at once")
	case <-time.After(100 * time.Millisecond): // enough for the others to arrive
	}
	close(release)
	for _, c := range connections { // those that waited are served too
		if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200") {
			t.Fatalf("the answer is %q, %v", answer, err)
		}
	}
}
