package pocketbase

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// tokenEndpoint answers every token request with the given status, type and body, and returns its URL.
func tokenEndpoint(t *testing.T, status int, contentType, body string) string {
	return pbtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

// TestProbe lets a real PocketBase meet each obstacle on its way to authentik.
func TestProbe(t *testing.T) {
	t.Parallel()
	selfSigned := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(selfSigned.Close)
	plainServer := pbtest.Serve(t, http.NotFound)
	hanging := pbtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a closed connection is noticed only after that
		<-r.Context().Done()
	})
	for _, one := range []struct {
		name, tokenURL string
		status         report.Status
		cause          report.CauseID
	}{
		{"good", tokenEndpoint(t, 400, "application/json",
			`{"error":"invalid_grant","error_description":"The provided authorization grant is wrong"}`), report.Pass,
			""},
		{"wrong secret", tokenEndpoint(t, 400, "application/json",
			`{"error":"invalid_client","error_description":"Client authentication failed"}`), report.Fail,
			report.CauseInvalidClient},
		{"page", tokenEndpoint(t, 200, "text/html", `<html>sign in</html>`), report.Fail,
			report.CauseHTMLInsteadOfJSON},
		{"not found", tokenEndpoint(t, 404, "text/html", `<html>`), report.Fail, report.CauseTokenURLNotFound},
		{"gateway", tokenEndpoint(t, 502, "text/html", `<html>`), report.Fail, report.CauseProxy},
		{"private CA", selfSigned.URL, report.Fail, report.CausePrivateCA},
		{"no TLS", strings.Replace(plainServer, "http:", "https:", 1), report.Fail, report.CauseTLS},
		{"refused", "http://127.0.0.1:1/token", report.Fail, report.CauseRefused},
		{"no such host", "http://nowhere.invalid/token", report.Fail, report.CauseDNS},
		{"hanging", hanging, report.Fail, report.CauseTimeout},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			server := pbtest.Start(t)
			client, calls := connect(t, server)
			d := desired(t, client)
			d.Slot.TokenURL = one.tokenURL
			if err := client.Apply(t.Context(), pbtest.Adding(observe(t, client), &d.Slot)); err != nil {
				t.Fatal(err)
			}
			if one.name == "hanging" {
				calls.Meddle = func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
					if !strings.HasSuffix(r.URL.Path, "/auth-with-oauth2") {
						return next.RoundTrip(r)
					}
					ctx, cancel := context.WithTimeout(r.Context(), time.Second)
					t.Cleanup(cancel)
					return next.RoundTrip(r.WithContext(ctx))
				}
			}
			check := client.Probe(t.Context(), d)
			if check.Status != one.status || check.Cause != one.cause.Entry() {
				t.Errorf("%+v", check)
			}
			if strings.Contains(check.Evidence.String(), "ours-secret") || strings.Contains(check.Evidence.String(),
				"<") {
				t.Errorf("the evidence shows too much: %s", check.Evidence)
			}
			calls.Reset()
		})
	}
}

// TestProbeNotAsked covers what PocketBase refuses before it calls authentik, and what it will not log.
func TestProbeNotAsked(t *testing.T) {
	t.Parallel()
	app, client, _, d := linked(t)
	expect := func(name string, d link.Desired, status report.Status, cause report.CauseID) {
		t.Helper()
		if check := client.Probe(t.Context(), d); check.Status != status || check.Cause != cause.Entry() {
			t.Errorf("%s: %+v", name, check)
		}
	}
	other := d
	other.Slot.Slot = "oidc3"
	expect("no such provider", other, report.Fail, report.CauseProviderMissing)
	gone := d
	gone.Collection.Name = "gone"
	expect("no such collection", gone, report.Fail, report.CauseCollectionMissing)

	users := pbtest.UsersOf(t, app)
	users.OAuth2.Enabled = false
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	expect("off", d, report.Fail, report.CauseOAuth2Off)
}

// TestASlowAuthentikIsWaitedFor checks that the probe waits longer than other calls, because PocketBase gives authentik
// 30 s.
func TestASlowAuthentikIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	cfg := config(t, server.URL(), server.Token())
	client, _ := connectAs(t, cfg)
	d := desired(t, client)
	d.Slot.TokenURL = pbtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-time.After(time.Second):
			pbtest.AnswerJSON(w, 400, `{"error":"invalid_client"}`)
		case <-r.Context().Done():
		}
	})
	if err := client.Apply(t.Context(), pbtest.Adding(observe(t, client), &d.Slot)); err != nil {
		t.Fatal(err)
	}
	cfg.HTTP.Timeout = 500 * time.Millisecond
	done, err := client.Exchange(t.Context(), d, signin.Code{Code: secret.New("a-code"), CodeVerifier: secret.New("v"),
		RedirectURL: link.RedirectURL(server.URL()), Nonce: "slow"})
	if err != nil || done.Refusal == nil || done.Refusal.Message != "Failed to fetch OAuth2 token." {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestProbeNotLogged checks that the probe is skipped if PocketBase will not log it.
func TestProbeNotLogged(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{
		"errors are not logged": `{"logs":{"maxDays":5,"minLevel":9}}`,
		"nothing is logged":     `{"logs":{"maxDays":0,"minLevel":0}}`,
	} {
		client := memory("", func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodGet {
				t.Errorf("%s: it sent %s %s", name, r.Method, r.URL.Path)
			}
			return pbtest.Reply(r, 200, settings), nil
		})
		if check := client.Probe(t.Context(), link.Desired{Slot: pbtest.Ours()}); check.Status != report.Skipped ||
			check.Evidence.Empty() {
			t.Errorf("%s: %+v", name, check)
		}
	}
}

// TestProbePatience checks that a log that never shows the entry is waited for 30 s.
func TestProbePatience(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]struct {
		status int
		body   string
	}{
		"never": {200, `{"items":[]}`}, "refused": {403, `{"data":{},"message":"no","status":403}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun, polls := time.Now(), 0
			client := memory("", func(r *http.Request) (*http.Response, error) {
				switch r.URL.Path {
				case "/api/settings":
					return pbtest.Reply(r, 200, `{"logs":{"maxDays":5,"minLevel":0}}`), nil
				case "/api/logs":
					polls++
					return pbtest.Reply(r, log.status, log.body), nil
				}
				return pbtest.Reply(r, 400, `{"data":{},"message":"Failed to fetch OAuth2 token.","status":400}`), nil
			})
			check := client.Probe(t.Context(), link.Desired{Slot: pbtest.Ours(),
				Provider: link.ProviderState{RedirectURIs: []link.RedirectURI{{URL: "myapp://redirect"}}}})
			if check.Status != report.Skipped || check.Evidence.Empty() {
				t.Errorf("%s: %+v", name, check)
			}
			if took := time.Since(begun); name == "never" && (took != 30*time.Second || polls > 10) {
				t.Errorf("%s: %v, %d polls", name, took, polls)
			}
		})
	}
}
