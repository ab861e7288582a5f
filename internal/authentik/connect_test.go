package authentik_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
)

func connectTo(t *testing.T, url, token string, client *http.Client) (*authentik.Client, error) {
	t.Helper()
	return authentik.Connect(t.Context(), rest.Config{URL: url, Token: secret.New(token), HTTP: client})
}

func TestConnectTellsWhoTheTokenIs(t *testing.T) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	got := l.connect().Identity()
	if got.Version != "2026.5.3" || got.Username != "akadmin" || !got.Superuser || got.UserPK == 0 ||
		got.Type != "internal" || got.Name == "" {
		t.Errorf("got %+v", got)
	}
	if n := l.count(); n != 3 {
		t.Errorf("it took %d requests, want 3", n)
	}
}

func TestConnectKeepsTheTokenUntilItKnowsAuthentik(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	var later atomic.Bool
	l.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if !later.Swap(true) && r.Header.Get("Authorization") != "" {
			t.Error("the first request has the token")
		}
		return false
	})
	l.connect()
}

func TestConnectRefusesWhatIsNoAuthentik(t *testing.T) {
	html := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	data := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		kind   report.FaultKind
		says   string
	}{
		{"a web page", html(200, "<html>Welcome</html>"), report.FaultNotThis, "web page"},
		{"a web page for what is not there", html(404, "<html>Not found</html>"), report.FaultNotThis,
			"no authentik API"},
		{"a login page", redirect("/login?next=/"), report.FaultNotThis, "login proxy"},
		{"a login page elsewhere", redirect("https://sso.example.com/start"), report.FaultNotThis, "sso.example.com"},
		{"the same address by https", redirect("https://authentik.company/api/v3/root/config/"), report.FaultNotThis,
			"redirects to https://authentik.company."},
		{"a PocketBase", data(404, `{"data":{},"message":"The requested resource wasn't found.","status":404}`),
			report.FaultNotThis, "PocketBase"},
		{"another API", data(200, `{"hello":"world"}`), report.FaultNotThis, "not like authentik"},
		{"another API's refusal", data(403, `{"detail":"No."}`), report.FaultNotThis, "not like authentik"},
		{"a list", data(200, `[]`), report.FaultNotThis, "not like authentik"},
		{"no JSON", data(200, `{"capabilities":`), report.FaultNotThis, "not like authentik"},
		{"plain text", data(404, "404 page not found"), report.FaultNotThis, "not like authentik"},
		{"a sign-in of the proxy's", html(401, "<html>Unauthorized</html>"), report.FaultNotThis, "its own sign-in"},
		{"an error", html(500, "<html>Oops</html>"), report.FaultOther, "internal error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			defer server.Close()
			_, err := connectTo(t, server.URL, "a-token", outbound.New(outbound.Config{}))
			f := faultOf(t, err)
			if f.Kind != test.kind || !strings.Contains(f.Summary.String(), test.says) {
				t.Errorf("got %s: %s %s", f.Kind, f.Summary, f.Todo)
			}
			if test.kind == report.FaultNotThis && f.Field != "authentik.url" {
				t.Errorf("the fault is at %q", f.Field)
			}
		})
	}
}

func TestConnectToAddressesThatDoNotAnswer(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	defer untrusted.Close()
	for url, says := range map[string]string{
		closed.URL:                      "nothing listens",
		untrusted.URL:                   "does not trust",
		"http://authentik.invalid":      "cannot be found",
		"http://169.254.169.254":        "metadata",
		"https://" + untrustedHTTP(t):   "https",
		"http://" + closedAfterHello(t): "closed the connection",
	} {
		_, err := connectTo(t, url, "a-token", outbound.New(outbound.Config{}))
		f := faultOf(t, err)
		if f.Kind != report.FaultUnreachable || f.Field != "authentik.url" || !strings.Contains(f.Summary.String(),
			says) {
			t.Errorf("%s: %s %+v", url, f.Summary, f)
		}
	}
}

// untrustedHTTP is the address of a server that speaks no TLS.
func untrustedHTTP(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// closedAfterHello is the address of a server that hangs up on requests.
func closedAfterHello(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { hangUp(w) }))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func TestConnectIsBoundedInTimeAndSize(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, " "); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Second)
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, handler := range map[string]http.HandlerFunc{"endless": endless, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := memoryClient(t, handler)
				began := time.Now()
				_, err := connectTo(t, "http://authentik.company", "a-token", client)
				f := faultOf(t, err)
				if f.Kind != report.FaultUnreachable || !strings.Contains(f.Summary.String(), "in time") {
					t.Errorf("got %s: %s", f.Kind, f.Summary)
				}
				if took := time.Since(began); took >= 10*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
	t.Run("a gigabyte", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			chunk := strings.Repeat(" ", 1<<20)
			for range 1 << 10 {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}))
		defer server.Close()
		_, err := connectTo(t, server.URL, "a-token", outbound.New(outbound.Config{}))
		if f := faultOf(t, err); f.Field != "authentik.url" || !strings.Contains(f.Summary.String(), "8 MB") {
			t.Errorf("got %+v", f)
		}
	})
}

