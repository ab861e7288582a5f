package web

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// counted returns the address of a proxy that counts the requests to a server.
func counted(t *testing.T, target string) (address string, count *atomic.Int32) {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	count = new(atomic.Int32)
	proxy := httputil.NewSingleHostReverseProxy(to)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, count
}

func TestAPageSecondsLaterAsksNobody(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	cfg := prefilled(box)
	var a, p *atomic.Int32
	cfg.Prefill.AuthentikURL, a = counted(t, box.AuthentikURL)
	cfg.Prefill.PocketBaseURL, p = counted(t, box.PocketBaseURL)
	b := wizardFor(t, box, cfg).browser().connected()
	want := func(what string, asks bool, do func() *page) *page {
		t.Helper()
		a.Store(0)
		p.Store(0)
		got := do()
		if (a.Load() > 0) != asks || (p.Load() > 0) != asks {
			t.Errorf("%s takes %d requests to authentik and %d to PocketBase", what, a.Load(), p.Load())
		}
		return got
	}
	look := func(path string) func() *page { return func() *page { return b.get(path).want(http.StatusOK) } }
	reload := func(path string) func() *page {
		return func() *page {
			return b.ask(b.http, http.MethodGet, path,
				func(r *http.Request) { r.Header.Set("Cache-Control", "max-age=0") })
		}
	}
	send := func(email string) func() *page {
		return func() *page {
			return b.send(b.get("/settings"), "/settings", url.Values{"email": {email}})
		}
	}
	first := want("the settings", true, look("/settings"))
	if again := want("the settings again", false, look("/settings")); again.text != first.text {
		t.Error("the settings are another page the second time")
	}
	want("the settings in another form", true, look("/settings?from=review"))
	want("the settings, reloaded", true, reload("/settings"))
	want("a refused form", false, func() *page { return send("unknown")().want(303, "/settings") })
	want("the refused form", true, look("/settings")).says("email")
	want("the settings, sent", true, func() *page { return send("leave")().want(303, "/review") })
	want("the review", false, look("/review")) // of the plan that was just made
	want("the review again", false, look("/review"))
	want("the settings after an answer", true, look("/settings"))
	want("the review, reloaded", true, reload("/review"))
	want("another answer", true, func() *page { return send("trust-all")().want(303, "/review") })
	review := want("its review", false, look("/review"))
	job := want("an apply", true, func() *page {
		p := b.send(review, "/apply", nil).want(303)
		b.wait(p.header.Get("Location")+"/events", "")
		return p
	})
	want("the apply", false, look(job.header.Get("Location")))
	want("the settings after a write", true, look("/settings"))
	want("the review after a write", true, look("/review")).says("No changes needed")
	want("the review after a write, again", false, look("/review"))
}
