package pocketbase

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

func TestApplyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	before := pbtest.Stored(t, server.App())
	client, _ := connect(t, server)

	check := func(step string, wantOurs bool, contains ...string) {
		t.Helper()
		after := pbtest.Stored(t, server.App())
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
	apply(pbtest.Adding(observe(t, client), new(pbtest.Ours())))
	check("adding", true, `"clientSecret":"ours-secret"`, `"extra":null`, `"pkce":true`)

	changed := pbtest.Ours()
	changed.UserInfoURL, changed.JWKSURL, changed.Issuers = "", "https://authentik.company/jwks/",
		[]string{"https://authentik.company/"}
	changed.DisplayName, changed.ClientSecret, changed.PKCE = "Company", secret.New("new-secret"), nil
	apply(pbtest.Adding(observe(t, client), &changed))
	check("changing", true, `"clientSecret":"new-secret"`, `"pkce":null`, `"jwksURL":"https://authentik.company/jwks/"`,
		`"issuers":["https://authentik.company/"]`)

	apply(pbtest.Adding(observe(t, client), &changed))
	check("running again", true, `"clientSecret":"new-secret"`)

	blanked := changed
	blanked.Issuers = nil
	apply(pbtest.Adding(observe(t, client), &blanked))
	check("blanking the issuers", true, `"issuers":[]`, `"jwksURL":"https://authentik.company/jwks/"`)

	apply(pbtest.Adding(observe(t, client), new(pbtest.Ours())))
	check("going back to the user info URL", true, `"extra":null`)

	now := observe(t, client)
	apply(pbtest.Change(now, pbtest.Without(now, "oidc2"), "oidc2.displayName"))
	check("removing", false)
	apply(pbtest.Change(now, pbtest.Without(now, "oidc2"), "oidc2.displayName"))
	check("removing again", false)
}

func TestApplyWritesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, calls := connect(t, server)

	before := observe(t, client)
	after := *before
	after.OAuth2.Enabled = false
	after.OAuth2.Mapped = link.MappedFields{Name: "", AvatarURL: "name", Username: "name"}
	if err := client.Apply(t.Context(), pbtest.Change(before, &after, "mappedFields.username")); err != nil {
		t.Fatal(err)
	}
	now := observe(t, client).OAuth2
	if want := (link.MappedFields{Name: "name", AvatarURL: "avatar", Username: "name"}); now.Mapped != want ||
		!now.Enabled {
		t.Errorf("mapped %+v, enabled %v; want %+v, true", now.Mapped, now.Enabled, want)
	}
	calls.Reset()
	if err := client.Apply(t.Context(), pbtest.Change(before, &after, "mappedFields.username")); err != nil {
		t.Fatal(err)
	}
	if n := calls.Count("PATCH"); n != 0 {
		t.Errorf("a change that is there already was sent %d times", n)
	}
}

func TestRemoveFromTheMiddle(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	before := pbtest.Stored(t, server.App())
	client, calls := connect(t, server)

	now := observe(t, client)
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Change(now, pbtest.Without(now, "oidc"),
		"oidc.displayName")))
	if f.Kind != report.FaultRefused || f.Field != "pocketbase.slot" || !strings.Contains(f.Todo.String(),
		"Upgrade PocketBase") ||
		!strings.Contains(f.Summary.String(), "0.39.11") {
		t.Errorf("fault %+v does not explain", f)
	}
	if n := calls.Count("PATCH"); n != 0 {
		t.Errorf("%d PATCH requests were sent", n)
	}

	after := pbtest.Without(now, "oidc")
	github := rest.FindProvider(after.OAuth2.Providers, "github")
	github.ClientSecret = secret.New("github-secret")
	if err := client.Apply(t.Context(), pbtest.Change(now, after, "oidc.displayName")); err != nil {
		t.Fatal(err)
	}
	got := pbtest.Stored(t, server.App())
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
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, _ := connect(t, server)
	before := observe(t, client)

	// An unrelated change does not stop it.
	users := pbtest.UsersOf(t, server.App())
	users.ListRule = new("id != ''")
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	if err := client.Apply(t.Context(), pbtest.Adding(before, new(pbtest.Ours()))); err != nil {
		t.Fatal(err)
	}

	before = observe(t, client)
	users = pbtest.UsersOf(t, server.App())
	users.OAuth2.Providers[0].DisplayName = "Google!"
	users.OAuth2.MappedFields.Name = ""
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	was := pbtest.Stored(t, server.App())
	changed := pbtest.Ours()
	changed.DisplayName = "Company"
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(before, &changed)))
	if f.Kind != report.FaultStale || !strings.Contains(f.Summary.String(), "Display name of the provider google") ||
		!strings.Contains(f.Summary.String(), "full name") {
		t.Errorf("fault %+v does not name what changed", f)
	}
	if diff := cmp.Diff(was, pbtest.Stored(t, server.App())); diff != "" {
		t.Errorf("it wrote all the same:\n%s", diff)
	}
}

