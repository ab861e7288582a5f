package signins

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/openapicheck"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/test/testkey"
)

const password = "correct horse battery"

// loadChecker reads authentik's OpenAPI document, once for all tests.
var loadChecker = sync.OnceValues(openapicheck.New)

// idp is a simulated authentik behind a real HTTP server. Its requests and
// responses are checked against the OpenAPI document.
type idp struct {
	t      testing.TB
	sim    *authentiksim.Server
	url    string
	client *authentik.Client
	ada    int // a user with an e-mail address
}

func newIDP(t testing.TB, cfg authentiksim.Config, wrap func(http.Handler) http.Handler) *idp {
	t.Helper()
	checker, err := loadChecker()
	if err != nil {
		t.Fatal(err)
	}
	cfg.SigningKey = testkey.RSA()
	a := &idp{t: t, sim: authentiksim.New(cfg)}
	var handler http.Handler = a.sim
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(checker.Handler(a.complain, handler))
	t.Cleanup(server.Close)
	a.url = server.URL
	a.ada = a.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", password, nil)
	a.client = a.connect(t, newClient(t))
	return a
}

// complain exempts the responses in which authentik itself departs from its
// document, and the tests' own calls.
func (a *idp) complain(err error) {
	if !strings.Contains(err.Error(), "/admin/settings/") && // a mapping may return null
		!strings.Contains(err.Error(), "/preview/sub: Value is not nullable") {
		a.t.Error(err)
	}
}

func newClient(t testing.TB) *http.Client {
	client := outbound.New(outbound.Config{Timeout: time.Minute}) // many links share one machine
	// Some tests put another transport in front, which hides this one.
	own := *client
	t.Cleanup(own.CloseIdleConnections)
	return client
}

