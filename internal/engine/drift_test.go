package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// everything sets every field that the sandbox supports.
func (b *bench) everything() link.Spec {
	s := b.minimal()
	s.Application = link.Application{
		Name: new("Shop"), Slug: new("shop"), Group: new("Tools"), PolicyEngineMode: new("all"),
		LaunchURL: new("https://shop.company/"),
		Icon:      new("fa://fa-store"), Publisher: new("Us"), Description: new("Where we sell."),
		OpenInNewTab: new(true), Hide: new(true),
	}
	s.Provider = link.Provider{
		Name: new("Shop login"), AuthorizationFlow: new("default-provider-authorization-explicit-consent"),
		InvalidationFlow:   new("default-invalidation-flow"),
		AuthenticationFlow: new("default-authentication-flow"), ClientID: new("shop"),
		ClientSecret: new(secret.New("a client secret of the shop, long enough")),
		RedirectURIs: []link.RedirectURI{{URL: b.box.PocketBaseURL + link.RedirectPath}, {URL: "myapp://redirect"}},
		SigningKey:   new("an ec key"), AccessCodeValidity: new("minutes=2"), AccessTokenValidity: new("hours=2"),
		RefreshTokenValidity:  new("days=2"),
		RefreshTokenThreshold: new("hours=1"), SubjectMode: new("user_uuid"), IssuerMode: new("global"),
		ScopeMappings: []string{"groups of ours"},
	}
	s.Access = &link.Access{Groups: []string{"staff"}}
	endpoint := b.authentikURL + "/application/o/"
	s.PocketBase = link.PocketBase{
		Collection: new("users"), Slot: new("oidc"), DisplayName: new("Company login"),
		AuthURL:  new(endpoint + "authorize/"),
		TokenURL: new(endpoint + "token/"), UserInfo: new("userinfo"), UserInfoURL: new(endpoint + "userinfo/"),
		PKCE: new(true), Enabled: new(true),
		MapName: new("name"), MapUsername: new(""), MapAvatar: new("avatar"), MapID: new(""), CreateRule: new(""),
		AuthRule: new(""), ShowControls: true,
	}
	return s
}

// drift is a manual change, and the fields that a plan shows afterwards.
type drift struct {
	do   func(*bench)
	want []string
}

func TestDriftShowsAsJustThatFieldAndIsMended(t *testing.T) {
	b := newBench(t)
	b.link(b.everything())
	for _, some := range []map[string]drift{applicationDrifts(), providerDrifts(), elementDrifts(),
		collectionDrifts()} {
		for name, d := range some {
			t.Run(name, func(t *testing.T) {
				b := &bench{t, b.box, b.authentikURL, b.engine}
				d.do(b)
				plan := b.plan(b.everything())
				if got := fieldNames(plan); !slices.Equal(got, d.want) {
					t.Errorf("the fields are %v, want %v\n%s", got, d.want, show(plan))
				}
				b.apply(plan)
				if again := b.plan(b.everything()); !again.Empty() {
					t.Errorf("a second plan is not empty:\n%s", show(again))
				}
			})
		}
	}
	if got := b.secretsInPocketBase(); got["google"] != "secret of Google" ||
		got["oidc"] != "a client secret of the shop, long enough" {
		t.Errorf("the secrets in PocketBase are %v", got)
	}
}

func applicationDrifts() map[string]drift {
	patch := func(key string, value any) drift {
		return drift{func(b *bench) { b.authentik("PATCH", "/core/applications/shop/", map[string]any{key: value}) },
			[]string{"application: " + key}}
	}
	return map[string]drift{
		"application name":   patch("name", "Store"),
		"group":              patch("group", ""),
		"policy engine mode": patch("policy_engine_mode", "any"),
		"launch URL":         patch("meta_launch_url", "https://store.company/"),
		"icon":               patch("meta_icon", ""),
		"publisher":          patch("meta_publisher", "Them"),
		"description":        patch("meta_description", "Where we\nbuy."),
		"open in new tab":    patch("open_in_new_tab", false),
		"hide":               patch("meta_hide", false),
		"the binding": {func(b *bench) {
			for _, one := range b.box.Authentik().Snapshot().Bindings {
				b.authentik("DELETE", "/policies/bindings/"+one.PK+"/", nil)
			}
		}, []string{"policy binding: target", "policy binding: group", "policy binding: enabled"}},
		"the provider of the application": {func(b *bench) {
			b.authentik("PATCH", "/core/applications/shop/", map[string]any{"provider": nil})
		}, []string{"application: provider"}},
		"the scope mapping": {func(b *bench) {
			b.authentik("PATCH", "/propertymappings/provider/scope/"+
				b.mapping("authpocket: trust every e-mail address")+"/", map[string]any{"expression": "return {}"})
		}, []string{"scope mapping: expression"}},
	}
}

func (b *bench) mapping(name string) string {
	for _, m := range b.box.Authentik().Snapshot().ScopeMappings {
		if m.Name == name {
			return m.PK
		}
	}
	b.t.Fatalf("there is no scope mapping %s", name)
	return ""
}

