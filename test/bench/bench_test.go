// Package bench measures the project's performance targets: `make bench`.
package bench

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/sandbox"
)

// delay is added to every call, so that sequential calls show up as time.
const delay = 50 * time.Millisecond

// meter is a proxy that counts and delays the requests to a system.
type meter struct {
	url  string
	slow atomic.Bool

	mu    sync.Mutex
	calls []call
}

// call is the time of a request and of its response.
type call struct{ came, answered time.Time }

// take returns the calls since the last take.
func (m *meter) take() []call {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

// inARow returns the length of the longest chain of sequential calls: the round
// trips that determine the waiting time.
func inARow(calls []call) int {
	slices.SortFunc(calls, func(a, b call) int { return a.answered.Compare(b.answered) })
	n, last := 0, time.Time{}
	for _, c := range calls {
		if c.came.After(last) {
			n, last = n+1, c.answered
		}
	}
	return n
}

func measure(b *testing.B, to string) *meter {
	b.Helper()
	target, err := url.Parse(to)
	if err != nil {
		b.Fatal(err)
	}
	m := &meter{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // authentik derives its URLs from it
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came := time.Now()
		if m.slow.Load() {
			time.Sleep(delay) // simulated network latency
		}
		proxy.ServeHTTP(w, r)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls = append(m.calls, call{came, time.Now()})
	}))
	b.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// systems is a sandbox behind two meters.
type systems struct {
	box *sandbox.Sandbox
	a   *meter
	p   *meter
}

func start(b *testing.B) *systems {
	b.Helper()
	box, err := sandbox.Start(b.Context(), sandbox.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	return &systems{box: box, a: measure(b, box.AuthentikURL), p: measure(b, box.PocketBaseURL)}
}

func (s *systems) connect(b *testing.B) *engine.Engine {
	b.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := authentik.Connect(b.Context(), rest.Config{URL: s.a.url, Token: secret.New(s.box.AuthentikToken),
		HTTP: outbound.New(outbound.Config{}), Log: log})
	if err != nil {
		b.Fatal(err)
	}
	p, err := pocketbase.Connect(b.Context(), pbrest.Config{URL: s.p.url, Token: secret.New(s.box.PocketBaseToken),
		HTTP: outbound.New(outbound.Config{}), Log: log})
	if err != nil {
		b.Fatal(err)
	}
	return engine.New(engine.Config{Authentik: a, PocketBase: p, Log: log})
}

func (s *systems) spec() link.Spec {
	return link.Spec{
		AuthentikURL: s.a.url, PocketBaseURLs: []string{s.p.url}, Email: link.EmailTrustAll,
		Access: &link.Access{Groups: []string{"app users"}},
	}
}

// step runs do and reports the requests to both systems, and how many of them were
// sequential.
func (s *systems) step(b *testing.B, name string, targets string, do func(context.Context)) {
	b.Helper()
	s.a.take()
	s.p.take()
	s.a.slow.Store(true)
	s.p.slow.Store(true)
	do(b.Context())
	s.a.slow.Store(false)
	s.p.slow.Store(false)
	a, p := s.a.take(), s.p.take()
	rounds := inARow(slices.Concat(a, p))
	b.Logf("%-8s %2d requests to authentik, %2d to PocketBase, %2d after one another (target: %s)", name, len(a),
		len(p), rounds, targets)
	b.ReportMetric(float64(len(a)+len(p)), name+"-requests")
	b.ReportMetric(float64(rounds), name+"-rounds")
}

// A new link with one group binding: plan, apply and verify.
func BenchmarkNewLink(b *testing.B) {
	for b.Loop() {
		s := start(b)
		s.box.Authentik().AddGroup("app users")
		s.whole(b)
	}
}

// The same on a large authentik: 1,000 applications and providers, 300 groups and
// 5,000 users.
func BenchmarkNewLinkOnALargeServer(b *testing.B) {
	for b.Loop() {
		s := start(b)
		s.box.Authentik().AddApplications(1000)
		for i := range 300 {
			s.box.Authentik().AddGroup("group " + strconv.Itoa(i))
		}
		for i := range 5000 {
			s.box.Authentik().AddPerson("person"+strconv.Itoa(i), "", "", "", nil)
		}
		s.box.Authentik().AddGroup("app users")
		s.whole(b)
	}
}

func (s *systems) whole(b *testing.B) {
	var (
		e    *engine.Engine
		plan link.Plan
		err  error
	)
	s.step(b, "connect", "-", func(context.Context) { e = s.connect(b) })
	s.step(b, "plan", "<= 30 requests, <= 5 round trips; PocketBase <= 6 requests", func(ctx context.Context) {
		plan,
			err = e.Plan(ctx, s.spec())
	})
	if err != nil {
		b.Fatal(err)
	}
	s.step(b, "apply", "-", func(ctx context.Context) { err = e.Apply(ctx, plan, func(engine.Event) {}) })
	if err != nil {
		b.Fatal(err)
	}
	var checks link.Checks
	s.step(b, "verify", "<= 3 round trips", func(ctx context.Context) { checks = e.Verify(ctx, plan.Desired, 0) })
	for _, c := range checks {
		if c.Status == link.Fail {
			b.Errorf("%s failed: %s", c.ID, c.Evidence)
		}
	}
}
