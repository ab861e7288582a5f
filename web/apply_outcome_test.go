package web

import (
	"net/http"
	"testing"
)

// TestAChangeThatFailsAsStale: authentik no longer has what the first change
// writes to. The page is drawn from the record, so it must bear every reload.
func TestAChangeThatFailsAsStale(t *testing.T) {
	w, g := gated(t)
	b := w.browser().answered()
	g.set(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"detail":"Not found."}`))
		return true
	})
	job := b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	b.get(job).want(200).says("Failed", "0 of 3 changes applied", "Nothing was written", "Review again")
	b.get(job).want(200)
}
