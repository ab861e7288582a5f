package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
)

// imported returns the spec of the only link, and holds its plan to being empty.
func (b *bench) imported() link.Spec {
	b.t.Helper()
	spec, plan, err := b.engine.Import(b.t.Context(), link.Spec{})
	if err != nil {
		b.t.Fatal(err)
	}
	if !plan.Empty() {
		b.t.Errorf("the plan is not empty:\n%s", show(plan))
	}
	return spec
}

func TestAnImportedLinkNeedsNoChange(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	want := b.minimal()
	want.Application.Slug = new("pocketbase")
	want.PocketBase.Collection, want.PocketBase.Slot = new("users"), new("oidc")
	want.PocketBase.MapName, want.PocketBase.MapAvatar = new("name"), new("avatar") // of a new PocketBase
	if diff := cmp.Diff(want, b.imported()); diff != "" {
		t.Errorf("of a plain link (want -, got +):\n%s", diff)
	}
}

func TestAnImportedLinkHasEverySetting(t *testing.T) {
	b := newBench(t)
	want := b.minimal()
	want.AuthentikURL = "https://login.company"
	want.PocketBaseURLs = []string{"https://one.company", "https://two.company"}
	want.Email = link.EmailTrustAttribute
	want.Application = link.Application{Name: new("Shop"), Slug: new("shop"), Group: new("Tools"),
		PolicyEngineMode: new("all"), LaunchURL: new("https://shop.company/"), Publisher: new("Us"),
		Description: new("Where we\nsell."), OpenInNewTab: new(true), Hide: new(true)}
	want.Provider = link.Provider{Name: new("Shop login"), SigningKey: new("an ec key"),
		AuthorizationFlow:  new("default-provider-authorization-explicit-consent"),
		AccessCodeValidity: new("minutes=2"), RefreshTokenValidity: new("days=2"), SubjectMode: new("user_uuid"),
		IssuerMode: new("global"), ScopeMappings: []string{"groups of ours"},
		RedirectURIs: []link.RedirectURI{
			{URL: link.RedirectURL("https://one.company"), Mode: link.RedirectStrict, Type: link.RedirectAuthorization},
			{URL: link.RedirectURL("https://two.company"), Mode: link.RedirectStrict, Type: link.RedirectAuthorization},
			{URL: `https://[a-z]+\.company/x`, Mode: link.RedirectRegex, Type: link.RedirectAuthorization}}}
	want.Access = &link.Access{Groups: []string{"staff", "admins"}}
	want.PocketBase = link.PocketBase{Collection: new("users"), Slot: new("oidc2"), DisplayName: new("Company login"),
		TokenURL: new("http://authentik:9000/application/o/token/"), UserInfo: new("id_token"),
		JWKSURL: new("http://authentik:9000/application/o/shop/jwks/"), PKCE: new(false), MapName: new("name")}
	b.link(want)
	got := b.imported()
	got.PocketBase.MapAvatar, got.PocketBase.MapUsername, got.PocketBase.MapID = nil, nil, nil // PocketBase's own
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the settings (want -, got +):\n%s", diff)
	}
}

func TestALinkMadeByHandIsImported(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	sim := b.box.Authentik().Snapshot()
	p := sim.Providers[0]
	b.authentik("PATCH", "/core/applications/pocketbase/", map[string]any{"name": "By hand", "meta_publisher": "Them"})
	b.patchOAuth2(map[string]any{"enabled": true, "mappedFields": map[string]any{"name": "name"},
		"providers": []any{map[string]any{"name": "oidc3", "clientId": p.ClientID, "clientSecret": p.ClientSecret,
			"displayName": "Sign in", "authURL": b.authentikURL + "/application/o/authorize/", "pkce": nil,
			"tokenURL":    b.authentikURL + "/application/o/token/",
			"userInfoURL": b.authentikURL + "/application/o/userinfo/"}}})
	got := b.imported()
	if link.Value(got.PocketBase.Slot, "") != "oidc3" || link.Value(got.PocketBase.MapName, "") != "name" ||
		link.Value(got.Application.Publisher, "") != "Them" || link.Value(got.Application.Name, "") != "By hand" ||
		link.Value(got.PocketBase.DisplayName, "") != "Sign in" || got.Email != link.EmailTrustAll {
		t.Errorf("the spec is %+v", got)
	}
}

func TestWithoutALinkNothingIsImported(t *testing.T) {
	b := newBench(t)
	spec, _, err := b.engine.Import(t.Context(), link.Spec{})
	if err == nil {
		t.Errorf("imported %+v", spec)
	}
}
