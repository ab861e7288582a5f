package export

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"

	"authpocket/internal/link"
)

// realPocketBase starts a fresh PocketBase with another provider in users.
func realPocketBase(t *testing.T) core.App {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.ResetBootstrapState(); err != nil {
			t.Error(err)
		}
	})
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	c := users(t, app)
	c.OAuth2.Enabled = true
	c.OAuth2.Providers = []core.OAuth2ProviderConfig{{Name: "google", ClientId: "google-client",
		ClientSecret: "google-secret", DisplayName: "Google", Extra: map[string]any{"a": "b"}}}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	return app
}

func users(t *testing.T, app core.App) *core.Collection {
	t.Helper()
	c, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func put(t *testing.T, app core.App, p core.OAuth2ProviderConfig) {
	t.Helper()
	c := users(t, app)
	c.OAuth2.Providers = append(c.OAuth2.Providers, p)
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
}

// state is what a migration may change, including secrets.
func state(t *testing.T, app core.App) string {
	t.Helper()
	c := users(t, app)
	raw, err := json.MarshalIndent(map[string]any{"oauth2": c.OAuth2, "createRule": c.CreateRule,
		"authRule":     c.AuthRule,
		"hideControls": app.Settings().Meta.HideControls}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func run(t *testing.T, app core.App, p link.Plan, direction string) error {
	t.Helper()
	e := newEngine(t, written(t, migrationName, p))
	return app.RunInTransaction(map[string]func(core.App) error{"up": e.up, "down": e.down}[direction])
}

func TestMigrationAddsTheLinkAndTakesItAwayAgain(t *testing.T) {
	t.Setenv(secretVariable, canary)
	app, plan := realPocketBase(t), newLink(t)
	before := state(t, app)
	for range 2 { // the second time changes nothing
		if err := run(t, app, plan, "up"); err != nil {
			t.Fatal(err)
		}
		o := users(t, app).OAuth2
		want := core.OAuth2ProviderConfig{Name: "oidc", ClientId: plan.Desired.Slot.ClientID, ClientSecret: canary,
			DisplayName: "authentik", PKCE: new(true),
			AuthURL: plan.Desired.Slot.AuthURL, TokenURL: plan.Desired.Slot.TokenURL,
			UserInfoURL: plan.Desired.Slot.UserInfoURL}
		if diff := cmp.Diff(want, o.Providers[1]); diff != "" || len(o.Providers) != 2 || !o.Enabled {
			t.Errorf("PocketBase has %d providers, enabled: %v:\n%s", len(o.Providers), o.Enabled, diff)
		}
		if google := o.Providers[0]; google.ClientSecret != "google-secret" || google.Extra["a"] != "b" {
			t.Errorf("the other provider was touched: %v", google)
		}
	}
	if err := run(t, app, plan, "down"); err != nil {
		t.Fatal(err)
	}
	// OAuth2 was off when the plan was made, and is so again
	if got := strings.Replace(state(t, app), `"enabled": false`, `"enabled": true`, 1); got != before {
		t.Errorf("down leaves a difference:\n%s", cmp.Diff(before, got))
	}
}

func TestMigrationPutsALinkRight(t *testing.T) {
	app, plan := realPocketBase(t), drifted(t)
	slot := pocketBaseBefore(&plan, link.KindOAuth2).OAuth2.Providers[1]
	put(t, app, core.OAuth2ProviderConfig{Name: "oidc", ClientId: slot.ClientID, ClientSecret: "kept",
		DisplayName: "SSO", PKCE: new(true),
		AuthURL: slot.AuthURL, TokenURL: slot.TokenURL, UserInfoURL: slot.UserInfoURL,
		Extra: map[string]any{"later": "kept too", "jwksURL": "gone"}})
	c := users(t, app)
	c.CreateRule = nil
	c.Fields.Add(&core.TextField{Name: "handle"})
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	settings := app.Settings()
	settings.Meta.HideControls = true
	if err := app.Save(settings); err != nil {
		t.Fatal(err)
	}
	t.Setenv(secretVariable, "")
	if err := run(t, app, plan, "up"); err != nil {
		t.Fatal(err)
	}
	got := users(t, app)
	ours := got.OAuth2.Providers[1]
	if ours.DisplayName != "authentik" || ours.ClientSecret != "kept" || len(ours.Extra) != 1 ||
		ours.Extra["later"] != "kept too" {
		t.Errorf("the link's provider is %+v", ours)
	}
	if got.OAuth2.MappedFields.Username != "handle" || got.OAuth2.MappedFields.Name != "name" ||
		*got.CreateRule != `@request.context = "oauth2"` || *got.AuthRule != "" {
		t.Errorf("mapped fields are %+v, the create rule %q", got.OAuth2.MappedFields, *got.CreateRule)
	}
	if app.Settings().Meta.HideControls {
		t.Error("the controls are still hidden")
	}
	if err := run(t, app, plan, "down"); err != nil {
		t.Fatal(err)
	}
	got = users(t, app)
	if got.OAuth2.Providers[1].DisplayName != "SSO" || got.OAuth2.Providers[1].ClientSecret != "kept" ||
		got.OAuth2.MappedFields.Username != "" || got.CreateRule != nil || !app.Settings().Meta.HideControls {
		t.Errorf("down leaves %s", state(t, app))
	}
}

func TestMigrationReadsTheIDToken(t *testing.T) {
	t.Setenv(secretVariable, canary)
	app, plan := realPocketBase(t), idToken(t)
	if err := run(t, app, plan, "up"); err != nil {
		t.Fatal(err)
	}
	ours := users(t, app).OAuth2.Providers[1]
	want := map[string]any{"jwksURL": plan.Desired.Slot.JWKSURL, "issuers": []any{plan.Desired.Slot.Issuers[0]}}
	if diff := cmp.Diff(want, ours.Extra); diff != "" || ours.Name != "oidc2" || ours.UserInfoURL != "" || *ours.PKCE {
		t.Errorf("the link's provider is %+v:\n%s", ours, diff)
	}
	if _, err := ours.InitProvider(); err != nil {
		t.Errorf("PocketBase cannot use it: %v", err)
	}
}

func TestMigrationRefuses(t *testing.T) {
	for name, one := range map[string]struct {
		secret, clientID, says string
	}{
		"without a secret":       {"", "", "Set POCKETBASE_CLIENT_SECRET"},
		"somebody else's place":  {canary, "another", "The slot oidc has another provider"},
		"both, and says the one": {"", "another", "The slot oidc has another provider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(secretVariable, one.secret)
			app := realPocketBase(t)
			if one.clientID != "" {
				put(t, app, core.OAuth2ProviderConfig{Name: "oidc", ClientId: one.clientID, ClientSecret: "x"})
			}
			before := state(t, app)
			err := run(t, app, newLink(t), "up")
			if err == nil || !strings.Contains(err.Error(), one.says) {
				t.Errorf("the migration says %v, not %q", err, one.says)
			}
			if got := state(t, app); got != before {
				t.Errorf("it changed something all the same:\n%s", cmp.Diff(before, got))
			}
		})
	}
}

// Names that only PocketBase's own engine might misread.
func TestMigrationStoresNastyNames(t *testing.T) {
	t.Setenv(secretVariable, oddSecret)
	app := realPocketBase(t)
	for _, name := range carried(false) {
		plan := newLink(t)
		plan.Desired.Slot.DisplayName, plan.Desired.Slot.ClientID = name, "client"
		if err := run(t, app, plan, "up"); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if ours := users(t, app).OAuth2.Providers[1]; ours.DisplayName != name || ours.ClientSecret != oddSecret {
			t.Fatalf("%q became %q", name, ours.DisplayName)
		}
	}
}
