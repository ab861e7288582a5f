package listen_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"authpocket/internal/listen"
)

// syncBuffer is a buffer for concurrent writers.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// net/http's own errors go to the program's log, and no client can flood it.
func TestServerErrorsAreLoggedAndBounded(t *testing.T) {
	ln, out := opened(t), &syncBuffer{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("caused by a client") })
	go func() {
		done <- listen.Serve(ctx, ln, broken, slog.New(slog.NewTextHandler(out, nil)), func() {})
	}()
	for range 30 {
		c := connect(t, ln)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_, _ = io.Copy(io.Discard, c) // the connection ends after the error is logged
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	got := out.text.String()
	if n := strings.Count(got, "level=WARN"); n != 10 || strings.Count(got, "\n") != n {
		t.Errorf("%d lines of the log: %s", n, got)
	}
}