func (a *idp) connect(t testing.TB, client *http.Client) *authentik.Client {
	t.Helper()
	c, err := authentik.Connect(t.Context(), rest.Config{URL: a.url, Token: secret.New(a.sim.AdminToken()),
		HTTP: client, Pause: noPause})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call calls the API as the superuser, bypassing authpocket.
func (a *idp) call(method, path string, body any) map[string]any {
	a.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	r := httptest.NewRequest(method, "/api/v3"+path, bytes.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+a.sim.AdminToken())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.sim.ServeHTTP(w, r)
	if w.Code >= 300 {
		a.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	var answer map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &answer) // a deletion returns nothing
	return answer
}

// lab holds both systems, shared by many links with their own application,
// provider and collection.
type lab struct {
	t  testing.TB
	a  *idp
	pb *pocketbasehost.Server
	p  *pocketbase.Client
	e  *engine.Engine

	// saving serialises changes of collections: concurrent ones can leave the
	// older version in PocketBase's cache.
	saving sync.Mutex
}

// newLab starts both systems, with changed settings of PocketBase.
func newLab(t testing.TB, settings ...func(*core.Settings)) *lab {
	t.Helper()
	dir, err := os.MkdirTemp("", "authpocket-proof-")
	if err != nil {
		t.Fatal(err)
	}
	pb, err := pocketbasehost.Start(t.Context(), pocketbasehost.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pb.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	for _, change := range settings {
		now := pb.App().Settings()
		change(now)
		if err := pb.App().Save(now); err != nil {
			t.Fatal(err)
		}
	}
	l := &lab{t: t, a: newIDP(t, authentiksim.Config{}, nil), pb: pb}
	l.p = l.connect(t, newClient(t))
	l.e = engine.New(engine.Config{Authentik: l.a.client, PocketBase: l.p})
	return l
}

// noPause does not wait.
func noPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func (l *lab) connect(t testing.TB, client *http.Client) *pocketbase.Client {
	t.Helper()
	p, err := pocketbase.Connect(t.Context(), pbrest.Config{URL: l.pb.URL(), Token: secret.New(l.pb.Token()),
		HTTP: client, Pause: noPause})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// collection creates an auth collection like users of a fresh installation.
func (l *lab) collection(name string) {
	l.t.Helper()
	c := core.NewAuthCollection(name)
	c.Fields.Add(&core.TextField{Name: "name"}, &core.FileField{Name: "avatar", MaxSelect: 1},
		&core.AutodateField{Name: "created", OnCreate: true})
	c.Fields.GetByName("email").(*core.EmailField).Required = true
	c.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField).Cost = 4 // every sign-in hashes one
	open := ""
	c.CreateRule, c.AuthRule = &open, &open
	c.OAuth2.MappedFields = core.OAuth2KnownFields{Name: "name", AvatarURL: "avatar"}
	if err := l.pb.App().Save(c); err != nil {
		l.t.Fatal(err)
	}
}

// linked is a link under test.
type linked struct {
	*lab
	t        testing.TB
	a        *idp // whose application it is
	e        *engine.Engine
	name     string
	d        link.Desired
	person   int // the user who signs in
	username string
}

// link creates a link with that name through authpocket and resolves it, like a
// verify.
func (l *lab) link(name string, change func(*link.Spec)) *linked {
	l.t.Helper()
	return l.linkTo(l.a, name, change)
}

func (l *lab) linkTo(a *idp, name string, change func(*link.Spec)) *linked {
	l.t.Helper()
	l.collection(name)
	slug := strings.ReplaceAll(name, "_", "-")
	s := link.Spec{AuthentikURL: a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll,
		Existing: link.ExistingNew}
	s.Application.Slug, s.Application.Name, s.PocketBase.Collection = &slug, &name, &name
	if change != nil {
		change(&s)
	}
	e := l.e
	if a != l.a {
		e = engine.New(engine.Config{Authentik: a.client, PocketBase: l.p})
	}
	plan, err := e.Plan(l.t.Context(), s)
	if err != nil {
		l.t.Fatalf("%s: planning: %v", name, err)
	}
	if err := e.Apply(l.t.Context(), plan, func(apply.Event) {}); err != nil {
		l.t.Fatalf("%s: applying: %v", name, err)
	}
	d, err := e.Desire(l.t.Context(), &s)
	if err != nil {
		l.t.Fatalf("%s: resolving: %v", name, err)
	}
	return &linked{lab: l, t: l.t, a: a, e: e, name: name, d: d, person: a.ada, username: "ada"}
}

// patchProvider changes the link's provider directly.
func (l *linked) patchProvider(body map[string]any) {
	l.t.Helper()
	l.a.call("PATCH", "/providers/oauth2/"+strconv.Itoa(l.d.Provider.PK)+"/", body)
}

func (l *linked) patchApplication(body map[string]any) {
	l.t.Helper()
	l.a.call("PATCH", "/core/applications/"+l.d.Application.Slug+"/", body)
}

// spoil changes the link's collection directly.
func (l *linked) spoil(change func(c *core.Collection, own *core.OAuth2ProviderConfig)) {
	l.t.Helper()
	l.saving.Lock()
	defer l.saving.Unlock()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Error(err)
		return
	}
	change(c, &c.OAuth2.Providers[0])
	if err := l.pb.App().Save(c); err != nil {
		l.t.Error(err)
	}
}

// remove deletes the link's collection.
func (l *linked) remove() {
	l.t.Helper()
	l.saving.Lock()
	defer l.saving.Unlock()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err == nil {
		err = l.pb.App().Delete(c)
	}
	if err != nil {
		l.t.Error(err)
	}
}

// setURLs sets the endpoints in PocketBase, as wanted by the spec.
func (l *linked) setURLs(tokenURL, userInfoURL string) {
	l.t.Helper()
	l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
		if tokenURL != "" {
			own.TokenURL, l.d.Slot.TokenURL = tokenURL, tokenURL
		}
		if userInfoURL != "" {
			own.UserInfoURL, l.d.Slot.UserInfoURL = userInfoURL, userInfoURL
		}
	})
}

// signInAs adds a user and makes them the link's person.
func (l *linked) signInAs(username, email string) {
	l.t.Helper()
	l.username = username + "-" + l.name
	l.person = l.a.sim.AddPerson(l.username, "Somebody", email, password, nil)
}

// record creates an account in the link's collection.
func (l *linked) record(email string, verified bool) *core.Record {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail(email)
	r.SetVerified(verified)
	r.SetRandomPassword()
	if err := l.pb.App().Save(r); err != nil {
		l.t.Fatal(err)
	}
	return r
}

// connectTo links a record with a subject, like an earlier sign-in.
func (l *linked) connectTo(r *core.Record, subject string) {
	l.t.Helper()
	row := core.NewExternalAuth(l.pb.App())
	row.SetCollectionRef(r.Collection().Id)
	row.SetRecordRef(r.Id)
	row.SetProvider(l.d.Slot.Slot)
	row.SetProviderId(subject)
	if err := l.pb.App().Save(row); err != nil {
		l.t.Fatal(err)
	}
}

// answering starts a server with a fixed response.
func answering(t testing.TB, status int, kind, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the answer is the same whatever is asked
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may be gone
	}))
	t.Cleanup(server.Close)
	return server.URL
}
