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

// shared is text that several write to.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// What the server itself has to say is a line of the log as any other, and no
// client can fill the log with it.
func TestTheServersOwnWordsAreLoggedAndBounded(t *testing.T) {
	ln, out := opened(t), &shared{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("as a client caused it") })
	go func() {
		done <- listen.Serve(ctx, ln, broken, slog.New(slog.NewTextHandler(out, nil)), func() {})
	}()
	for range 30 {
		c := connect(t, ln)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_, _ = io.Copy(io.Discard, c) // to the end, which comes after the words
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
