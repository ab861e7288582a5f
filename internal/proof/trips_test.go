package proof

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
)

// slow is a transport that is far away from everything, once it is told to.
type slow struct {
	next  http.RoundTripper
	delay atomic.Int64
	calls atomic.Int64
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls.Add(1)
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

// farAway is an engine whose every call takes that much longer, and a link.
func farAway(t testing.TB, delay time.Duration) (*engine.Engine, *linked, *slow) {
	t.Helper()
	l := newLab(t)
	client := newClient(t)
	s := &slow{next: client.Transport}
	client.Transport = s
	own := l.link("far", everything)
	e := engine.New(l.a.connect(t, client), l.connect(t, client), slog.New(slog.DiscardHandler))
	s.delay.Store(int64(delay))
	s.calls.Store(0)
	return e, own, s
}

// trips is how often one call waited for another in a verify.
const trips = 3

// TestVerifyTakesThreeRoundTrips: with half a second added to each call, what
// the machine itself takes is small beside it.
func TestVerifyTakesThreeRoundTrips(t *testing.T) {
	const delay = 500 * time.Millisecond
	e, l, s := farAway(t, delay)
	began := time.Now()
	checks := e.Verify(t.Context(), l.d, l.person)
	took := time.Since(began)
	if checks.Failed() || checks.Count(link.Pass) != len(checks) {
		t.Errorf("from far away:\n%s", failures(checks))
	}
	t.Logf("%d checks, %d calls, %s", len(checks), s.calls.Load(), took)
	if took >= (trips+1)*delay {
		t.Errorf("took %s, which is more than %d round trips of %s", took, trips, delay)
	}
}

// BenchmarkVerify has 50 ms added to each call. The target is three of them,
// and what the calls take themselves.
func BenchmarkVerify(b *testing.B) {
	const delay = 50 * time.Millisecond
	e, l, s := farAway(b, delay)
	for b.Loop() {
		if checks := e.Verify(b.Context(), l.d, l.person); checks.Failed() {
			b.Fatal(failures(checks))
		}
	}
	b.ReportMetric(float64(s.calls.Load())/float64(b.N), "calls/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
	b.ReportMetric(float64((trips * delay).Milliseconds()), "target-ms")
}
