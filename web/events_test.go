package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"

	"authpocket/internal/logs"
)

// stalled is a browser that has stopped reading: what is written to it waits
// for the deadline.
type stalled struct {
	http.ResponseWriter
	deadline time.Time
	full     bool
}

func (s *stalled) SetWriteDeadline(at time.Time) error {
	s.deadline = at
	return nil
}

func (s *stalled) FlushError() error {
	if !s.full {
		return nil
	}
	if s.deadline.IsZero() {
		select {} // for ever
	}
	time.Sleep(time.Until(s.deadline))
	return os.ErrDeadlineExceeded
}

func TestAStreamThatIsNotReadEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{})
		defer s.Close()
		happened := newRecord[int]()
		state := func() (int, bool, <-chan struct{}) {
			entries, over, moved := happened.look()
			return len(entries), over, moved
		}
		w := &stalled{ResponseWriter: httptest.NewRecorder()}
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			defer close(ended)
			s.stream(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil), state, func(int) templ.Component { return templ.Raw("news") })
		}()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		select {
		case <-ended:
			t.Fatal("the stream ended although it was read")
		default:
		}
		w.full = true
		begun := time.Now()
		happened.add(1)
		<-ended
		if took := time.Since(begun); took > takeTime {
			t.Errorf("it held on for %s", took)
		}
	})
}

// What a client sends as its request's id, and a method that it makes up, are
// not put into the log; nor is a line of each stranger's request.
func TestStrangersDoNotWriteTheLog(t *testing.T) {
	var out strings.Builder
	s := New(Config{Log: logs.New(&out, slog.LevelInfo)})
	t.Cleanup(s.Close)
	const text = "level=ERROR-made-up-by-a-client"
	for range 1000 {
		answer(s, http.MethodGet, "/review?"+text, map[string]string{"X-Request-Id": text, "User-Agent": text, "Cookie": "authpocket=" + text})
	}
	answer(s, strings.Repeat("MADEUP", 100), "/", nil)
	inside := inside(t, s, request(http.MethodGet, "/nowhere", map[string]string{"X-Request-Id": text}))
	answerTo(s, inside)
	got := out.String()
	if strings.Contains(got, "made-up") || strings.Contains(got, "MADEUPMADEUP") {
		t.Errorf("the log holds a client's text: %.2000s", got)
	}
	if n := strings.Count(got, "status=403"); n != strangerLines {
		t.Errorf("%d lines about strangers, want %d", n, strangerLines)
	}
	if !strings.Contains(got, "status=404") {
		t.Error("the request of somebody inside is not logged")
	}
}
