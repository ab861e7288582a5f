package signins

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/report"
)

// slow is a transport with a latency that can be set.
type slow struct {
	next  http.RoundTripper
	delay atomic.Int64

	mu    sync.Mutex
	calls []span
}

// span is the duration of a call.
type span struct{ from, to time.Time }

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	from := time.Now()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls = append(s.calls, span{from, time.Now()})
	}()
	if delay := time.Duration(s.delay.Load()); delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return s.next.RoundTrip(r)
}

// inARow returns the length of the longest chain of sequential calls.
func (s *slow) inARow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.calls, func(a, b span) int { return a.to.Compare(b.to) })
	n, end := 0, time.Time{}
	for _, one := range s.calls {
		if !one.from.Before(end) {
			n, end = n+1, one.to
		}
	}
	return n
}

// farAway returns a link and an engine with that much latency per call.
func farAway(t testing.TB, delay time.Duration) (*engine.Engine, *linked, *slow) {
	t.Helper()
	l := newLab(t)
	client := newClient(t)
	s := &slow{next: client.Transport}
	client.Transport = s
	own := l.link("far", everything)
	e := engine.New(engine.Config{Authentik: l.a.connect(t, client), PocketBase: l.connect(t, client)})
	s.delay.Store(int64(delay))
	s.mu.Lock()
	s.calls = nil
	s.mu.Unlock()
	return e, own, s
}

// trips returns the number of sequential calls in a verify.
const trips = 3

// With this latency, independent calls overlap.
func TestVerifyTakesThreeRoundTrips(t *testing.T) {
	e, l, s := farAway(t, 500*time.Millisecond)
	for _, account := range []string{"nobody's", "an account of the same address", "linked"} {
		checks := e.Verify(t.Context(), l.d, l.person)
		if checks.Failed() || checks.Count(report.Pass) != len(checks) {
			t.Errorf("%s, from far away:\n%s", account, failures(checks))
		}
		t.Logf("%s: %d checks, %d calls, %d after one another", account, len(checks), len(s.calls), s.inARow())
		if n := s.inARow(); n > trips {
			t.Errorf("%s: %d calls after one another", account, n)
		}
		if account == "nobody's" {
			l.record("ada@example.com", true)
		} else if v := l.signIn(newBrowser(""), nil); !v.Works {
			t.Errorf("%+v", v)
		}
		s.mu.Lock()
		s.calls = nil
		s.mu.Unlock()
	}
}

// BenchmarkVerify adds 50 ms to each call. The target is three times that, plus the
// calls themselves.
func BenchmarkVerify(b *testing.B) {
	const delay = 50 * time.Millisecond
	e, l, s := farAway(b, delay)
	for b.Loop() {
		if checks := e.Verify(b.Context(), l.d, l.person); checks.Failed() {
			b.Fatal(failures(checks))
		}
	}
	b.ReportMetric(float64(len(s.calls))/float64(b.N), "calls/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
	b.ReportMetric(float64((trips * delay).Milliseconds()), "target-ms")
}