func TestConnectWaitsForAnAuthentikThatStarts(t *testing.T) {
	starting := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"error":"authentik starting"}`)
	}
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		began := time.Now()
		l.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			if time.Since(began) < 3*time.Second {
				starting(w)
				return true
			}
			return false
		})
		l.connect()
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %s, want the 5 s that were asked for", took)
		}
		l.intercept(func(w http.ResponseWriter, _ *http.Request) bool { starting(w); return true })
		_, err := connectTo(t, l.url, "a-token", l.client)
		if f := faultOf(t, err); f.Kind != report.FaultUnreachable ||
			!strings.Contains(f.Summary.String(), "starting") {
			t.Errorf("got %+v", f)
		}
	})
}

func TestConnectRefusesTokens(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
	for name, token := range map[string]string{
		"none":            "",
		"a wrong one":     "no-such-token",
		"with a space":    "two words",
		"with a line end": "token\n",
		"not ASCII":       "tökén",
		"an app password": l.appPassword(),
	} {
		_, err := connectTo(t, l.url, token, l.client)
		f := faultOf(t, err)
		if f.Kind != report.FaultToken || f.Field != "authentik.token" || !strings.Contains(f.Todo.String(), "API") {
			t.Errorf("%s: got %+v", name, f)
		}
		if token != "" && strings.Contains(say.Of("%s%s%s", err.Error(), f.Summary, f.Todo).String(), token) {
			t.Errorf("%s: the token is in the fault", name)
		}
	}
	l.sim.AddAPIToken(ada, "ada-api", "adas-own-token")
	_, err := connectTo(t, l.url, "adas-own-token", l.client)
	if f := faultOf(t, err); f.Kind != report.FaultPermission || f.Field != "authentik.token" ||
		!strings.Contains(f.Summary.String(), "ada, who may not see") {
		t.Errorf("a plain user's token is %+v", f)
	}
	limited := l.token()
	if who := l.connectAs(limited).Identity(); who.Superuser || who.Username != "wizard-limited" {
		t.Errorf("a limited token is %+v", who)
	}
	if who := l.connectAs("Bearer " + l.sim.AdminToken() + " ").Identity(); !who.Superuser {
		t.Errorf("a token pasted with its header's word is %+v", who)
	}
}

// appPassword is the password of a service account made through the API.
func (l *lab) appPassword() string {
	made := l.admin("POST", "/core/users/service_account/", map[string]any{"name": "svc", "create_group": false,
		"expiring": false})
	return fmt.Sprint(made["token"])
}

func TestConnectNoticesALostAuthorizationHeader(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	l.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		r.Header.Del("Authorization")
		return false
	})
	_, err := connectTo(t, l.url, l.sim.AdminToken(), l.client)
	if f := faultOf(t, err); f.Kind != report.FaultToken || !strings.Contains(f.Todo.String(), "Authorization header") {
		t.Errorf("got %+v", f)
	}
}

func TestConnectRefusesOldVersions(t *testing.T) {
	for version, ok := range map[string]bool{
		"2024.12.3": false, "2025.10.3": false, "2025.12.0": true, "2025.12.0-rc1": true, "2026.2.0": true,
		"2026.11.0": true, "main": true,
	} {
		l := newLab(t, authentiksim.Config{Version: version})
		_, err := connectTo(t, l.url, l.sim.AdminToken(), l.client)
		if ok != (err == nil) {
			t.Errorf("%s: %v", version, err)
		}
		if ok {
			continue
		}
		f := faultOf(t, err)
		if f.Kind != report.FaultTooOld || f.Field != "authentik.url" ||
			!strings.Contains(f.Summary.String(), version) ||
			!strings.Contains(f.Todo.String(), "2025.12") {
			t.Errorf("%s: got %+v", version, f)
		}
	}
}

func TestConnectBelowAPath(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	server := httptest.NewServer(http.StripPrefix("/auth", l))
	defer server.Close()
	c, err := connectTo(t, server.URL+"/auth", l.sim.AdminToken(), l.client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Observe(t.Context(), new(spec()).Query()); err != nil {
		t.Error(err)
	}
}
