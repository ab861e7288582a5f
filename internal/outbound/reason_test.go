package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/outbound"
)

func TestReasonOfRealFailures(t *testing.T) {
	for name, test := range map[string]struct {
		url  func(*testing.T) string
		want string
	}{
		"nobody listens": {closedPort, "nothing listens on that port"},
		"plain http where https": {func(t *testing.T) string { return "https" + answering(t, nothing)[len("http"):] },
			"it does not speak https on that port"},
		"closed at once": {func(t *testing.T) string { return dropping(t, "") },
			"it closed the connection without a whole answer"},
		"closed within the body": {func(t *testing.T) string {
			return dropping(t,
				"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
		}, "it closed the connection without a whole answer"},
		"reset":                  {resetting, "it closed the connection without a whole answer"},
		"never answered":         {silent, "it did not answer in time"},
		"https where plain http": {func(t *testing.T) string { return "http" + secure(t).URL[len("https"):] }, ""},
		"garbage for an answer": {func(t *testing.T) string { return dropping(t, "hello\r\n\r\n") },
			"the connection failed"},
		"a certificate of nobody": {func(t *testing.T) string { return secure(t).URL },
			"its certificate is signed by an authority that this machine does not trust"},
	} {
		t.Run(name, func(t *testing.T) {
			var cfg outbound.Config
			if name == "never answered" {
				cfg.Timeout = 200 * time.Millisecond
			}
			_, _, err := fetch(t, outbound.New(cfg), test.url(t))
			if test.want == "" { // it is answered, with a refusal
				if err != nil {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("it is answered")
			}
			if got := outbound.Reason(err); got.String() != test.want {
				t.Errorf("the reason is %q, the error %v", got, err)
			}
		})
	}
}

func nothing(http.ResponseWriter, *http.Request) {}

func secure(t *testing.T) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(nothing))
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// closedPort is an address that was free a moment ago.
func closedPort(t *testing.T) string {
	ln := listen(t)
	ln.Close()
	return "http://" + ln.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// serve hands each connection to the function, and waits for all at the end.
func serve(t *testing.T, each func(*net.TCPConn)) string {
	ln := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := ln.Accept()
			if err != nil {
				return
			}
			each(connection.(*net.TCPConn))
			connection.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return "http://" + ln.Addr().String()
}

// dropping answers with the text and closes.
func dropping(t *testing.T, answer string) string {
	return serve(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1<<12))
		_, _ = io.WriteString(c, answer)
	})
}

func resetting(t *testing.T) string {
	return serve(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1<<12))
		_ = c.SetLinger(0)
	})
}

// silent takes a request and waits for the client to give up.
func silent(t *testing.T) string {
	return serve(t, func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
}

func TestReasonOfACancelledCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Config{})
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err == nil {
		res.Body.Close()
		t.Fatal("it is answered")
	}
	if got := outbound.Reason(err); got.String() != "the call was cancelled" {
		t.Errorf("the reason is %q", got)
	}
}

func TestReasonOfANumberAsHost(t *testing.T) {
	const want = "its host is a number, which some programs read as another IPv4 address than others"
	_, _, err := fetch(t, outbound.New(outbound.Config{}), "http://0x7f000001")
	if got := outbound.Reason(err); got.String() != want || !errors.Is(err, outbound.ErrAddressRefused) {
		t.Errorf("got %q of %v", got, err)
	}
}

func TestReasonOfOtherErrors(t *testing.T) {
	for want, err := range map[string]error{
		"the connection failed": errors.New("token hunter2 is wrong"),
		"authpocket sends nothing to link-local and multicast addresses and cloud metadata services": fmt.Errorf(
			"dialling: %w", outbound.ErrAddressRefused),
		"the answer is larger than 8 MB": fmt.Errorf("reading: %w", outbound.ErrBodyTooLarge),
		"it did not answer in time":      fmt.Errorf("calling: %w", os.ErrDeadlineExceeded),
		"nothing listens on that port":   fmt.Errorf("dialling: %w", syscall.ECONNREFUSED),
		"DNS did not answer for the name authentik.company": &net.DNSError{Err: "server misbehaving",
			Name: "authentik.company", IsTemporary: true},
		"the name authentik.compny cannot be found in DNS": &net.DNSError{Err: "no such host", Name: "authentik.compny",
			IsNotFound: true},
	} {
		if got := outbound.Reason(err); got.String() != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