// patchProvider updates the provider with that client ID.
func (b *bench) patchProvider(clientID string, keys map[string]any) {
	b.t.Helper()
	for _, p := range b.box.Authentik().Snapshot().Providers {
		if p.ClientID == clientID {
			b.authentik("PATCH", fmt.Sprintf("/providers/oauth2/%d/", p.PK), keys)
			return
		}
	}
	b.t.Fatalf("there is no provider with the client id %s", clientID)
}

func providerDrifts() map[string]drift {
	patch := func(key string, value any, also ...string) drift {
		return drift{func(b *bench) { b.patchProvider("shop", map[string]any{key: value}) },
			append([]string{"provider: " + key}, also...)}
	}
	flow := func(key, slug string) drift {
		return drift{func(b *bench) {
			for _, f := range b.box.Authentik().Snapshot().Flows {
				if f.Slug == slug {
					b.patchProvider("shop", map[string]any{key: f.PK})
				}
			}
		}, []string{"provider: " + key}}
	}
	return map[string]drift{
		"provider name":       patch("name", "Store login"),
		"authorization flow":  flow("authorization_flow", link.DefaultAuthorizationFlow),
		"invalidation flow":   flow("invalidation_flow", link.DefaultInvalidationFlow),
		"authentication flow": patch("authentication_flow", nil),
		"client type":         patch("client_type", "public"),
		"client secret": patch("client_secret", "another secret, which is long enough",
			"auth collection: oidc.clientSecret"),
		"redirect URIs": patch("redirect_uris",
			[]any{map[string]any{"matching_mode": "regex", "url": "https://.*"}}),
		"signing key":             patch("signing_key", nil),
		"access code validity":    patch("access_code_validity", "minutes=9"),
		"access token validity":   patch("access_token_validity", "hours=9"),
		"refresh token validity":  patch("refresh_token_validity", "days=9"),
		"refresh token threshold": patch("refresh_token_threshold", "seconds=9"),
		"subject mode":            patch("sub_mode", "user_email"),
		"issuer mode":             patch("issuer_mode", "per_provider"),
		"scope mappings":          patch("property_mappings", []any{}),
		"grant types":             patch("grant_types", []any{"implicit"}),
		"client ID": {func(b *bench) { b.patchProvider("shop", map[string]any{"client_id": "store"}) },
			[]string{"provider: client_id"}},
	}
}

func elementDrifts() map[string]drift {
	patch := func(key string, value any) drift {
		return drift{func(b *bench) { b.patchElement(map[string]any{key: value}) }, []string{"auth collection: oidc." +
			key}}
	}
	return map[string]drift{
		"display name":  patch("displayName", "Sign in"),
		"auth URL":      patch("authURL", "https://elsewhere.company/a/"),
		"token URL":     patch("tokenURL", "https://elsewhere.company/t/"),
		"user info URL": patch("userInfoURL", "https://elsewhere.company/u/"),
		"PKCE":          patch("pkce", false),
		"the client ID in PocketBase": {func(b *bench) { b.patchElement(map[string]any{"clientId": "store"}) },
			[]string{"auth collection: oidc.clientId", "auth collection: oidc.clientSecret"}},
		"the ID token is read": {func(b *bench) {
			b.patchElement(map[string]any{"userInfoURL": "",
				"extra": map[string]any{"jwksURL": "https://elsewhere.company/j/",
					"issuers": []any{"https://elsewhere.company/"}}})
		}, []string{"auth collection: oidc.userInfoURL", "auth collection: oidc.extra.jwksURL",
			"auth collection: oidc.extra.issuers"}},
		"the element is removed": {
			func(b *bench) { b.patchOAuth2(map[string]any{"providers": []any{map[string]any{"name": "google"}}}) },
			[]string{"auth collection: oidc.displayName", "auth collection: oidc.clientId",
				"auth collection: oidc.authURL", "auth collection: oidc.tokenURL", "auth collection: oidc.userInfoURL",
				"auth collection: oidc.pkce", "auth collection: oidc.clientSecret"}},
	}
}

func collectionDrifts() map[string]drift {
	mapped := func(key, field string) drift {
		return drift{func(b *bench) { b.patchOAuth2(map[string]any{"mappedFields": map[string]any{key: field}}) },
			[]string{"auth collection: mappedFields." + key}}
	}
	rule := func(key string) drift {
		return drift{func(b *bench) { b.patchCollection(map[string]any{key: nil}) }, []string{"collection rules: " +
			key}}
	}
	return map[string]drift{
		"OAuth2 is off": {func(b *bench) { b.patchOAuth2(map[string]any{"enabled": false}) },
			[]string{"auth collection: enabled"}},
		"mapped name":     mapped("name", ""),
		"mapped username": mapped("username", "name"),
		"mapped avatar":   mapped("avatarURL", ""),
		"mapped ID":       mapped("id", "name"),
		"create rule":     rule("createRule"),
		"auth rule":       rule("authRule"),
		"rules and element at once": {func(b *bench) {
			b.patchCollection(map[string]any{"createRule": nil})
			b.patchElement(map[string]any{"displayName": "Sign in"})
		}, []string{"collection rules: createRule", "auth collection: oidc.displayName"}},
		"the controls are hidden": {func(b *bench) {
			b.call("PATCH", b.box.PocketBaseURL+"/api/settings", b.box.PocketBaseToken,
				map[string]any{"meta": map[string]any{"hideControls": true}})
		}, []string{"settings: meta.hideControls"}},
	}
}
