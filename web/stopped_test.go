package web

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

// intercepted is a server in front of target that answers requests of one method below a path itself.
func intercepted(t *testing.T, target, method, path string, answer http.HandlerFunc) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method && strings.HasPrefix(r.URL.Path, path) {
			answer(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

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
			if one.authentik {
				cfg.Prefill.AuthentikURL = intercepted(t, box.AuthentikURL, "POST", "/api/v3/", one.answer)
			} else {
				cfg.Prefill.PocketBaseURL = intercepted(t, box.PocketBaseURL, "PATCH", "/api/", one.answer)
			}
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
