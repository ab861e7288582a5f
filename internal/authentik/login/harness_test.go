package login_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"authpocket/internal/authentik/login"
	"authpocket/internal/outbound"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/openapicheck"
	"authpocket/test/testkey"
)

const (
	callback = "https://pocketbase.example/api/oauth2-redirect"
	horse    = "correct horse battery"
	appKey   = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	recovery = "recovery-4711"
)

var loadChecker = sync.OnceValues(openapicheck.New)

// world is a simulated authentik with the person ada and the application PocketBase.
type world struct {
	t   *testing.T
	sim *authentiksim.Server
	ada int
	url string
	// between is asked first for each request; true means it has answered. number counts from 1.
	between func(w http.ResponseWriter, r *http.Request, number int) bool

	checker  http.Handler // the simulator, held against authentik's OpenAPI document
	mu       sync.Mutex
	requests int
	log      bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, sim: authentiksim.New(authentiksim.Config{SigningKey: testkey.RSA()})}
	w.ada = w.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", horse, nil)
	w.checker = w.checked()
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.link("default-provider-authorization-implicit-consent")
	return w
}

// checked holds requests and answers against authentik's OpenAPI document.
func (w *world) checked() http.Handler {
	checker, err := loadChecker()
	if err != nil {
		w.t.Fatal(err)
	}
	return checker.Handler(func(err error) { w.t.Errorf("against the OpenAPI document: %v", err) }, w.sim)
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.requests++
	number, between := w.requests, w.between
	w.mu.Unlock()
	if between == nil || !between(rw, r, number) {
		w.checker.ServeHTTP(rw, r)
	}
}

// asked returns how many requests there were.
func (w *world) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// api calls authentik's API as an admin.
func (w *world) api(method, path string, body any) map[string]any {
	w.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequest(method, "/api/v3"+path, bytes.NewReader(encoded))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+w.sim.AdminToken())
	recorder := httptest.NewRecorder()
	w.sim.ServeHTTP(recorder, r)
	if recorder.Code >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, recorder.Code, recorder.Body)
	}
	var answer map[string]any
	_ = json.Unmarshal(recorder.Body.Bytes(), &answer) // nothing in a 204
	return answer
}

func (w *world) flow(slug string) any {
	w.t.Helper()
	results := w.api("GET", "/flows/instances/?slug="+slug, nil)["results"].([]any)
	return results[0].(map[string]any)["pk"]
}

// link creates the application.
func (w *world) link(authorization string) {
	w.t.Helper()
	w.api("PUT", "/core/transactional/applications/", map[string]any{
		"app":            map[string]any{"name": "PocketBase", "slug": "pocketbase"},
		"provider_model": "authentik_providers_oauth2.oauth2provider",
		"provider": map[string]any{"name": "PocketBase", "client_id": "pb", "client_secret": "the client's secret",
			"grant_types": []string{"authorization_code"}, "authorization_flow": w.flow(authorization),
			"invalidation_flow": w.flow("default-provider-invalidation-flow"),
			"redirect_uris":     []any{map[string]any{"matching_mode": "strict", "url": callback}}},
	})
}

// change changes the provider.
func (w *world) change(fields map[string]any) {
	w.t.Helper()
	pk := w.api("GET", "/core/applications/pocketbase/", nil)["provider"].(float64)
	w.api("PATCH", "/providers/oauth2/"+jsonText(pk)+"/", fields)
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// ada returns what Ada signs in with.
func ada() signin.Credentials { return signin.Credentials{Name: "ada", Password: secret.New(horse)} }

func (w *world) opening() signin.Opening {
	return signin.Opening{RedirectURL: callback, State: "s1", AuthURL: w.url + "/application/o/authorize/?" +
		url.Values{"response_type": {"code"}, "client_id": {"pb"}, "scope": {"openid email profile"},
			"state": {"s1"}, "redirect_uri": {callback}}.Encode()}
}

// client returns a client whose log is kept.
func (w *world) client() login.Client {
	client := outbound.New(outbound.Config{})
	w.t.Cleanup(client.CloseIdleConnections)
	log := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return login.Client{URL: w.url, HTTP: client, Log: log}
}

// signIn signs a person in, and holds error and log to contain no secret. A nil error is a code.
func (w *world) signIn(who signin.Credentials) (signin.Return, *signin.LoginError) {
	w.t.Helper()
	back, err := w.client().SignIn(w.t.Context(), w.opening(), who)
	known := who.Secrets()
	if back.Code.IsSet() {
		known = append(known, back.Code)
	}
	if secret.In(w.log.String(), known...) {
		w.t.Errorf("the log has a secret: %s", w.log.String())
	}
	if err == nil {
		return back, nil
	}
	failed, ok := errors.AsType[*signin.LoginError](err)
	if !ok {
		w.t.Fatalf("an error of another type: %v", err)
	}
	if secret.In(say.Of("%s%s", err.Error(), failed.Todo).String(),
		known...) || failed.Err != nil && secret.In(failed.Err.Error(), known...) {
		w.t.Errorf("the error has a secret: %v, %v", err, failed.Err)
	}
	if failed.Step.Empty() || failed.What.Empty() || !strings.HasSuffix(failed.What.String(), ".") {
		w.t.Errorf("an incomplete error: %+v", failed)
	}
	return back, failed
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func answerJSON(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}
