package web

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/sandbox"
)

// refusing is a server in front of target that answers below /api/ with a status and a text once it is told to.
func refusing(t *testing.T, target string, status int, body string) (address string, refuse *atomic.Bool) {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	refuse, proxy := new(atomic.Bool), httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !refuse.Load() || !strings.HasPrefix(r.URL.Path, "/api/") {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(front.Close)
	return front.URL, refuse
}

func (p *page) heading() string {
	for _, h := range p.all("h1") {
		return strings.TrimSpace(text(h))
	}
	return ""
}

func (p *page) leadsTo(address string) bool {
	for _, a := range p.all("a") {
		if attr(a, "href") == address && strings.Contains(attr(a, "class"), "button") {
			return true
		}
	}
	return false
}

func TestTheHeadingOfAFaultSaysItsKind(t *testing.T) {
	t.Parallel()
	for heading, one := range map[string]struct {
		authentik bool
		status    int
		body      string
		ways      []string
	}{
		"authentik no longer accepts the sign-in": {true, 403, `{"detail":"Token invalid/expired"}`,
			[]string{"/authentik", "/review"}},
		"PocketBase no longer accepts the sign-in": {false, 401,
			`{"status":401,"message":"The request requires valid record authorization token.","data":{}}`,
			[]string{"/pocketbase", "/review"}},
		"authentik is limiting requests": {true, 429, `{"detail":"Request was throttled."}`,
			[]string{"/review", "/settings", "/authentik"}},
		"PocketBase is limiting requests": {false, 429, `{"status":429,"message":"Too Many Requests.","data":{}}`,
			[]string{"/review", "/settings", "/pocketbase"}},
		"PocketBase does not allow this": {false, 403, `{"status":403,"message":"You are not allowed to perform this ` +
			`request.","data":{}}`, []string{"/review", "/settings", "/pocketbase"}},
		"PocketBase did not respond": {false, 503, `{"status":503,"message":"Busy.","data":{}}`,
			[]string{"/review", "/settings", "/pocketbase"}},
		"authentik could not be read": {true, 501, `{"detail":"broken"}`,
			[]string{"/review", "/settings", "/authentik"}},
	} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			box := sharedSandbox(t)
			cfg := prefilled(box)
			system, target := "/pocketbase", &cfg.Prefill.PocketBaseURL
			if one.authentik {
				system, target = "/authentik", &cfg.Prefill.AuthentikURL
			}
			front, refuse := refusing(t, *target, one.status, one.body)
			*target = front
			b := wizardFor(t, box, cfg).browser().answered()
			b.get("/review").want(200)
			refuse.Store(true)
			p := b.do(b.reloading("/review")).want(502).says("Your answers are kept", "Try again")
			if got := p.heading(); got != heading {
				t.Errorf("the heading is %q", got)
			}
			for _, way := range one.ways {
				if !p.leadsTo(way) {
					t.Errorf("no button leads to %s:\n%s", way, p.visible())
				}
			}
			if again := b.get(system); attr(again.control(system[1:]+".url"), "value") != front {
				t.Error("the address is lost")
			} else if strings.Contains(heading, "sign-in") {
				again.says("There is a problem")
			}
		})
	}
}

func (b *browser) reloading(path string) *http.Request {
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Cache-Control", "no-cache")
	return req
}

func TestATestOfALinkThatIsOffLeadsToItsMending(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	turnOff(t, box)
	p := b.post("/signin", nil).want(502).says("OAuth2 is off for it")
	if got := p.heading(); got != "Something has changed in PocketBase" || !p.leadsTo("/review") ||
		!p.leadsTo("/settings") || !p.leadsTo("/signin") {
		t.Errorf("the page is %q:\n%s", got, p.visible())
	}
}

func turnOff(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err == nil {
		users.OAuth2.Enabled = false
		err = box.PocketBase().App().Save(users)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A fault in the review of an errand leads back to that errand.
func TestAFaultLeadsBackToWhatWasAsked(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	cfg := prefilled(box)
	front, refuse := refusing(t, cfg.Prefill.PocketBaseURL, 403, `{"status":403,"message":"No.","data":{}}`)
	cfg.Prefill.PocketBaseURL = front
	b := wizardFor(t, box, cfg).browser().linked()
	refuse.Store(true)
	for _, path := range []string{"/signin/address", "/fix/create-rule", "/passwords", "/remove?force=yes", "/rotate",
		"/prove?email=someone%40example.com", "/people"} {
		if p := b.get(path).want(502); !p.leadsTo(path) {
			t.Errorf("%s: no button leads back:\n%s", path, p.text)
		}
	}
}
