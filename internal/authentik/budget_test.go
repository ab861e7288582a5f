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
	cfg := rest.Config{URL: l.url, Token: secret.New(l.sim.AdminToken()), HTTP: l.client, Versionless: true}
	ahead := cfg
	cfg.Meanwhile = func(ctx context.Context) { authentik.ReadAhead(ctx, ahead, q) }
	l.count()
	ctx := wire.OneMoment(t.Context())
	c, err := authentik.Connect(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Observe(ctx, q); err != nil {
		t.Fatal(err)
	}
	for _, check := range c.Check(ctx, d, 0) {
		if check.Status == report.Fail {
			t.Errorf("%s fails: %s", check.ID, check.Evidence)
		}
	}
	if n := l.count(); n > 15 {
		t.Errorf("%d requests", n)
	}
}

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
