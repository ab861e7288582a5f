package pocketbase

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/secret"
	"authpocket/sandbox/pocketbasehost"
)

// start runs a real PocketBase for the test.
func start(t testing.TB) *pocketbasehost.Server {
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

// configure changes PocketBase's settings.
func configure(t testing.TB, server *pocketbasehost.Server, change func(*core.Settings)) {
	t.Helper()
	settings := server.App().Settings()
	change(settings)
	if err := server.App().Save(settings); err != nil {
		t.Fatal(err)
	}
}

// recorder passes requests on and keeps them.
type recorder struct {
	mu    sync.Mutex
	calls []*http.Request
	next  http.RoundTripper
	// meddle may answer in the server's place or spoil its answer.
	meddle func(r *http.Request, next http.RoundTripper) (*http.Response, error)
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.calls = append(r.calls, req)
	r.mu.Unlock()
	if r.meddle != nil {
		return r.meddle(req, r.next)
	}
	return r.next.RoundTrip(req)
}

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

func (r *recorder) count(method string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, call := range r.calls {
		if call.Method == method {
			n++
		}
	}
	return n
}

// record puts a recorder into the client.
func record(client *http.Client) *recorder {
	r := &recorder{next: client.Transport}
	client.Transport = r
	return r
}

// noPause is a wait in no time.
func noPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// config is how the tests connect, with outbound's real client.
func config(t testing.TB, url, token string) Config {
	t.Helper()
	client := outbound.New(outbound.Config{})
	own := *client // a recorder put in front hides its transport
	t.Cleanup(own.CloseIdleConnections)
	return Config{URL: url, Token: secret.New(token), HTTP: client, Pause: noPause}
}

// connect connects to a real server and returns what recorded it since.
func connect(t testing.TB, server *pocketbasehost.Server) (*Facade, *recorder) {
	t.Helper()
	cfg := config(t, server.URL(), server.Token())
	calls := record(cfg.HTTP)
	client, err := ConnectFacade(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	calls.reset()
	t.Cleanup(func() { calls.checkManners(t) })
	return client, calls
}

var oneCollection = regexp.MustCompile(`^/api/collections/[^/]+$`)

// checkManners holds what no request may do: read a single collection, or
// ask a server to remember a key.
func (r *recorder) checkManners(t testing.TB) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, call := range r.calls {
		if call.Method == http.MethodGet && oneCollection.MatchString(call.URL.Path) {
			t.Errorf("%s was read as a single collection", call.URL.Path)
		}
		if call.Header.Get("Idempotency-Key") != "" {
			t.Errorf("%s %s carried an Idempotency-Key", call.Method, call.URL.Path)
		}
	}
}

// roundTrip is a transport in memory.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply makes an answer in memory.
func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	w := httptest.NewRecorder()
	for i := 0; i+1 < len(header); i += 2 {
		w.Header().Set(header[i], header[i+1])
	}
	answerJSON(w, status, body)
	res := w.Result()
	res.Request = r
	return res
}

// serve answers everything with one handler.
func serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// answerJSON answers with a body as PocketBase sends it.
func answerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// faultOf requires a fault with words.
func faultOf(t testing.TB, err error) *link.Fault {
	t.Helper()
	f, ok := err.(*link.Fault)
	if !ok {
		t.Fatalf("got %T (%v), want a *link.Fault", err, err)
	}
	if f.System != link.PB || f.Summary == "" || f.Todo == "" || f.Err == nil {
		t.Errorf("the fault lacks something: %+v", f)
	}
	return f
}

