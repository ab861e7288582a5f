// Package pbtest holds what the tests of the PocketBase packages share.
package pbtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox/pocketbasehost"
)

// Start starts a real PocketBase that stops when the test ends.
func Start(t testing.TB) *pocketbasehost.Server {
	t.Helper()
	server, err := pocketbasehost.Start(t.Context(), pocketbasehost.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// Configure changes the server's settings.
func Configure(t testing.TB, server *pocketbasehost.Server, change func(*core.Settings)) {
	t.Helper()
	settings := server.App().Settings()
	change(settings)
	if err := server.App().Save(settings); err != nil {
		t.Fatal(err)
	}
}

// Recorder is a transport that keeps the requests it passes on.
type Recorder struct {
	mu    sync.Mutex
	Calls []*http.Request
	next  http.RoundTripper
	// Meddle, if set, may answer in place of the server or alter its answer.
	Meddle func(r *http.Request, next http.RoundTripper) (*http.Response, error)
}

// RoundTrip records the request and passes it on.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.Calls = append(r.Calls, req)
	r.mu.Unlock()
	if r.Meddle != nil {
		return r.Meddle(req, r.next)
	}
	return r.next.RoundTrip(req)
}

// Reset forgets the recorded requests.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Calls = nil
}

// Count returns the number of recorded requests with the method.
func (r *Recorder) Count(method string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, call := range r.Calls {
		if call.Method == method {
			n++
		}
	}
	return n
}

// Record wraps the transport of the client in a Recorder and returns it.
func Record(client *http.Client) *Recorder {
	r := &Recorder{next: client.Transport}
	client.Transport = r
	return r
}

// NoPause is a rest.Config.Pause that does not wait.
func NoPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

var oneCollection = regexp.MustCompile(`^/api/collections/[^/]+$`)

// CheckManners fails the test if a request read a single collection or asked the server to remember an idempotency key.
func (r *Recorder) CheckManners(t testing.TB) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, call := range r.Calls {
		if call.Method == http.MethodGet && oneCollection.MatchString(call.URL.Path) {
			t.Errorf("%s was read as a single collection", call.URL.Path)
		}
		if call.Header.Get("Idempotency-Key") != "" {
			t.Errorf("%s %s carried an Idempotency-Key", call.Method, call.URL.Path)
		}
	}
}

// RoundTrip is a function that serves as an http.RoundTripper in memory.
type RoundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Reply returns an answer without a server. header holds keys and values in turn.
func Reply(r *http.Request, status int, body string, header ...string) *http.Response {
	w := httptest.NewRecorder()
	for i := 0; i+1 < len(header); i += 2 {
		w.Header().Set(header[i], header[i+1])
	}
	AnswerJSON(w, status, body)
	res := w.Result()
	res.Request = r
	return res
}

// Serve starts a server that answers every request with handler, and returns its URL.
func Serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// AnswerJSON writes body as JSON, as PocketBase does.
func AnswerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// FaultOf returns err as a *report.Fault. It fails the test if err is another error or lacks its words.
func FaultOf(t testing.TB, err error) *report.Fault {
	t.Helper()
	f, ok := err.(*report.Fault)
	if !ok {
		t.Fatalf("got %T (%v), want a *report.Fault", err, err)
	}
	if f.System != report.PB || f.Summary.Empty() || f.Todo.Empty() || f.Err == nil {
		t.Errorf("the fault lacks something: %+v", f)
	}
	return f
}

// Others returns providers that a collection had before authpocket.
func Others() []core.OAuth2ProviderConfig {
	yes, no := true, false
	return []core.OAuth2ProviderConfig{
		{Name: "google", ClientId: "google-id", ClientSecret: "google-secret", DisplayName: "Google", PKCE: &no,
			AuthURL: "https://google.example/auth?x=1&y=2", TokenURL: "https://google.example/token",
			UserInfoURL: "https://google.example/info"},
		{Name: "oidc", ClientId: "other-id", ClientSecret: "other-secret", DisplayName: "Other", PKCE: &yes,
			AuthURL: "https://other.example/auth", TokenURL: "https://other.example/token",
			Extra: map[string]any{"jwksURL": "https://other.example/jwks", "issuers": []any{"https://other.example",
				"https://two.example"}}},
		{Name: "github", ClientId: "github-id", ClientSecret: "github-secret", Extra: map[string]any{"org": "acme"}},
	}
}

// Give sets the providers of the users collection and turns OAuth2 on.
func Give(t testing.TB, app core.App, providers []core.OAuth2ProviderConfig) {
	t.Helper()
	users := UsersOf(t, app)
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = providers
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
}

