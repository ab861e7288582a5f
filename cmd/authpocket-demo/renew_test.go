//go:build unix

package main

import (
	"authpocket/internal/listen"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/sandbox/public"
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asRenewing has the test's own program run serveTwice.
const asRenewing = "AUTHPOCKET_DEMO_TEST_RENEWS"

func TestMain(m *testing.M) {
	if os.Getenv(asRenewing) != "" {
		if err := serveTwice(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveTwice answers a connection, starts the program anew, and answers another.
func serveTwice() error {
	ln, renewed, err := new(publicFlags).open(context.Background(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	conn, err := ln.Accept()
	if err != nil {
		return err
	}
	if !renewed {
		if _, err := io.Copy(io.Discard, conn); err != nil { // until the next one waits
			return err
		}
	}
	if _, err := fmt.Fprintf(conn, "%d %t", os.Getpid(), renewed); err != nil {
		return err
	}
	if err := conn.Close(); err != nil || renewed {
		return err
	}
	socket, err := ln.Socket()
	if err != nil {
		return err
	}
	if err := ln.Close(); err != nil {
		return err
	}
	return renew(socket)
}

// The program goes on in the same process, on the same address, with the connection that came meanwhile.
func TestRenewedProgramGoesOnWithTheSocket(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), asRenewing+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	address, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var conns [2]net.Conn
	for i := range conns {
		if conns[i], err = net.Dial("tcp", strings.TrimSpace(address)); err != nil {
			t.Fatal(err)
		}
	}
	if err := conns[0].(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for i, conn := range conns {
		answer, err := io.ReadAll(conn)
		if want := fmt.Sprintf("%d %t", cmd.Process.Pid, i == 1); err != nil || string(answer) != want {
			t.Errorf("connection %d: %q %v, want %q", i, answer, err, want)
		}
		_ = conn.Close()
	}
	again, err := lines.ReadString('\n')
	if err != nil || again != address {
		t.Errorf("it listens on %q, then on %q: %v", address, again, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// A client that never ends its request keeps an empty demo from nothing.
func TestASlowClientDoesNotKeepTheDemoFromBeingRenewed(t *testing.T) {
	before := http.DefaultTransport
	http.DefaultTransport = pocketbasehost.Outgoing{}
	t.Cleanup(func() { http.DefaultTransport = before })
	ln, _, err := new(publicFlags).open(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	demo, err := public.New(public.Config{URL: &url.URL{Scheme: "http", Host: ln.Addr().String()}, Max: 1,
		StartsPerMinute: 1, Lifetime: time.Hour, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var renewing atomic.Bool
	renewing.Store(true)
	var socket *os.File
	done := make(chan error, 1)
	go func() {
		var err error
		socket, err = serve(ctx, ln, demo, slog.New(slog.DiscardHandler), &renewing)
		done <- err
	}()
	slow, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slow.Close() })
	_, err = fmt.Fprintf(slow, "POST /start HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"+
		"Content-Length: 9\r\n\r\n", ln.Addr())
	if err != nil {
		t.Fatal(err)
	}
	for started, tries := false, 0; !started; tries++ {
		if tries > 1000 {
			t.Fatal("the server has not seen the request")
		}
		time.Sleep(10 * time.Millisecond)
		rec := httptest.NewRecorder()
		demo.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		started = strings.Contains(rec.Body.String(), "started_total 1\n")
	}
	stop()
	began := time.Now()
	if err := <-done; err != nil || socket == nil {
		t.Fatalf("it ends with %v, and the socket is %v", err, socket)
	}
	if took := time.Since(began); took < listen.Grace {
		t.Errorf("the client was gone after %s", took)
	}
	if err := socket.Close(); err != nil {
		t.Error(err)
	}
}
