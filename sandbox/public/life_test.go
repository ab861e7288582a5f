package public

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authpocket/sandbox/walk"
)

// waitFor waits until something is so, for ten seconds at most.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for tick := time.Tick(20 * time.Millisecond); !so(); {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// metric returns a number of GET /metrics.
func (w *world) metric(name string) int {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.demo.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(rec.Body.String()) {
		if value, ok := strings.CutPrefix(line, "authpocket_demo_"+name+" "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil {
				w.t.Fatal(err)
			}
			return n
		}
	}
	w.t.Fatalf("there is no %s in %s", name, rec.Body)
	return 0
}

// probe returns the answer to a probe.
func (w *world) probe(path string) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.demo.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return strconv.Itoa(rec.Code) + " " + strings.TrimSpace(rec.Body.String())
}

func TestASandboxEndsAndLeavesNothing(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Lifetime = 2 * time.Second })
	b := w.browser().started("?at=review")
	dir := b.place().dir
	if p := b.get(b.Root.String() + "/review"); p.Status != http.StatusOK {
		t.Fatalf("the review: %d", p.Status)
	}
	waitFor(t, "the end", func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) })
	if p := b.get(b.Root.String() + "/review"); p.Status != http.StatusNotFound || !p.Says("This sandbox is not open") {
		t.Errorf("after the end: %d %s", p.Status, p.Text)
	}
	if started, ended, alive := w.metric("started_total"), w.metric("ended_total"),
		w.metric("sandboxes"); started != 1 || ended != 1 || alive != 0 {
		t.Errorf("started %d, ended %d, alive %d", started, ended, alive)
	}
	if left, err := filepath.Glob(filepath.Join(w.demo.temp, "sandbox-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestASandboxThatCannotStartLeavesNothing has the databases of a sandbox be missing, or be none.
func TestASandboxThatCannotStartLeavesNothing(t *testing.T) {
	w := newWorld(t)
	present := w.browser().started("")
	for _, name := range []string{"data.db", "auxiliary.db"} {
		path := filepath.Join(w.demo.template, name)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, breaks := range map[string]func() error{
			"missing": func() error { return os.Remove(path) },
			"none":    func() error { return os.WriteFile(path, []byte("no database, but long enough"), 0o600) },
			"half":    func() error { return os.WriteFile(path, good[:len(good)/2], 0o600) },
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				before := goleak.IgnoreCurrent()
				if err := breaks(); err != nil {
					t.Fatal(err)
				}
				b := w.browser()
				if p := b.post(w.public.String()+"/start", nil); p.Status != http.StatusInternalServerError ||
					!p.Says("The sandbox could not be started") {
					t.Errorf("it answers %d %v", p.Status, p.Location())
				}
				b.HTTP.CloseIdleConnections()
				left, err := filepath.Glob(filepath.Join(w.demo.temp, "sandbox-*"))
				if err != nil || len(left) != 1 || w.metric("sandboxes") != 1 {
					t.Errorf("there are %d sandboxes, and %v, %v", w.metric("sandboxes"), left, err)
				}
				if err := goleak.Find(before, goleak.IgnoreTopFunction("net/http.(*conn).serve")); err != nil {
					t.Error(err)
				}
				if err := os.WriteFile(path, good, 0o600); err != nil {
					t.Fatal(err)
				}
				b.started("")
				b.post(w.public.String()+"/end", nil)
				w.demo.ending.Wait()
			})
		}
	}
	if p := present.get(present.Root.String() + "/"); p.Status != http.StatusOK {
		t.Errorf("the present one answers %d", p.Status)
	}
}

