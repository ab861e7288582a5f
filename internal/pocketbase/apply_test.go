package pocketbase

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

func TestApplyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	server := start(t)
	give(t, server.App(), others())
	before := stored(t, server.App())
	client, _ := connect(t, server)

	check := func(step string, wantOurs bool, contains ...string) {
		t.Helper()
		after := stored(t, server.App())
		for _, name := range []string{"google", "oidc", "github"} {
			if diff := cmp.Diff(before[name], after[name]); diff != "" {
				t.Errorf("%s changed %s (-before +after):\n%s", step, name, diff)
			}
		}
		mine, there := after["oidc2"]
		if there != wantOurs {
			t.Fatalf("after %s our element is there: %v, want %v", step, there, wantOurs)
		}
		for _, part := range contains {
			if !strings.Contains(mine, part) {
				t.Errorf("after %s our element lacks %s: %s", step, part, mine)
			}
		}
	}

	apply := func(ch link.Change) {
		t.Helper()
		if err := client.Apply(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
	}
	apply(adding(observe(t, client), ours()))
	check("adding", true, `"clientSecret":"ours-secret"`, `"extra":null`, `"pkce":true`)

	changed := ours()
	changed.UserInfoURL, changed.JWKSURL, changed.Issuers = "", "https://authentik.company/jwks/", []string{"https://authentik.company/"}
	changed.DisplayName, changed.ClientSecret, changed.PKCE = "Company", secret.New("new-secret"), nil
	apply(adding(observe(t, client), changed))
	check("changing", true, `"clientSecret":"new-secret"`, `"pkce":null`, `"jwksURL":"https://authentik.company/jwks/"`, `"issuers":["https://authentik.company/"]`)

	apply(adding(observe(t, client), changed))
	check("running again", true, `"clientSecret":"new-secret"`)

	blanked := changed
	blanked.Issuers = nil
	apply(adding(observe(t, client), blanked))
	check("blanking the issuers", true, `"issuers":[]`, `"jwksURL":"https://authentik.company/jwks/"`)

	apply(adding(observe(t, client), ours()))
	check("going back to the user info URL", true, `"extra":null`)

	now := observe(t, client)
	apply(change(now, without(now, "oidc2"), "oidc2.displayName"))
	check("removing", false)
	apply(change(now, without(now, "oidc2"), "oidc2.displayName"))
	check("removing again", false)
}

func TestApplyWritesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	server := start(t)
	give(t, server.App(), others())
	client, calls := connect(t, server)

	before := observe(t, client)
	after := *before
	after.OAuth2.Enabled = false
	after.OAuth2.Mapped = link.MappedFields{Name: "", AvatarURL: "name", Username: "name"}
	if err := client.Apply(t.Context(), change(before, &after, "mappedFields.username")); err != nil {
		t.Fatal(err)
	}
	now := observe(t, client).OAuth2
	if want := (link.MappedFields{Name: "name", AvatarURL: "avatar", Username: "name"}); now.Mapped != want || !now.Enabled {
		t.Errorf("mapped %+v, enabled %v; want %+v, true", now.Mapped, now.Enabled, want)
	}
	calls.reset()
	if err := client.Apply(t.Context(), change(before, &after, "mappedFields.username")); err != nil {
		t.Fatal(err)
	}
	if n := calls.count("PATCH"); n != 0 {
		t.Errorf("a change that is there already was sent %d times", n)
	}
}

