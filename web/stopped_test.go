package web

import (
	"net/http"
	"strings"
	"testing"
)

// What stands between authpocket and a system is named with what to do about it, not the system's log.
func TestAnApplyThatStopsSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	login := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://login.company.example/start", http.StatusFound)
	}
	wifi := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Wi-Fi</title><form></form>"))
	}
	for name, one := range map[string]struct {
		authentik bool
		answer    http.HandlerFunc
		says      []string
	}{
		"authentik, a web page": {true, wifi, []string{"answers with a web page instead of API data",
			"exempt /api/v3/ from it", "Nothing was written"}},
		"PocketBase, a login proxy": {false, login, []string{"redirects to login.company.example/start",
			"Enter PocketBase's own address.", "It is safe to save the change twice",
			"It is unclear whether the failed change was written"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := newSandbox(t)
			cfg := prefilled(box)
			address, method := &cfg.Prefill.PocketBaseURL, http.MethodPatch
			if one.authentik {
				address, method = &cfg.Prefill.AuthentikURL, http.MethodPost
			}
			g := newGate(t, *address)
			*address = g.url
			g.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == method {
					one.answer(w, r)
				}
				return r.Method == method
			})
			b := wizardFor(t, box, cfg).browser().answered()
			job := b.send(b.get("/review").want(200), "/apply", nil).want(303).header.Get("Location")
			sent := b.wait(job+"/events", "")
			b.get(job).want(200).says(one.says...)
			if last := sent[strings.LastIndex(sent, "id: "):]; one.authentik && (!strings.Contains(last, "#change-3") ||
				strings.Contains(last, "Waiting")) {
				t.Errorf("at the end a change still waits:\n%s", last)
			}
		})
	}
}
