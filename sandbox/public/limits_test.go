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
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

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
	if p := third.get(wait); !p.Says("1 visitor is ahead of you.") {
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

// TestFewSandboxesStartAtOnce has two visitors wait for others' starts, and one of them leave.
func TestFewSandboxesStartAtOnce(t *testing.T) {
	w := newWorld(t)
	for range cap(w.demo.walks) {
		w.demo.walks <- struct{}{}
	}
	ctx, leave := context.WithCancel(t.Context())
	var starting sync.WaitGroup
	for _, one := range []context.Context{ctx, t.Context()} {
		starting.Go(func() {
			r := httptest.NewRequestWithContext(one, http.MethodPost, w.public.String()+"/start?at=review", nil)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			rec := httptest.NewRecorder()
			w.demo.Handler().ServeHTTP(rec, r)
			if to := rec.Header().Get("Location"); one != ctx && !strings.HasSuffix(to, "/wizard/review") {
				t.Errorf("it leads to %s", to)
			}
		})
	}
	waitFor(t, "both to wait", func() bool { return w.metric("sandboxes") == 2 })
	leave()
	if n := w.metric("started_total"); n != 0 {
		t.Errorf("%d have started", n)
	}
	for range cap(w.demo.walks) {
		<-w.demo.walks
	}
	starting.Wait()
	if started, alive := w.metric("started_total"), w.metric("sandboxes"); started != 1 || alive != 1 {
		t.Errorf("%d have started, %d are there", started, alive)
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
		if p := b.get(b.Root.String() + "/"); p.Status != http.StatusTooManyRequests || !p.Says("at a time") {
			t.Errorf("one request more at once: %d %s", p.Status, p.Text)
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
