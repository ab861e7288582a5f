package live

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"

	"authpocket/internal/say"
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
		happened := NewRecord[int]()
		state := func() (int, bool, <-chan struct{}) {
			entries, over, moved := happened.Look()
			return len(entries), over, moved
		}
		w := &stalled{ResponseWriter: httptest.NewRecorder()}
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			defer close(ended)
			_ = Stream(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil), nil, state,
				func(int) templ.Component { return templ.Raw("news") })
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
		happened.Add(1)
		<-ended
		if took := time.Since(begun); took > takeTime {
			t.Errorf("it held on for %s", took)
		}
	})
}

func TestAStreamIsInTheLanguageOfItsRequest(t *testing.T) {
	languages, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	happened := NewRecord[int]()
	happened.Add(1)
	happened.End()
	rec, german := httptest.NewRecorder(), say.With(t.Context(), languages.Match("de"))
	said := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, say.In(ctx, say.Count(1, "%d change", "%d changes")))
		return err
	})
	if err := Stream(rec, httptest.NewRequestWithContext(german, "GET", "/", nil), nil, happened.Count,
		func(int) templ.Component { return said }); err != nil || !strings.Contains(rec.Body.String(), "1 Änderung") {
		t.Errorf("it sends %q, %v", rec.Body, err)
	}
}