// others are the providers that a collection has before authpocket comes.
func others() []core.OAuth2ProviderConfig {
	yes, no := true, false
	return []core.OAuth2ProviderConfig{
		{Name: "google", ClientId: "google-id", ClientSecret: "google-secret", DisplayName: "Google", PKCE: &no,
			AuthURL: "https://google.example/auth?x=1&y=2", TokenURL: "https://google.example/token", UserInfoURL: "https://google.example/info"},
		{Name: "oidc", ClientId: "other-id", ClientSecret: "other-secret", DisplayName: "Other", PKCE: &yes,
			AuthURL: "https://other.example/auth", TokenURL: "https://other.example/token",
			Extra: map[string]any{"jwksURL": "https://other.example/jwks", "issuers": []any{"https://other.example", "https://two.example"}}},
		{Name: "github", ClientId: "github-id", ClientSecret: "github-secret", Extra: map[string]any{"org": "acme"}},
	}
}

// give puts providers into the users collection, OAuth2 being on.
func give(t testing.TB, app core.App, providers []core.OAuth2ProviderConfig) {
	t.Helper()
	users := usersOf(t, app)
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = providers
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
}

func usersOf(t testing.TB, app core.App) *core.Collection {
	t.Helper()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	return users
}

// stored are the providers of the users collection as the data file has
// them, secrets included, by name.
func stored(t testing.TB, app core.App) map[string]string {
	t.Helper()
	var options string
	if err := app.DB().NewQuery("SELECT options FROM _collections WHERE name = 'users'").Row(&options); err != nil {
		t.Fatal(err)
	}
	return providersIn(t, options)
}

// providersIn reads a collection's options as the data file has them.
func providersIn(t testing.TB, options string) map[string]string {
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

// ours is the element that authpocket writes.
func ours() link.OAuth2Provider {
	yes := true
	return link.OAuth2Provider{
		Slot: "oidc2", DisplayName: "authentik", ClientID: "ours-id", ClientSecret: secret.New("ours-secret"), PKCE: &yes,
		AuthURL:     "https://authentik.company/application/o/authorize/",
		TokenURL:    "https://authentik.company/application/o/token/",
		UserInfoURL: "https://authentik.company/application/o/userinfo/",
	}
}

// observe reads the users collection.
func observe(t testing.TB, c *Facade) *link.CollectionState {
	t.Helper()
	snap, err := c.Observe(t.Context(), link.Query{Collection: "users"})
	if err != nil {
		t.Fatal(err)
	}
	users := snap.Collection("users")
	if users == nil {
		t.Fatal("there is no collection users")
	}
	return users
}

// with is a copy of a collection with one element set, at the end if new.
func with(c *link.CollectionState, p link.OAuth2Provider) *link.CollectionState {
	after := *c
	after.OAuth2.Enabled = true
	after.OAuth2.Providers = nil
	found := false
	for _, there := range c.OAuth2.Providers {
		if there.Slot == p.Slot {
			there, found = p, true
		}
		after.OAuth2.Providers = append(after.OAuth2.Providers, there)
	}
	if !found {
		after.OAuth2.Providers = append(after.OAuth2.Providers, p)
	}
	return &after
}

// without is a copy of a collection with one element less.
func without(c *link.CollectionState, slot string) *link.CollectionState {
	after := *c
	after.OAuth2.Providers = nil
	for _, there := range c.OAuth2.Providers {
		if there.Slot != slot {
			after.OAuth2.Providers = append(after.OAuth2.Providers, there)
		}
	}
	return &after
}

// change is a change of the oauth2 object that names these fields.
func change(before, after *link.CollectionState, names ...string) link.Change {
	ch := link.Change{System: link.PB, Kind: link.KindOAuth2, Object: "OAuth2 of users", Action: link.Update, Before: before, After: after}
	for _, name := range names {
		ch.Fields = append(ch.Fields, link.Field{Name: name})
	}
	return ch
}

// adding is the change that adds or rewrites our element.
func adding(before *link.CollectionState, p link.OAuth2Provider) link.Change {
	return change(before, with(before, p), "enabled", p.Slot+".displayName", p.Slot+".clientId", p.Slot+".clientSecret",
		p.Slot+".authURL", p.Slot+".tokenURL", p.Slot+".userInfoURL", p.Slot+".pkce")
}
