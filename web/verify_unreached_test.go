package web

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// closing closes a connection without an answer, and silent gives none.
func closing(http.ResponseWriter, *http.Request)    { panic(http.ErrAbortHandler) }
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// away stands in front of a server, and treats every request like that once it is set.
func away(t *testing.T, address *string, how http.HandlerFunc) *atomic.Bool {
	t.Helper()
	to, err := url.Parse(*address)
	if err != nil {
		t.Fatal(err)
	}
	gone, behind := &atomic.Bool{}, httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() {
			how(w, r)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	*address = front.URL
	return gone
}

// checkedAway returns a wizard and its browser, which has made a link and begun its checks, of a PocketBase that went
// away before them. gone brings it back.
func checkedAway(t *testing.T, how http.HandlerFunc) (w *wizard, b *browser, gone *atomic.Bool) {
	t.Helper()
	box := newSandbox(t)
	cfg := prefilled(box)
	gone = away(t, &cfg.Prefill.PocketBaseURL, how)
	w = wizardFor(t, box, cfg)
	b = w.browser().connected()
	b.send(b.get("/settings"), "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	b.wait(b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")+"/events", "")
	gone.Store(true)
	b.post("/verify", nil).want(303, "/verify")
	return w, b, gone
}

// TestChecksOfAPocketBaseThatIsDownSayThatNothingIsKnown: on the page of the checks, and on the last one.
func TestChecksOfAPocketBaseThatIsDownSayThatNothingIsKnown(t *testing.T) {
	t.Parallel()
	w, b, gone := checkedAway(t, closing)
	b.wait("/verify/events", "")
	const open = "PocketBase could not be checked, so it is not known whether people can sign in"
	p := b.get("/verify").want(200).says(open, "Check that PocketBase is running and can be reached from here")
	if said := p.visible(); strings.Contains(said, "in the way") || strings.Contains(said, "Prove it now") {
		t.Errorf("the checks say\n%s", said)
	}
	if w.only(t).Look().Verify.Proven() {
		t.Error("checks without an answer count as passed")
	}
	p = b.get("/done").want(200).says(open, "The link exists, but could not be checked")
	if said := p.visible(); strings.Contains(said, "authentik and PocketBase are linked") {
		t.Errorf("the last page says\n%s", said)
	}
	gone.Store(false)
	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	b.get("/verify").want(200).says("Nothing", "Prove it now")
}

// TestRunningChecksSayWhatTheyWaitFor: and how long they take at most, on the page and in its stream.
func TestRunningChecksSayWhatTheyWaitFor(t *testing.T) {
	t.Parallel()
	w, b, _ := checkedAway(t, silent)
	run := w.only(t).Look().Verify
	for entries, _, moved := run.Happened.Count(); entries == 0; entries, _, moved = run.Happened.Count() {
		<-moved
	}
	const most = "All checks together take at most 90 seconds."
	p := b.get("/verify").want(200).says("Waiting for PocketBase.", most, "Cancel")
	if !strings.Contains(p.text, "/verify/events?after=1") {
		t.Errorf("the stream goes on elsewhere:\n%s", p.text)
	}
	b.post("/verify/cancel", nil).want(303, "/verify")
	if sent := b.wait("/verify/events", ""); !strings.Contains(sent, "Waiting for PocketBase.") ||
		!strings.Contains(sent, most) {
		t.Errorf("the stream says\n%s", sent)
	}
}
