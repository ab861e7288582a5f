package web

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gate stands in front of an authentik and holds or fails its writes.
type gate struct {
	url    string
	writes atomic.Int32
	mu     sync.Mutex
	meet   func(w http.ResponseWriter, r *http.Request) bool // true: answered
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	g, proxy := &gate{}, httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // calls that the wizard gave up
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		meet := g.meet
		g.mu.Unlock()
		if r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/") {
			g.writes.Add(1)
			if meet != nil && meet(w, r) {
				return
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	g.url = srv.URL
	return g
}

// before is a server in front of the gate that answers some requests itself.
func (g *gate) before(t *testing.T, answer func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	to, err := url.Parse(g.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func (g *gate) set(meet func(http.ResponseWriter, *http.Request) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.meet = meet
}

// gated is a wizard whose authentik stands behind a gate.
func gated(t *testing.T) (*wizard, *gate) {
	t.Helper()
	box := newSandbox(t)
	g := newGate(t, box.AuthentikURL)
	cfg := prefilled(box)
	cfg.Prefill.AuthentikURL = g.url
	return wizardFor(t, box, cfg), g
}

func TestTwoPressesBeginOneApply(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().answered()
	first, second := b.get("/review").want(200), b.get("/review").want(200) // two tabs
	reached, open := make(chan struct{}, 10), make(chan struct{})
	g.set(func(http.ResponseWriter, *http.Request) bool {
		reached <- struct{}{}
		<-open
		return false
	})
	job := b.send(first, "/apply", nil).want(303).header.Get("Location")
	<-reached
	b.send(first, "/apply", nil).want(303, job)  // the same button again
	b.send(second, "/apply", nil).want(303, job) // the other tab's
	b.get(job).want(200).says("Applying 3 changes", "In progress", "Waiting")
	if !strings.Contains(b.get(job).text, `http-equiv="refresh"`) {
		t.Error("without JavaScript the page would not move on")
	}
	for _, path := range []string{"/review", "/remove"} { // which cannot say what there is
		during := b.get(path).want(200).says("Changes are in progress", "View progress")
		if strings.Contains(during.text, `action="/apply"`) || !during.leadsTo(job) {
			t.Errorf("%s meanwhile:\n%s", path, during.visible())
		}
	}
	close(open)
	b.wait(job+"/events", "")
	if after := b.get("/review").visible(); strings.Contains(after, "in progress") {
		t.Errorf("the review afterwards:\n%s", after)
	}
	b.send(first, "/apply", nil).want(303, job)  // and afterwards
	b.send(second, "/apply", nil).want(303, job) // shows what happened
	if n := g.writes.Load(); n != 2 {
		t.Errorf("authentik saw %d writes, want 2", n)
	}
}

// What another tab reviews, and nobody has written, is not said to be applied.
func TestAnotherReviewIsNotTakenForTheOneThatIsApplied(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().answered()
	first := b.get("/review").want(200)
	reached, open := make(chan struct{}, 10), make(chan struct{})
	g.set(func(http.ResponseWriter, *http.Request) bool {
		reached <- struct{}{}
		<-open
		return false
	})
	job := b.send(first, "/apply", nil).want(303).header.Get("Location")
	<-reached
	b.send(b.get("/settings?from=review"), "/settings",
		url.Values{"pocketbase.display_name": {"Company"}}).want(303, "/review")
	b.get("/review").want(200).says("Changes are in progress", "View progress")
	g.set(nil)
	close(open)
	b.wait(job+"/events", "")

	b.apply(b.get("/review").want(200))
	b.apply(b.get("/rotate").want(200))
	rotate, back := b.get("/rotate").want(200), b.get("/rotate/back").want(200)
	b.apply(rotate).says("Both systems use the new client secret")
	b.apply(back).says("Something changed since the review", "0 of 2 changes applied")

	one, two := b.get("/prove?email=one@example.com").want(200), b.get("/prove?email=two@example.com").want(200)
	b.apply(one).says("Works: one@example.com")
	b.apply(two).says("Works: two@example.com")
}

func TestEventsAreReplayed(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().answered()
	job := b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")
	whole := b.wait(job+"/events", "")
	for _, part := range []string{"id: 1\n", "id: 6\n", "id: 7\n", "event: done\n", `hx-target="#change-3"`,
		`hx-target="#outcome"`} {
		if !strings.Contains(whole, part) {
			t.Errorf("the stream lacks %q:\n%s", part, whole)
		}
	}
	for line := range strings.Lines(whole) {
		field, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		if field != "" && field != "id" && field != "data" && field != "event" {
			t.Errorf("a line of the stream is not marked: %q", line)
		}
	}
	const here = "event: here\ndata: here\n\n" // by which the page tells the stream from a login page
	rest := b.wait(job+"/events", "4")
	if strings.Contains(rest, "id: 4\n") || !strings.HasPrefix(rest, here+"id: 5\n") ||
		!strings.Contains(rest, "event: done") {
		t.Errorf("after event 4 the stream sends:\n%s", rest)
	}
	if over := b.wait(job+"/events?after=7", ""); over != here+"event: done\ndata: done\n\n" {
		t.Errorf("after the last event the stream sends:\n%s", over)
	}
	p := b.get(job + "/events")
	if p.header.Get("Content-Type") != "text/event-stream" || p.header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("the stream's headers are %v", p.header)
	}
}

func TestAnApplyThatFailsSaysWhereAndGoesOn(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().answered()
	g.set(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/transactional/") {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"app":{"name":["This name is too dull."]}}`))
		return true
	})
	job := b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	b.get(job).want(200).says("Some changes were not applied", "This name is too dull", "Not started",
		"1 of 3 changes applied", "Review what is left")
	b.get("/verify").want(303, "/review")
	g.set(nil)
	again := b.send(b.get("/review").want(200).says("Apply 2 changes"), "/apply", nil).want(303).header.Get("Location")
	if again == job {
		t.Fatal("the new plan was taken for the old one")
	}
	b.wait(again+"/events", "")
	b.get(again).want(200).says("All changes were applied")
	b.get(job).want(200).says("Some changes were not applied")
}

func TestAPlanOfOlderAnswersIsNotApplied(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().answered()
	old := b.get("/review").want(200)
	b.send(b.get("/settings?from=review"), "/settings", url.Values{"email": {"leave"}}).want(303, "/review")
	b.send(old, "/apply", nil).want(409).says("This review is out of date")
	b.post("/apply", url.Values{"plan": {"unknown"}}).want(409).says("Nothing was written")
	if n := g.writes.Load(); n != 0 {
		t.Errorf("authentik saw %d writes, want none", n)
	}
}

func TestAPlanThatTheSystemsHaveLeftBehindIsRefused(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	here, there := w.browser().answered(), w.browser().answered()
	late := here.get("/review").want(200)
	done := there.send(there.get("/review"), "/apply", nil).want(303).header.Get("Location")
	there.wait(done+"/events", "")
	job := here.send(late, "/apply", nil).want(303).header.Get("Location")
	here.wait(job+"/events", "")
	here.get(job).want(200).says("Something changed since the review", "0 of 3 changes applied",
		"Review again")
	there.get(job).want(404)
	here.get(done).want(404)
}

func TestClosingEndsStreamsAndWaitsForTheWork(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().answered()
	reached, open := make(chan struct{}, 10), make(chan struct{})
	g.set(func(http.ResponseWriter, *http.Request) bool {
		reached <- struct{}{}
		<-open
		return false
	})
	late := b.get("/review")
	job := b.send(late, "/apply", nil).want(303).header.Get("Location")
	<-reached
	ended, closed := make(chan string), make(chan struct{})
	go func() { ended <- b.wait(job+"/events", "") }()
	go func() { w.server.Close(); close(closed) }()
	if got := <-ended; strings.Contains(got, "event: done") {
		t.Error("the stream said done while the work was under way")
	}
	select {
	case <-closed:
		t.Error("Close did not wait for the work")
	default:
	}
	close(open)
	<-closed
	if n := len(w.server.sessions.All()); n != 0 {
		t.Errorf("%d sessions are left after Close", n)
	}
}

// A program's server has a limit for writing an answer; a stream outlasts it.
func TestAStreamOutlastsTheServersLimit(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	g := newGate(t, box.AuthentikURL)
	cfg := prefilled(box)
	cfg.Prefill.AuthentikURL = g.url
	server := New(cfg)
	const limit = time.Second
	quick, patient := httptest.NewUnstartedServer(server.Handler()), httptest.NewServer(server.Handler())
	quick.Config.WriteTimeout = limit
	quick.Start()
	t.Cleanup(func() { server.Close(); quick.Close(); patient.Close() })
	b := (&wizard{t: t, box: box, server: server, http: patient}).browser().answered()
	g.set(func(http.ResponseWriter, *http.Request) bool { <-time.After(limit); return false })
	job := b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")
	b.base = quick.URL // the cookie is of the host, whatever the port
	if got := b.wait(job+"/events", ""); !strings.Contains(got, "event: done") {
		t.Errorf("the stream ended early:\n%s", got)
	}
}
