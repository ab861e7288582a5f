package public

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// counts only go up.
type counts struct{ started, ended, refused atomic.Int64 }

// showMetrics handles the "GET /metrics" route: text of Prometheus.
func (s *Server) showMetrics(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	alive, waiting, draining := s.alive(), len(s.queue), 0
	if s.draining {
		draining = 1
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, m := range []struct {
		name, kind, help string
		value            int64
	}{
		{"sandboxes", "gauge", "Sandboxes alive.", int64(alive)},
		{"sandboxes_limit", "gauge", "Sandboxes that may be alive at once.", int64(s.cfg.Max)},
		{"waiting", "gauge", "Visitors who wait for a sandbox.", int64(waiting)},
		{"draining", "gauge", "1 while no sandbox is started any more.", int64(draining)},
		{"started_total", "counter", "Sandboxes started.", s.counts.started.Load()},
		{"ended_total", "counter", "Sandboxes ended.", s.counts.ended.Load()},
		{"refused_total", "counter", "Starts refused by the limit per address.", s.counts.refused.Load()},
		{"live_bytes", "gauge", "Memory of the objects in use at the last garbage collection.", liveBytes()},
	} {
		name := "authpocket_demo_" + m.name
		_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", name, m.help, name, m.kind, name, m.value)
	}
}

// showReady handles the "GET /readyz" route: whether a visitor who comes now gets a sandbox.
func (s *Server) showReady(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	status, word := http.StatusOK, "ok"
	switch {
	case s.draining:
		status, word = http.StatusServiceUnavailable, "draining"
	case s.free() <= 0:
		status, word = http.StatusServiceUnavailable, "full"
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, word)
}
