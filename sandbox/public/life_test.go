package public

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
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

func TestVisitorsWaitInTurn(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Max = 1 })
	first, second, third := w.browser().started(""), w.browser(), w.browser()
	start, wait := w.public.String()+"/start", w.public.String()+"/wait"
	for i, b := range []*browser{second, third} {
		if to := b.post(start+"?at=authentik", nil).Location(); to == nil || to.Path != "/demo/wait" {
			t.Fatalf("visitor %d is sent to %v", i, to)
		}
		p := b.get(wait)
		if !p.Says("Yours starts in about "+strconv.Itoa(60*(i+1))+" minutes.") || p.Header.Get("Refresh") != "5" ||
			!p.Says(strconv.Itoa(i)+" visitor") {
			t.Errorf("visitor %d waits: %s", i, p.Text)
		}
	}
	if got := w.metric("waiting"); got != 2 {
		t.Errorf("%d visitors wait", got)
	}
	if got := w.probe("/readyz"); got != "503 full" {
		t.Errorf("it is %s", got)
	}
	first.post(w.public.String()+"/end", nil)
	if p := third.get(wait); !p.Says("1 visitor is before you.") {
		t.Errorf("the third before the second: %s", p.Text)
	}
	to := second.get(wait).Location()
	if to == nil || !strings.HasSuffix(to.Path, "/wizard/authentik") {
		t.Fatalf("the second is sent to %v", to)
	}
	w.demo.leaveQueue(time.Now().Add(queueIdle + time.Second))
	if got := w.metric("waiting"); got != 0 {
		t.Errorf("%d visitors wait who do not look any more", got)
	}
	if to := third.get(wait).Location(); to == nil || to.Path != "/demo/" {
		t.Errorf("who left the queue is sent to %v", to)
	}
}

// TestAFullDiskStartsNone has the disk fill up and empty again.
func TestAFullDiskStartsNone(t *testing.T) {
	w := newWorld(t)
	first, second := w.browser().started(""), w.browser()
	var room atomic.Uint64
	w.demo.mu.Lock()
	w.demo.room = func(string) (uint64, bool) { return room.Load(), true }
	w.demo.mu.Unlock()
	room.Store(placeKept)
	if to := second.post(w.public.String()+"/start", nil).Location(); to == nil || to.Path != "/demo/wait" {
		t.Errorf("a visitor is sent to %v", to)
	}
	if p := second.get(w.public.String() + "/wait"); !p.Says("All sandboxes are taken") {
		t.Errorf("it says %s", p.Text)
	}
	if got := w.probe("/readyz"); got != "503 full" {
		t.Errorf("it is %s", got)
	}
	if p := first.get(first.Root.String() + "/"); p.Status != http.StatusOK {
		t.Errorf("the first has %d", p.Status)
	}
	room.Store(placeKept + placeDisk)
	if to := second.get(w.public.String() + "/wait").Location(); to == nil || !strings.Contains(to.Path, "/s/") {
		t.Errorf("with room again, they are sent to %v", to)
	}
}

// TestALostAnswerLosesNoSandbox has the answer that starts a sandbox get lost: who has a place in the queue comes back,
// who is new is never seen again.
func TestALostAnswerLosesNoSandbox(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Max = 1 })
	first, second := w.browser().started(""), w.browser()
	start, wait := w.public.String()+"/start", w.public.String()+"/wait"
	second.post(start, nil)
	first.post(w.public.String()+"/end", nil)
	if status, _ := with(t, wait, nil, second.cookies(wait)); status != http.StatusSeeOther { // she gets no answer
		t.Fatalf("her turn: %d", status)
	}
	for _, page := range []string{"/", "/wait"} {
		b := w.browser()
		b.HTTP.Jar.SetCookies(w.public.JoinPath("/"), second.cookies(wait))
		p := b.get(w.public.String() + page)
		to := w.places()[0].base(wizardPart).String() + "/"
		if page == "/wait" && (p.Location() == nil || p.Location().String() != to) {
			t.Errorf("%s leads to %v", page, p.Location())
		}
		if got := b.get(to); got.Status != http.StatusOK {
			t.Errorf("after %s her sandbox answers %d", page, got.Status)
		}
	}
	second.post(w.public.String()+"/end", nil)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, start, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w.demo.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if n := w.metric("sandboxes"); n != 0 {
		t.Errorf("%d sandboxes are of a visitor who has left", n)
	}
}

func TestStartsOfAnAddressAreLimited(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.StartsPerMinute = 2 })
	w.browser().started("")
	b := w.browser().started("")
	for _, one := range []*browser{b, w.browser()} {
		p := one.post(w.public.String()+"/start", nil)
		if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") == "" {
			t.Errorf("a third start: %d", p.Status)
		}
	}
	if p := b.get(b.Root.String() + "/"); p.Status != http.StatusOK {
		t.Errorf("the refused start took the sandbox: %d", p.Status)
	}
	if got := w.metric("refused_total"); got != 2 {
		t.Errorf("%d refused", got)
	}
	now := time.Now()
	if _, ok := w.demo.starts.take(netip.MustParsePrefix("127.0.0.1/32"), now.Add(time.Minute)); !ok {
		t.Error("none a minute later")
	}
	w.demo.starts.forget(now.Add(time.Hour))
	if n := len(w.demo.starts.by); n > 0 {
		t.Errorf("%d addresses are remembered", n)
	}
}