func TestRemoveFromTheMiddle(t *testing.T) {
	t.Parallel()
	server := start(t)
	give(t, server.App(), others())
	before := stored(t, server.App())
	client, calls := connect(t, server)

	now := observe(t, client)
	f := faultOf(t, client.Apply(t.Context(), change(now, without(now, "oidc"), "oidc.displayName")))
	if f.Kind != link.FaultRefused || f.Field != "pocketbase.slot" || !strings.Contains(f.Todo, "Upgrade PocketBase") || !strings.Contains(f.Summary, "0.39.11") {
		t.Errorf("fault %+v does not explain", f)
	}
	if n := calls.count("PATCH"); n != 0 {
		t.Errorf("%d PATCH requests were sent", n)
	}

	after := without(now, "oidc")
	github := find(after.OAuth2.Providers, "github")
	github.ClientSecret = secret.New("github-secret")
	if err := client.Apply(t.Context(), change(now, after, "oidc.displayName")); err != nil {
		t.Fatal(err)
	}
	got := stored(t, server.App())
	if got["google"] != before["google"] {
		t.Errorf("google changed: %s", got["google"])
	}
	want := strings.Replace(before["github"], `"extra":{`, `"extra":{"issuers":[],"jwksURL":"",`, 1)
	if diff := cmp.Diff(want, got["github"]); diff != "" {
		t.Errorf("github, where the other one stood (-want +got):\n%s", diff)
	}
	if _, there := got["oidc"]; there {
		t.Error("oidc is still there")
	}
}

func TestApplyStale(t *testing.T) {
	t.Parallel()
	server := start(t)
	give(t, server.App(), others())
	client, _ := connect(t, server)
	before := observe(t, client)

	// Something that has nothing to do with it: goes on.
	users := usersOf(t, server.App())
	users.ListRule = new("id != ''")
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	if err := client.Apply(t.Context(), adding(before, ours())); err != nil {
		t.Fatal(err)
	}

	before = observe(t, client)
	users = usersOf(t, server.App())
	users.OAuth2.Providers[0].DisplayName = "Google!"
	users.OAuth2.MappedFields.Name = ""
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	was := stored(t, server.App())
	changed := ours()
	changed.DisplayName = "Company"
	f := faultOf(t, client.Apply(t.Context(), adding(before, changed)))
	if f.Kind != link.FaultStale || !strings.Contains(f.Summary, "Display name of the provider google") || !strings.Contains(f.Summary, "full name") {
		t.Errorf("fault %+v does not name what changed", f)
	}
	if diff := cmp.Diff(was, stored(t, server.App())); diff != "" {
		t.Errorf("it wrote all the same:\n%s", diff)
	}
}