// UsersOf returns the users collection.
func UsersOf(t testing.TB, app core.App) *core.Collection {
	t.Helper()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	return users
}

// Stored returns the providers of the users collection by name, as the data file has them, secrets included.
func Stored(t testing.TB, app core.App) map[string]string {
	t.Helper()
	var options string
	if err := app.DB().NewQuery("SELECT options FROM _collections WHERE name = 'users'").Row(&options); err != nil {
		t.Fatal(err)
	}
	return ProvidersIn(t, options)
}

// ProvidersIn returns the providers by name from a collection's options in the data file.
func ProvidersIn(t testing.TB, options string) map[string]string {
	t.Helper()
	var read struct {
		OAuth2 struct {
			Providers []json.RawMessage `json:"providers"`
		} `json:"oauth2"`
	}
	if err := json.Unmarshal([]byte(options), &read); err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, raw := range read.OAuth2.Providers {
		var name struct{ Name string }
		if err := json.Unmarshal(raw, &name); err != nil {
			t.Fatal(err)
		}
		byName[name.Name] = string(raw)
	}
	return byName
}

// Ours returns the provider that authpocket writes.
func Ours() link.OAuth2Provider {
	yes := true
	return link.OAuth2Provider{
		Slot: "oidc2", DisplayName: "authentik", ClientID: "ours-id", ClientSecret: secret.New("ours-secret"),
		PKCE:        &yes,
		AuthURL:     "https://authentik.company/application/o/authorize/",
		TokenURL:    "https://authentik.company/application/o/token/",
		UserInfoURL: "https://authentik.company/application/o/userinfo/",
	}
}

// With returns a copy of the collection with one provider replaced, or appended if it is new.
func With(c *link.CollectionState, p *link.OAuth2Provider) *link.CollectionState {
	after := *c
	after.OAuth2.Enabled = true
	after.OAuth2.Providers = nil
	found := false
	for _, there := range c.OAuth2.Providers {
		if there.Slot == p.Slot {
			there, found = *p, true
		}
		after.OAuth2.Providers = append(after.OAuth2.Providers, there)
	}
	if !found {
		after.OAuth2.Providers = append(after.OAuth2.Providers, *p)
	}
	return &after
}

// Without returns a copy of the collection without the provider in the slot.
func Without(c *link.CollectionState, slot string) *link.CollectionState {
	after := *c
	after.OAuth2.Providers = nil
	for _, there := range c.OAuth2.Providers {
		if there.Slot != slot {
			after.OAuth2.Providers = append(after.OAuth2.Providers, there)
		}
	}
	return &after
}

// Change returns a change of the oauth2 object that names the given fields.
func Change(before, after *link.CollectionState, names ...string) link.Change {
	ch := link.Change{System: report.PB, Kind: link.KindOAuth2, Object: say.Of("OAuth2 of users"), Action: link.Update,
		Before: before, After: after}
	for _, name := range names {
		ch.Fields = append(ch.Fields, link.Field{Name: name})
	}
	return ch
}

// Adding returns the change that adds or rewrites our provider.
func Adding(before *link.CollectionState, p *link.OAuth2Provider) link.Change {
	return Change(before, With(before, p), "enabled", p.Slot+".displayName", p.Slot+".clientId", p.Slot+".clientSecret",
		p.Slot+".authURL", p.Slot+".tokenURL", p.Slot+".userInfoURL", p.Slot+".pkce")
}

// Passing returns the temporary failures after which a read is repeated.
func Passing() map[string]func(*http.Request) (*http.Response, error) {
	failing := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	answering := func(status int, body string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) { return Reply(r, status, body), nil }
	}
	return map[string]func(*http.Request) (*http.Response, error){
		"500":     answering(500, `{"data":{},"message":"Something went wrong.","status":500}`),
		"502":     answering(502, "<html>"),
		"503":     answering(503, "<html>"),
		"504":     answering(504, "<html>"),
		"429":     answering(429, `{"data":{},"message":"Too Many Requests.","status":429}`),
		"empty":   answering(200, ""),
		"half":    answering(200, `{"meta":{`),
		"noise":   answering(200, "\x00\xff"),
		"nothing": answering(200, "{}"),
		"null":    answering(200, `{"meta":null,"items":null}`),
		"reset":   failing(syscall.ECONNRESET),
		"EOF":     failing(io.EOF),
		"no HTTP": failing(errors.New("malformed HTTP response")),
		"silence": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	}
}
