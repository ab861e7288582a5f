package public

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// framed is a demo behind a proxy that speaks https.
func framed(t *testing.T, origins ...string) *Server {
	t.Helper()
	demo, err := New(Config{URL: &url.URL{Scheme: "https", Host: "demo.example", Path: "/demo"}, Frames: origins,
		Max: 3, StartsPerMinute: 100, Lifetime: time.Hour, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := demo.Close(); err != nil {
			t.Error(err)
		}
	})
	return demo
}

// browse sends a request with the headers NAME: VALUE that a browser adds.
func browse(demo *Server, method, path string, cookies []*http.Cookie, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://demo.example"+path, nil)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	demo.Handler().ServeHTTP(rec, r)
	return rec.Result()
}

const (
	inFrame   = "Sec-Fetch-Dest: iframe"
	navigates = "Sec-Fetch-Mode: navigate"
	elsewhere = "Sec-Fetch-Site: cross-site"
	own       = "Sec-Fetch-Site: same-origin"
)

func TestOnlyNamedOriginsFrameTheDemo(t *testing.T) {
	with, without := framed(t, "https://docs.example", "https://other.example"), framed(t)
	for name, test := range map[string]struct {
		demo      *Server
		status    int
		ancestors string
	}{
		"with origins": {with, http.StatusOK, "'self' https://docs.example https://other.example"},
		"without":      {without, http.StatusForbidden, "'none'"},
	} {
		t.Run(name, func(t *testing.T) {
			res := browse(test.demo, http.MethodGet, "/demo/", nil, elsewhere, inFrame, navigates)
			if res.StatusCode != test.status {
				t.Errorf("a frame gets %d", res.StatusCode)
			}
			start := browse(test.demo, http.MethodPost, "/demo/start", nil, own, inFrame, navigates)
			wizard := start.Header.Get("Location")
			parts := []string{wizard, strings.Replace(wizard, wizardPart+"/", authentikPart+"/", 1),
				strings.Replace(wizard, wizardPart+"/", pocketbasePart+"/_/", 1)}
			for _, path := range append(parts, "/demo/", "/demo/nowhere", "/demo/s/nobody/wizard/") {
				res := browse(test.demo, http.MethodGet, path, start.Cookies(), own, inFrame)
				policy := res.Header.Get("Content-Security-Policy")
				if !strings.HasSuffix(policy, "frame-ancestors "+test.ancestors) ||
					!strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "base-uri 'none'") {
					t.Errorf("%s (%d) has the policy %q", path, res.StatusCode, policy)
				}
			}
			for _, path := range []string{"/demo/wait", "/demo/static/x", wizard} {
				res := browse(test.demo, http.MethodGet, path, start.Cookies(), elsewhere, inFrame, navigates)
				if res.StatusCode != http.StatusForbidden {
					t.Errorf("%s in a frame of another site gets %d", path, res.StatusCode)
				}
			}
		})
	}
}

func TestCookiesArePartitionedInFramesOnly(t *testing.T) {
	demo := framed(t, "https://docs.example")
	for name, test := range map[string]struct {
		dest string
		want string
	}{
		"in a frame":     {inFrame, "; HttpOnly; Secure; SameSite=None; Partitioned"},
		"not in a frame": {"Sec-Fetch-Dest: document", "; HttpOnly; Secure; SameSite=Strict"},
	} {
		t.Run(name, func(t *testing.T) {
			start := browse(demo, http.MethodPost, "/demo/start?at=review", nil, own, test.dest, navigates)
			wizard := start.Header.Get("Location")
			root := strings.TrimSuffix(wizard, wizardPart+"/review")
			want := map[string]string{"__Secure-authpocket-visitor": "/demo/",
				"__Secure-authpocket-sandbox": root + "/", "__Secure-authpocket": root + "/wizard/"}
			set := start.Header.Values("Set-Cookie")
			if len(set) != len(want) {
				t.Errorf("it sets %q", set)
			}
			for _, line := range set {
				name, rest, _ := strings.Cut(line, "=")
				_, attributes, _ := strings.Cut(rest, "; ")
				sent := test.want
				if strings.HasSuffix(name, string(visitorCookie)) { // also when a link of another site is followed
					sent = strings.Replace(sent, "SameSite=Strict", "SameSite=Lax", 1)
				}
				if attributes != "Path="+want[name]+sent {
					t.Errorf("%s is set with %q", name, attributes)
				}
			}
			window := browse(demo, http.MethodGet, root+"/authentik/", nil, own).StatusCode
			if open := window == http.StatusOK; open != (test.dest == inFrame) {
				t.Errorf("authentik in a window without cookies answers %d", window)
			}
			if bare := browse(demo, http.MethodGet, wizard, nil, own).StatusCode; bare != http.StatusNotFound {
				t.Errorf("the wizard without cookies answers %d", bare)
			}
		})
	}
}

func TestOtherSitesNeitherStartNorEndASandbox(t *testing.T) {
	demo := framed(t, "https://docs.example")
	for _, path := range []string{"/demo/start", "/demo/end"} {
		sites := [][]string{{elsewhere}, {"Sec-Fetch-Site: same-site"}, {"Origin: https://docs.example"}, nil}
		for _, from := range sites {
			if res := browse(demo, http.MethodPost, path, nil, from...); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s from %v: %d", path, from, res.StatusCode)
			}
		}
	}
	r := httptest.NewRequest(http.MethodGet, "http://evil.example/demo/", nil)
	rec := httptest.NewRecorder()
	if demo.Handler().ServeHTTP(rec, r); rec.Code != http.StatusMisdirectedRequest {
		t.Errorf("under a foreign name: %d", rec.Code)
	}
}

func TestADemoThatCannotBe(t *testing.T) {
	public, plain := &url.URL{Scheme: "https", Host: "demo.example"}, &url.URL{Scheme: "http", Host: "demo.example"}
	fit := Config{URL: public, Max: 1, StartsPerMinute: 1, Lifetime: time.Hour}
	for name, change := range map[string]func(*Config){
		"no room":               func(c *Config) { c.Max = 0 },
		"no starts":             func(c *Config) { c.StartsPerMinute = 0 },
		"no time":               func(c *Config) { c.Lifetime = 0 },
		"a frame without TLS":   func(c *Config) { c.URL, c.Frames = plain, []string{"https://a.example"} },
		"a frame of anybody":    func(c *Config) { c.Frames = []string{"*"} },
		"a frame with a path":   func(c *Config) { c.Frames = []string{"https://a.example/x"} },
		"no directory for data": func(c *Config) { c.Dir = "/nowhere" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := fit
			change(&cfg)
			if _, err := New(cfg); err == nil {
				t.Error("it starts")
			}
		})
	}
}
