package authentik_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
	"authpocket/sandbox/authentiksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newLinkRequests is how many requests a new link with one group binding
// takes: connect, plan, apply, check.
func newLinkRequests(t *testing.T) (connect, plan, apply, check int) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	l.sim.AddGroup("pb-users")
	s := spec()
	s.Access = &link.Access{Groups: []string{"pb-users"}}
	c := l.connect()
	connect = l.count()
	made := l.plan(c, s, pocketBase())
	plan = l.count()
	l.apply(c, made)
	apply = l.count()
	c.Check(t.Context(), made.Desired, 0)
	return connect, plan, apply, l.count()
}

func TestANewLinkTakesFewRequests(t *testing.T) {
	connect, plan, apply, check := newLinkRequests(t)
	t.Logf("connect %d, plan %d, apply %d, check %d", connect, plan, apply, check)
	if connect > 3 || plan > 8 || apply > 7 || check > 16 {
		t.Errorf("connect %d, plan %d, apply %d, check %d", connect, plan, apply, check)
	}
}

// What connecting and observing have read in the moment of a check is not read again.
func TestAVerificationTakesFewRequests(t *testing.T) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	d := l.setUp(l.connect(), spec()).Desired
	q := new(spec()).Query()
	q.Few, q.Unwarned = true, true
	ctx := wire.OneMoment(t.Context())
	c, snap := l.ahead(ctx, q)
	if !snap.KeysUnread || len(snap.Keys) > 0 {
		t.Errorf("the signing keys are read, although the provider has one: %v", snap.Keys)
	}
	for _, check := range c.Check(ctx, d, 0) {
		if check.Status == report.Fail {
			t.Errorf("%s fails: %s", check.ID, check.Evidence)
		}
	}
	if n := l.count(); n > 12 {
		t.Errorf("%d requests", n)
	}
	if n := l.asked("GET /application/o/pocketbase/jwks/"); n > 0 {
		t.Error("the key set is read, although the OpenID configuration names an algorithm for RSA keys")
	}
}

// ahead connects and observes in the moment of ctx, as commands do, and forgets the requests before it.
func (l *lab) ahead(ctx context.Context, q link.Query) (*authentik.Client, link.AuthentikSnapshot) {
	l.t.Helper()
	cfg := rest.Config{URL: l.url, Token: secret.New(l.sim.AdminToken()), HTTP: l.client, Versionless: true}
	ahead := cfg
	cfg.Meanwhile = func(ctx context.Context) { authentik.ReadAhead(ctx, ahead, q) }
	l.count()
	c, err := authentik.Connect(ctx, cfg)
	if err != nil {
		l.t.Fatal(err)
	}
	q.Hurried = false
	snap, err := c.Observe(ctx, q)
	if err != nil {
		l.t.Fatal(err)
	}
	return c, snap
}

// A plan reads what its outcome can depend on, and a verification the keys where the provider has none.
func TestOnlyWhatMattersIsRead(t *testing.T) {
	const (
		names     = "GET /api/v3/providers/all/"
		settings  = "GET /api/v3/admin/settings/"
		keys      = "GET /api/v3/crypto/certificatekeypairs/"
		providers = "GET /api/v3/providers/oauth2/"
	)
	for name, test := range map[string]struct {
		linked bool
		edit   func(*link.Query)
		change map[string]any // of the provider
		want   map[string]int
	}{
		"a new link": {want: map[string]int{names: 1, settings: 1, keys: 1, providers: 0}},
		"a new link at once": {edit: func(q *link.Query) { q.Hurried = true },
			want: map[string]int{names: 1, keys: 1}},
		"a link": {linked: true, edit: knowing, want: map[string]int{names: 0, settings: 1, keys: 1}},
		"a link that nobody knows of": {linked: true,
			want: map[string]int{names: 1, settings: 1, keys: 1, providers: 1}},
		"a link at once": {linked: true, edit: func(q *link.Query) { q.Hurried = true },
			want: map[string]int{names: 1}},
		"a link that gets a name": {linked: true,
			edit: func(q *link.Query) { knowing(q); q.ProviderName = "new" }, want: map[string]int{names: 1}},
		"no link where one was": {edit: knowing, want: map[string]int{names: 1, providers: 1}},
		"addresses that stay": {edit: func(q *link.Query) { q.AddressesStay = true },
			want: map[string]int{names: 1, settings: 0}},
		"a check":                {linked: true, edit: verifying, want: map[string]int{names: 0, settings: 0, keys: 0}},
		"a check without a link": {edit: verifying, want: map[string]int{keys: 1}},
		"a check of a key by name": {linked: true, edit: func(q *link.Query) { verifying(q); q.SigningKey = "one" },
			want: map[string]int{keys: 1}},
		"a check of one without keys": {linked: true, edit: verifying, change: map[string]any{"signing_key": nil},
			want: map[string]int{keys: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
			if test.linked {
				c := l.connect()
				if d := l.setUp(c, spec()).Desired; test.change != nil {
					l.patch(c, d, test.change)
				}
			}
			q := new(spec()).Query()
			q.Few = true
			if test.edit != nil {
				test.edit(&q)
			}
			_, snap := l.ahead(wire.OneMoment(t.Context()), q)
			for request, want := range test.want {
				if n := l.asked(request); n != want {
					t.Errorf("%d × %s, want %d", n, request, want)
				}
			}
			if snap.AccessUnknown || snap.ClosedByDefault {
				t.Error("who may use an application by default is not known")
			}
		})
	}
}

func verifying(q *link.Query) { q.Unwarned = true }

func knowing(q *link.Query) { q.Linked = true }

func TestNothingSecretIsLogged(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	var log bytes.Buffer
	c, err := authentik.Connect(t.Context(), rest.Config{URL: l.url, Token: secret.New(l.sim.AdminToken()),
		HTTP: l.client,
		Log:  slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	d := l.setUp(c, spec()).Desired
	c.Check(t.Context(), d, 0)
	for _, hidden := range []string{l.sim.AdminToken(), d.Provider.ClientSecret.Reveal()} {
		if strings.Contains(log.String(), hidden) {
			t.Error("a secret is in the log")
		}
	}
	if !strings.Contains(log.String(), "/api/v3/core/transactional/applications/") {
		t.Error("the log does not tell of the calls")
	}
}