func TestApplyRules(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, calls := connect(t, server)
	before := observe(t, client)
	after := *before
	after.CreateRule, after.AuthRule = new(`@request.context = "oauth2"`), nil
	ch := link.Change{System: report.PB, Kind: link.KindRules, Object: say.Of("rules"), Before: before, After: &after,
		Fields: []link.Field{{Name: "createRule"}}}
	if err := client.Apply(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	users := pbtest.UsersOf(t, server.App())
	if users.CreateRule == nil || *users.CreateRule != `@request.context = "oauth2"` || users.AuthRule == nil {
		t.Errorf("createRule %v, authRule %v", users.CreateRule, users.AuthRule)
	}
	calls.Reset()
	if err := client.Apply(t.Context(), ch); err != nil || calls.Count("PATCH") != 0 {
		t.Errorf("again: %v, %d PATCH requests", err, calls.Count("PATCH"))
	}

	bad := after
	bad.CreateRule = new("nosuchfield = 1")
	ch.Before, ch.After = observe(t, client), &bad
	if f := pbtest.FaultOf(t, client.Apply(t.Context(), ch)); f.Kind != report.FaultRefused ||
		f.Field != "pocketbase.create_rule" {
		t.Errorf("fault %+v", f)
	}

	users.CreateRule = new("id = ''")
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	ch.After = before
	if f := pbtest.FaultOf(t, client.Apply(t.Context(), ch)); f.Kind != report.FaultStale ||
		!strings.Contains(f.Summary.String(), "create rule") {
		t.Errorf("fault %+v", f)
	}
}

func TestApplySettings(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, calls := connect(t, server)
	for _, hide := range []bool{true, true, false} {
		ch := link.Change{System: report.PB, Kind: link.KindSettings, Object: say.Of("settings"),
			Before: &link.SettingsState{HideControls: !hide}, After: &link.SettingsState{HideControls: hide},
			Fields: []link.Field{{Name: "meta.hideControls"}}}
		if err := client.Apply(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
		if got := server.App().Settings().Meta; got.HideControls != hide || got.AppURL != server.URL() {
			t.Errorf("hideControls %v, appURL %s", got.HideControls, got.AppURL)
		}
	}
	if n := calls.Count("PATCH"); n != 2 {
		t.Errorf("%d PATCH requests, want 2", n)
	}
}

func TestApplyRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, calls := connect(t, server)
	now := observe(t, client)
	noSecret := pbtest.Ours()
	noSecret.ClientSecret = secret.Text{}
	superusers := &link.CollectionState{Name: "_superusers"}
	for name, ch := range map[string]link.Change{
		"another system":  {System: report.Authentik, Kind: link.KindOAuth2},
		"another kind":    {System: report.PB, Kind: link.KindMapping},
		"no collection":   {System: report.PB, Kind: link.KindOAuth2},
		"no settings":     {System: report.PB, Kind: link.KindSettings},
		"no secret":       pbtest.Adding(now, &noSecret),
		"no field":        pbtest.Change(now, now),
		"superusers":      pbtest.Adding(superusers, new(pbtest.Ours())),
		"gone collection": pbtest.Adding(&link.CollectionState{ID: "gone", Name: "gone"}, new(pbtest.Ours())),
	} {
		err := client.Apply(t.Context(), ch)
		if name == "no field" {
			if err != nil { // already as wanted
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		pbtest.FaultOf(t, err)
	}
	if n := calls.Count("PATCH"); n != 0 {
		t.Errorf("%d PATCH requests were sent", n)
	}
}

// TestApplyRefused provokes on a real server each refusal by PocketBase that a change can meet.
func TestApplyRefused(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, _ := connect(t, server)
	for _, one := range []struct {
		name, field, says string
		spoil             func(p *link.OAuth2Provider)
	}{
		{"slot", "pocketbase.slot", "Slot: ", func(p *link.OAuth2Provider) { p.Slot = "authentik" }},
		{"client id", "provider.client_id", "Client ID: Cannot be blank.",
			func(p *link.OAuth2Provider) { p.ClientID = "" }},
		{"auth URL", "pocketbase.auth_url", "Auth URL: Must be a valid URL.",
			func(p *link.OAuth2Provider) { p.AuthURL = " https://x" }},
		{"token URL", "pocketbase.token_url", "Token URL: ", func(p *link.OAuth2Provider) { p.TokenURL = "//x" }},
		{"user info URL", "pocketbase.user_info_url", "User info URL: ",
			func(p *link.OAuth2Provider) { p.UserInfoURL = "no url" }},
	} {
		p := pbtest.Ours()
		one.spoil(&p)
		f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(observe(t, client), &p)))
		if f.Kind != report.FaultRefused || f.Field != one.field || !strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: field %q, kind %q, %s", one.name, f.Field, f.Kind, f.Summary)
		}
	}

	before := observe(t, client)
	after := *before
	after.OAuth2.Mapped.Name = "nosuchfield"
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Change(before, &after, "mappedFields.name")))
	if f.Field != "pocketbase.map_name" || !strings.Contains(f.Summary.String(), "nosuchfield") {
		t.Errorf("a field that is not there: %+v", f)
	}
}

func TestApplyMFANeedsTwoWays(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	users := pbtest.UsersOf(t, server.App())
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = pbtest.Others()
	users.MFA.Enabled = true
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	client, _ := connect(t, server)
	before := observe(t, client)
	after := *before
	after.OAuth2.Enabled = false
	f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Change(before, &after, "enabled")))
	if f.Field != "pocketbase.enabled" || !strings.Contains(f.Summary.String(), "two ways to sign in") {
		t.Errorf("fault %+v", f)
	}
}
