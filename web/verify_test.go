package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestChecksCanBeCancelled: at once, and while PocketBase's log is waited for, which takes 4 s at least.
func TestChecksCanBeCancelled(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	b.post("/verify/cancel", nil).want(http.StatusNotFound)
	for _, late := range []bool{false, true} {
		began := time.Now()
		b.post("/verify", nil).want(303, "/verify")
		run := w.only(t).Look().Verify
		for entries, _, moved := run.Happened.Count(); late && entries < 3; entries, _, moved = run.Happened.Count() {
			<-moved
		}
		if late {
			b.get("/verify").want(200).says("Cancel", "Waiting for PocketBase's log")
		}
		b.post("/verify/cancel", nil).want(303, "/verify")
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("cancelled after %s", took)
		}
		p := b.get("/verify").want(200).says("The checks were cancelled", "This is what was measured until then",
			"The checks were cancelled before this was measured.", "Check again")
		if strings.Contains(p.text, "<h2>Failed</h2>") || strings.Contains(p.text, `action="/verify/cancel"`) {
			t.Errorf("late %v: it says\n%s", late, p.visible())
		}
		if passed := strings.Contains(p.visible(), "checks passed"); late && !passed {
			t.Errorf("nothing was measured:\n%s", p.visible())
		}
		if w.only(t).Look().Verify.Proven() {
			t.Error("cancelled checks count as passed")
		}
	}
	b.post("/verify", url.Values{}).want(303, "/verify")
	b.wait("/verify/events", "")
	b.post("/verify/cancel", nil).want(303, "/verify")
	b.get("/verify").want(200).says("stands in the way")
}