// TestADemoRemovesWhatAKilledOneHasLeft starts two demos in a directory with the data of one that was killed.
func TestADemoRemovesWhatAKilledOneHasLeft(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a directory cannot be locked")
	}
	w := newWorld(t)
	typed := w.browser().started("?at=review").place().dir
	dir := w.demo.cfg.Dir
	kept := []string{w.demo.temp, filepath.Join(dir, "authpocket-demo-notes"), filepath.Join(dir, "authpocket-demo-1")}
	killed := filepath.Join(dir, "authpocket-demo-2")
	for path, of := range map[string]string{killed: w.demo.temp, kept[1]: w.demo.temp, kept[2]: typed} {
		if err := os.CopyFS(path, os.DirFS(of)); err != nil {
			t.Fatal(err)
		}
	}
	newWorld(t, func(c *Config) { c.Dir = dir })
	for _, path := range kept {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("it removed what it must not: %v", err)
		}
	}
	if _, err := os.Stat(killed); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", killed, err)
	}
}

func TestADrainLetsSandboxesEnd(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser().started(""), w.browser()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		w.demo.Drain(t.Context(), time.Hour)
	}()
	waitFor(t, "the drain", func() bool { return w.metric("draining") == 1 })
	if live, ready := w.probe("/healthz"), w.probe("/readyz"); live != "200 ok" || ready != "503 draining" {
		t.Errorf("it is %s and %s", live, ready)
	}
	if p := other.post(w.public.String()+"/start", nil); p.Status != http.StatusServiceUnavailable ||
		!p.Says("The demo is restarting") {
		t.Errorf("a new start: %d", p.Status)
	}
	if at, err := b.To(t.Context(), "/review"); err != nil {
		t.Errorf("the present one: %s %v", at, err)
	} else if p := b.get(b.Root.String() + at); !p.Says("The demo is restarting. After that your sandbox is gone.") {
		t.Errorf("it does not say so: %s", p.Text)
	}
	select {
	case <-drained:
		t.Fatal("the drain did not wait")
	default:
	}
	b.post(w.public.String()+"/end", nil)
	<-drained
}

// TestADrainSendsOthersElsewhere has a gateway whose cookie keeps browsers at this process.
func TestADrainSendsOthersElsewhere(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Max, c.PodCookie = 1, "pod" })
	present, waiting, other := w.browser().started(""), w.browser(), w.browser()
	waiting.post(w.public.String()+"/start?at=review", nil)
	for _, b := range []*browser{present, waiting, other} {
		b.HTTP.Jar.SetCookies(w.public, []*http.Cookie{{Name: "pod", Value: "here", Path: "/"}})
	}
	if p := other.get(w.public.String() + "/"); p.Status != http.StatusOK {
		t.Fatalf("before, it answers %d", p.Status)
	}
	ctx, stop := context.WithCancel(t.Context())
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		w.demo.Drain(ctx, time.Hour)
	}()
	defer func() { stop(); <-drained }()
	waitFor(t, "the drain", w.demo.isDraining)
	if p := present.get(w.public.String() + "/"); p.Status != http.StatusOK || !p.Says("Continue in your sandbox") {
		t.Errorf("who has a sandbox gets %d", p.Status)
	}
	for _, test := range []struct {
		b    *browser
		page *walk.Page
		to   string
	}{
		{waiting, waiting.get(w.public.String() + "/wait"), "/demo/"},
		{other, other.post(w.public.String()+"/start?at=review", nil), "/demo/?at=review"},
	} {
		if to := test.page.Location(); to == nil || to.RequestURI() != test.to {
			t.Errorf("%s answers %d and leads to %v", test.page.URL.Path, test.page.Status, to)
		}
		if again := test.b.get(w.public.String() + "/wait"); again.Status == http.StatusSeeOther &&
			again.Header.Get("Set-Cookie") != "" {
			t.Errorf("the gateway's cookie is still there: %v", again.Header)
		}
	}
	if p := other.post(w.public.String()+"/start", nil); p.Status != http.StatusServiceUnavailable {
		t.Errorf("without the cookie it answers %d", p.Status)
	}
}

func TestADrainHasALimit(t *testing.T) {
	w := newWorld(t)
	w.browser().started("")
	began := time.Now()
	w.demo.Drain(t.Context(), 100*time.Millisecond)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