func TestApplyRules(t *testing.T) {
	t.Parallel()
	server := start(t)
	client, calls := connect(t, server)
	before := observe(t, client)
	after := *before
	after.CreateRule, after.AuthRule = new(`@request.context = "oauth2"`), nil
	ch := link.Change{System: link.PB, Kind: link.KindRules, Object: "rules", Before: before, After: &after, Fields: []link.Field{{Name: "createRule"}}}
	if err := client.Apply(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	users := usersOf(t, server.App())
	if users.CreateRule == nil || *users.CreateRule != `@request.context = "oauth2"` || users.AuthRule == nil {
		t.Errorf("createRule %v, authRule %v", users.CreateRule, users.AuthRule)
	}
	calls.reset()
	if err := client.Apply(t.Context(), ch); err != nil || calls.count("PATCH") != 0 {
		t.Errorf("again: %v, %d PATCH requests", err, calls.count("PATCH"))
	}

	bad := after
	bad.CreateRule = new("nosuchfield = 1")
	ch.Before, ch.After = observe(t, client), &bad
	if f := faultOf(t, client.Apply(t.Context(), ch)); f.Kind != link.FaultRefused || f.Field != "pocketbase.create_rule" {
		t.Errorf("fault %+v", f)
	}

	users.CreateRule = new("id = ''")
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	ch.After = before
	if f := faultOf(t, client.Apply(t.Context(), ch)); f.Kind != link.FaultStale || !strings.Contains(f.Summary, "create rule") {
		t.Errorf("fault %+v", f)
	}
}

func TestApplySettings(t *testing.T) {
	t.Parallel()
	server := start(t)
	client, calls := connect(t, server)
	for _, hide := range []bool{true, true, false} {
		ch := link.Change{System: link.PB, Kind: link.KindSettings, Object: "settings", Before: &link.SettingsState{HideControls: !hide}, After: &link.SettingsState{HideControls: hide}, Fields: []link.Field{{Name: "meta.hideControls"}}}
		if err := client.Apply(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
		if got := server.App().Settings().Meta; got.HideControls != hide || got.AppURL != server.URL() {
			t.Errorf("hideControls %v, appURL %s", got.HideControls, got.AppURL)
		}
	}
	if n := calls.count("PATCH"); n != 2 {
		t.Errorf("%d PATCH requests, want 2", n)
	}
}

func TestApplyRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	server := start(t)
	client, calls := connect(t, server)
	now := observe(t, client)
	noSecret := ours()
	noSecret.ClientSecret = secret.Text{}
	superusers := &link.CollectionState{Name: "_superusers"}
	for name, ch := range map[string]link.Change{
		"another system":  {System: link.Authentik, Kind: link.KindOAuth2},
		"another kind":    {System: link.PB, Kind: link.KindMapping},
		"no collection":   {System: link.PB, Kind: link.KindOAuth2},
		"no settings":     {System: link.PB, Kind: link.KindSettings},
		"no secret":       adding(now, noSecret),
		"no field":        change(now, now),
		"superusers":      adding(superusers, ours()),
		"gone collection": adding(&link.CollectionState{ID: "gone", Name: "gone"}, ours()),
	} {
		err := client.Apply(t.Context(), ch)
		if name == "no field" {
			if err != nil { // what is wanted is there
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		faultOf(t, err)
	}
	if n := calls.count("PATCH"); n != 0 {
		t.Errorf("%d PATCH requests were sent", n)
	}
}

// TestApplyRefused provokes each refusal of PocketBase that a change can
// meet, on the real server.
func TestApplyRefused(t *testing.T) {
	t.Parallel()
	server := start(t)
	give(t, server.App(), others())
	client, _ := connect(t, server)
	for _, one := range []struct {
		name, field, says string
		spoil             func(p *link.OAuth2Provider)
	}{
		{"slot", "pocketbase.slot", "Slot: ", func(p *link.OAuth2Provider) { p.Slot = "authentik" }},
		{"client id", "provider.client_id", "Client ID: Cannot be blank.", func(p *link.OAuth2Provider) { p.ClientID = "" }},
		{"auth URL", "pocketbase.auth_url", "Auth URL: Must be a valid URL.", func(p *link.OAuth2Provider) { p.AuthURL = " https://x" }},
		{"token URL", "pocketbase.token_url", "Token URL: ", func(p *link.OAuth2Provider) { p.TokenURL = "//x" }},
		{"user info URL", "pocketbase.user_info_url", "User info URL: ", func(p *link.OAuth2Provider) { p.UserInfoURL = "no url" }},
	} {
		p := ours()
		one.spoil(&p)
		f := faultOf(t, client.Apply(t.Context(), adding(observe(t, client), p)))
		if f.Kind != link.FaultRefused || f.Field != one.field || !strings.Contains(f.Summary, one.says) {
			t.Errorf("%s: field %q, kind %q, %s", one.name, f.Field, f.Kind, f.Summary)
		}
	}

	before := observe(t, client)
	after := *before
	after.OAuth2.Mapped.Name = "nosuchfield"
	f := faultOf(t, client.Apply(t.Context(), change(before, &after, "mappedFields.name")))
	if f.Field != "pocketbase.map_name" || !strings.Contains(f.Summary, "nosuchfield") {
		t.Errorf("a field that is not there: %+v", f)
	}
}

func TestApplyMFANeedsTwoWays(t *testing.T) {
	t.Parallel()
	server := start(t)
	users := usersOf(t, server.App())
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = others()
	users.MFA.Enabled = true
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	client, _ := connect(t, server)
	before := observe(t, client)
	after := *before
	after.OAuth2.Enabled = false
	f := faultOf(t, client.Apply(t.Context(), change(before, &after, "enabled")))
	if f.Field != "pocketbase.enabled" || !strings.Contains(f.Summary, "two ways to sign in") {
		t.Errorf("fault %+v", f)
	}
}