func TestWhoseStartItIs(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, test := range map[string]struct{ remote, forwarded, want string }{
		"a visitor":                          {"192.0.2.7:1", "", "192.0.2.7/32"},
		"a visitor who claims another":       {"192.0.2.7:1", "198.51.100.1", "192.0.2.7/32"},
		"behind a proxy":                     {"10.1.1.1:1", "198.51.100.1", "198.51.100.1/32"},
		"behind two":                         {"10.1.1.1:1", "203.0.113.9, 198.51.100.1, 10.2.2.2", "198.51.100.1/32"},
		"behind one that says the port":      {"10.1.1.1:1", "198.51.100.1:4711", "198.51.100.1/32"},
		"behind one that says an IPv6 port":  {"10.1.1.1:1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"},
		"behind one that uses IPv6 for IPv4": {"[::ffff:10.1.1.1]:1", "::ffff:198.51.100.1", "198.51.100.1/32"},
		"behind one that says nonsense":      {"10.1.1.1:1", "198.51.100.1, unknown", "10.1.1.1/32"},
		"a proxy itself":                     {"10.1.1.1:1", "", "10.1.1.1/32"},
		"a network of IPv6":                  {"[2001:db8:1:2:3::4]:1", "", "2001:db8:1:2::/64"},
		"no address":                         {"@", "", "invalid Prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = test.remote
			r.Header.Set("X-Forwarded-For", test.forwarded)
			if got := addressOf(r, proxies).String(); got != test.want {
				t.Errorf("it counts for %s", got)
			}
		})
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

func TestADrainHasALimit(t *testing.T) {
	w := newWorld(t)
	w.browser().started("")
	began := time.Now()
	w.demo.Drain(t.Context(), 100*time.Millisecond)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestASandboxAnswersOnlySoMuch(t *testing.T) {
	w := newWorld(t)
	for name, spend := range map[string]func(*browser){
		"requests": func(b *browser) { b.place().answered.Store(placeRequests) },
		"what is taken": func(b *browser) {
			sent := url.Values{"username": {strings.Repeat("x", placeBody-1000)}}
			login := b.place().base(authentikPart).String() + "/if/flow/default-authentication-flow/"
			for range placeTaken/placeBody + 2 {
				b.post(login, sent)
			}
		},
		"disk": func(b *browser) {
			large := filepath.Join(b.place().dir, "receipts", "large")
			if err := os.WriteFile(large, make([]byte, placeKept), 0o600); err != nil {
				t.Fatal(err)
			}
			for range placeLook {
				b.get(b.Root.String() + "/healthz")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.browser().started("")
			if p := b.get(b.Root.String() + "/"); p.Status != http.StatusOK {
				t.Fatalf("at first: %d", p.Status)
			}
			spend(b)
			if p := b.get(b.Root.String() + "/"); p.Status != http.StatusTooManyRequests ||
				!p.Says("Delete your sandbox") {
				t.Errorf("one request more: %d", p.Status)
			}
		})
	}
	t.Run("not in the whole wizard", func(t *testing.T) {
		b := w.browser().started("")
		if err := b.Whole(t.Context(), b.place().person, b.place().secret); err != nil {
			t.Fatal(err)
		}
		p := b.place()
		if n, taken := p.answered.Load(), p.taken.Load(); n > placeRequests/20 || taken > placeTaken/20 {
			t.Errorf("it makes %d requests of %d bytes", n, taken)
		}
	})
	t.Run("at once", func(t *testing.T) {
		b := w.browser().started("")
		for range placeAtOnce {
			b.place().turns <- struct{}{}
		}
		if p := b.get(b.Root.String() + "/"); p.Status != http.StatusTooManyRequests {
			t.Errorf("one request more at once: %d", p.Status)
		}
		for range placeAtOnce {
			<-b.place().turns
		}
	})
}

// TestWhatAVisitorSendsStaysSmall has PocketBase and authentik note what they are sent, as much as they take.
func TestWhatAVisitorSendsStaysSmall(t *testing.T) {
	w := newWorld(t)
	b, _ := w.applied()
	address := b.place().base(pocketbasePart).String() + "/api/collections/users/auth-with-oauth2"
	body := `{"provider":"oidc","code":"x","codeVerifier":"x","redirectURL":"https://x/` +
		strings.Repeat("x", placeBody-1000) + `"}`
	before, sent := heapMB(), 0
	for status := 0; status != http.StatusTooManyRequests && sent < 400; sent++ {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		res, err := b.HTTP.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		status = res.StatusCode
	}
	if after := heapMB(); after > before+10 {
		t.Errorf("after %d requests there are %.0f MB in memory, and were %.0f MB", sent, after, before)
	}
}

// heapMB is what is in memory, without garbage.
func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}
