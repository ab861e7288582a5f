package plans_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// setting is one field of the spec, with two values it can have.
type setting struct {
	change string // kind of the change that writes it to a link that is there
	field  string // the field's name in that change
	first  func(*link.Spec)
	second func(*link.Spec)
	clear  func(*link.Spec) // nil: the field cannot be empty
	// What a plan prints of the field.
	printsFirst, printsSecond, printsCleared any
	// also are the fields that go along with a change.
	also []string
	// follows tells that a field left open is not kept but follows another:
	// the value that it then gets.
	follows any
}

func TestEverySettingIsCreatedKeptChangedAndCleared(t *testing.T) {
	for name, s := range settings() {
		t.Run(name, func(t *testing.T) {
			t.Run("creates it", s.creates)
			t.Run("changes nothing when it is as wanted", s.keeps)
			t.Run("leaves what is there when the spec leaves it open", s.leavesOpen)
			t.Run("changes it and nothing else", s.changes)
			t.Run("clears it and nothing else", s.clears)
		})
	}
}

func specWith(edits ...func(*link.Spec)) link.Spec {
	s := minimal()
	for _, edit := range edits {
		edit(&s)
	}
	return s
}

func (s setting) creates(t *testing.T) {
	plan := mustPlan(t, newWorld(), specWith(s.first))
	f := s.in(plan)
	if f == nil {
		t.Fatalf("the field %s is not in the plan:\n%s", s.field, show(plan))
	}
	if diff := cmp.Diff(s.printsFirst, plain(f.After), s.order()...); diff != "" {
		t.Errorf("%s (want -, got +):\n%s", s.field, diff)
	}
}

func (s setting) keeps(t *testing.T) {
	w := linkedWorld(t, specWith(s.first)) // fails unless a second plan is empty
	if again := mustPlan(t, w, specWith(s.first)); !again.Empty() {
		t.Errorf("the plan is not empty:\n%s", show(again))
	}
}

func (s setting) leavesOpen(t *testing.T) {
	plan := mustPlan(t, linkedWorld(t, specWith(s.first)), specWith())
	if s.follows == nil {
		if !plan.Empty() {
			t.Errorf("the plan is not empty:\n%s", show(plan))
		}
		return
	}
	if f := s.in(plan); f == nil || !cmp.Equal(plain(f.After), s.follows) {
		t.Errorf("%s is not set to %v:\n%s", s.field, s.follows, show(plan))
	}
}

func (s setting) changes(t *testing.T) { s.expect(t, s.second, s.printsSecond) }

func (s setting) clears(t *testing.T) {
	if s.clear == nil {
		return // Validate refuses it empty: see TestValidate
	}
	s.expect(t, s.clear, s.printsCleared)
}

// expect holds the plan for an edit of a link made with the first value to
// that one field, and its apply to that plan.
func (s setting) expect(t *testing.T, edit func(*link.Spec), prints any) {
	t.Helper()
	w := linkedWorld(t, specWith(s.first))
	spec := specWith(edit)
	plan := mustPlan(t, w, spec)
	want := append([]string{s.change + ": " + s.field}, s.also...)
	if diff := cmp.Diff(sorted(want), sorted(fieldNames(plan))); diff != "" {
		t.Fatalf("the fields of the plan (want -, got +):\n%s\n%s", diff, show(plan))
	}
	f := s.in(plan)
	if diff := cmp.Diff([]any{s.printsFirst, prints}, []any{plain(f.Before), plain(f.After)},
		s.order()...); diff != "" && !f.Sensitive {
		t.Errorf("%s before and after (want -, got +):\n%s", s.field, diff)
	}
	mustApply(t, w, plan)
	if again := mustPlan(t, w, spec); !again.Empty() {
		t.Errorf("a second plan is not empty:\n%s", show(again))
	}
}

// plain is a field's value as Go has it.
func plain(v link.Shown) any {
	if mask, ok := v.Mask(); ok {
		return mask
	}
	if text, ok := v.Text(); ok {
		return text
	}
	if list, ok := v.List(); ok {
		return list
	}
	if yes, ok := v.Flag(); ok {
		return yes
	}
	return nil
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// in finds the field in a plan, with the prefix where the plan makes
// application and provider together.
func (s setting) in(p link.Plan) *link.Field {
	for _, c := range p.Changes {
		name := s.field
		if c.Kind == link.KindPair {
			name = s.change + "." + name
		} else if string(c.Kind) != s.change {
			continue
		}
		if f := pick(c.Fields, func(f link.Field) bool { return f.Name == name }); f != nil {
			return f
		}
	}
	return nil
}

// order makes lists equal whose order means nothing.
func (s setting) order() []cmp.Option {
	if s.field != "property_mappings" {
		return nil
	}
	return []cmp.Option{cmp.Transformer("sorted", sorted)}
}

func settings() map[string]setting {
	all := applicationSettings()
	for _, more := range []map[string]setting{providerSettings(), credentialSettings(), slotSettings(),
		collectionSettings()} {
		for name, s := range more {
			all[name] = s
		}
	}
	return all
}

// texts is a setting of a text, empty where it may be.
func texts(change link.Kind, field, first, second string, clearable bool, at func(*link.Spec) **string) setting {
	to := func(v string) func(*link.Spec) { return func(s *link.Spec) { *at(s) = &v } }
	one := setting{change: string(change), field: field, first: to(first), second: to(second), printsFirst: first,
		printsSecond: second}
	if clearable {
		one.clear, one.printsCleared = to(""), ""
	}
	return one
}

// bools is a setting that is on and off.
func bools(change link.Kind, field string, first bool, at func(*link.Spec) **bool) setting {
	to := func(v bool) func(*link.Spec) { return func(s *link.Spec) { *at(s) = &v } }
	return setting{change: string(change), field: field, first: to(first), second: to(!first), printsFirst: first,
		printsSecond: !first}
}

func applicationSettings() map[string]setting {
	const kind = link.KindApplication
	return map[string]setting{
		"application name": texts(kind, "name", "Shop", "Store", false,
			func(s *link.Spec) **string { return &s.Application.Name }),
		"group": texts(kind, "group", "Tools", "Apps", true,
			func(s *link.Spec) **string { return &s.Application.Group }),
		"policy engine mode": texts(kind, "policy_engine_mode", "all", "any", false,
			func(s *link.Spec) **string { return &s.Application.PolicyEngineMode }),
		"launch URL": texts(kind, "meta_launch_url", "https://shop.company/", "https://store.company/", true,
			func(s *link.Spec) **string { return &s.Application.LaunchURL }),
		"icon": texts(kind, "meta_icon", "fa://fa-store", "https://shop.company/icon.svg", true,
			func(s *link.Spec) **string { return &s.Application.Icon }),
		"publisher": texts(kind, "meta_publisher", "The shop team", "The store team", true,
			func(s *link.Spec) **string { return &s.Application.Publisher }),
		"description": texts(kind, "meta_description", "Where we\nsell.", "Where we buy.", true,
			func(s *link.Spec) **string { return &s.Application.Description }),
		"open in new tab": bools(kind, "open_in_new_tab", true,
			func(s *link.Spec) **bool { return &s.Application.OpenInNewTab }),
		"hide": bools(kind, "meta_hide", true, func(s *link.Spec) **bool { return &s.Application.Hide }),
	}
}

func providerSettings() map[string]setting {
	const kind = link.KindProvider
	all := map[string]setting{
		"provider name": texts(kind, "name", "Shop sign-in", "Store sign-in", false,
			func(s *link.Spec) **string { return &s.Provider.Name }),
		"authorization flow": texts(kind, "authorization_flow", explicitFlow, link.DefaultAuthorizationFlow, false,
			func(s *link.Spec) **string { return &s.Provider.AuthorizationFlow }),
		"invalidation flow": texts(kind, "invalidation_flow", "default-invalidation-flow",
			link.DefaultInvalidationFlow, false, func(s *link.Spec) **string { return &s.Provider.InvalidationFlow }),
		"authentication flow": texts(kind, "authentication_flow", "passkeys", "default-authentication-flow", true,
			func(s *link.Spec) **string { return &s.Provider.AuthenticationFlow }),
		"signing key": texts(kind, "signing_key", "an ec key", selfSigned, false,
			func(s *link.Spec) **string { return &s.Provider.SigningKey }),
		"access code validity": texts(kind, "access_code_validity", "minutes=2", "minutes=3", false,
			func(s *link.Spec) **string { return &s.Provider.AccessCodeValidity }),
		"access token validity": texts(kind, "access_token_validity", "hours=2", "hours=3;minutes=5", false,
			func(s *link.Spec) **string { return &s.Provider.AccessTokenValidity }),
		"refresh token validity": texts(kind, "refresh_token_validity", "days=2", "weeks=3", false,
			func(s *link.Spec) **string { return &s.Provider.RefreshTokenValidity }),
		"refresh token threshold": texts(kind, "refresh_token_threshold", "hours=1", "hours=2", false,
			func(s *link.Spec) **string { return &s.Provider.RefreshTokenThreshold }),
		"subject mode": texts(kind, "sub_mode", "user_uuid", "hashed_user_id", false,
			func(s *link.Spec) **string { return &s.Provider.SubjectMode }),
		"issuer mode": texts(kind, "issuer_mode", "global", "per_provider", false,
			func(s *link.Spec) **string { return &s.Provider.IssuerMode }),
		"redirect URIs": {
			change: string(kind), field: "redirect_uris",
			first: func(s *link.Spec) {
				s.Provider.RedirectURIs = strict(pocketbaseURL+link.RedirectPath, "myapp://redirect")
			},
			second: func(s *link.Spec) {
				s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://.*/api/oauth2-redirect", Mode: "regex"}}
			},
			printsFirst:  []string{pocketbaseURL + "/api/oauth2-redirect", "myapp://redirect"},
			printsSecond: []string{"https://.*/api/oauth2-redirect (regex)"},
		},
	}
	base := []string{managedOpenID, managedProfile, "authpocket: trust every e-mail address"}
	all["scope mappings"] = setting{
		change: string(kind), field: "property_mappings",
		first:  func(s *link.Spec) { s.Provider.ScopeMappings = []string{"groups", "picture"} },
		second: func(s *link.Spec) { s.Provider.ScopeMappings = []string{"roles", "picture"} },
		clear:  func(s *link.Spec) { s.Provider.ScopeMappings = []string{} },

		printsFirst: append(slices.Clone(base), "groups", "picture"), printsSecond: append(slices.Clone(base), "roles",
			"picture"), printsCleared: base,
	}
	return all
}

func strict(urls ...string) []link.RedirectURI {
	var list []link.RedirectURI
	for _, u := range urls {
		list = append(list, link.RedirectURI{URL: u, Mode: "strict"})
	}
	return list
}

func credentialSettings() map[string]setting {
	id := texts(link.KindProvider, "client_id", "shop", "store", false,
		func(s *link.Spec) **string { return &s.Provider.ClientID })
	id.also = []string{"auth collection: oidc.clientId", "auth collection: oidc.clientSecret"}
	text := func(v string) func(*link.Spec) {
		return func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New(v)) }
	}
	return map[string]setting{
		"client ID": id,
		"client secret": {
			change: "provider", field: "client_secret", first: text("first secret"), second: text("second secret"),
			printsFirst: link.MaskedSet, printsSecond: link.MaskedNew,
			also: []string{"auth collection: oidc.clientSecret"},
		},
	}
}

func slotSettings() map[string]setting {
	const kind = link.KindOAuth2
	follow := func(s setting, to string) setting { s.follows = to; return s }
	return map[string]setting{
		"display name": texts(kind, "oidc.displayName", "Company login", "Sign in", false,
			func(s *link.Spec) **string { return &s.PocketBase.DisplayName }),
		"PKCE": bools(kind, "oidc.pkce", false, func(s *link.Spec) **bool { return &s.PocketBase.PKCE }),
		"auth URL": follow(texts(kind, "oidc.authURL", "https://login.company/a/", "https://login.company/b/",
			false, func(s *link.Spec) **string { return &s.PocketBase.AuthURL }), authentikURL+
			"/application/o/authorize/"),
		"token URL": follow(texts(kind, "oidc.tokenURL", "http://authentik:9000/t/", "http://authentik:9001/t/",
			false, func(s *link.Spec) **string { return &s.PocketBase.TokenURL }), authentikURL+
			"/application/o/token/"),
		"user info URL": follow(texts(kind, "oidc.userInfoURL", "http://authentik:9000/u/", "http://authentik:9001/u/",
			false, func(s *link.Spec) **string { return &s.PocketBase.UserInfoURL }), authentikURL+
			"/application/o/userinfo/"),
		"source of user info": {
			change: string(kind), field: "oidc.extra.jwksURL",
			first:        func(s *link.Spec) { s.PocketBase.UserInfo = new("id_token") },
			second:       func(s *link.Spec) { s.PocketBase.UserInfo = new("userinfo") },
			printsFirst:  authentikURL + "/application/o/pocketbase/jwks/",
			printsSecond: "", also: []string{"auth collection: oidc.userInfoURL",
				"auth collection: oidc.extra.issuers"},
		},
		"JWKS URL": {
			change: string(kind), field: "oidc.extra.jwksURL",
			first:        idToken(func(b *link.PocketBase) { b.JWKSURL = new("https://a.company/jwks/") }),
			printsFirst:  "https://a.company/jwks/",
			second:       idToken(func(b *link.PocketBase) { b.JWKSURL = new("https://b.company/jwks/") }),
			printsSecond: "https://b.company/jwks/",
			clear:        idToken(func(b *link.PocketBase) { b.JWKSURL = new("") }), printsCleared: "",
		},
		"issuers": {
			change: string(kind), field: "oidc.extra.issuers",
			first:       idToken(func(b *link.PocketBase) { b.Issuers = []string{"https://a.company/"} }),
			printsFirst: []string{"https://a.company/"},
			second: idToken(func(b *link.PocketBase) {
				b.Issuers = []string{"https://a.company/",
					"https://b.company/"}
			}), printsSecond: []string{"https://a.company/", "https://b.company/"},
			clear: idToken(func(b *link.PocketBase) { b.Issuers = []string{} }), printsCleared: []string{},
		},
	}
}

func idToken(edit func(*link.PocketBase)) func(*link.Spec) {
	return func(s *link.Spec) {
		s.PocketBase.UserInfo = new("id_token")
		edit(&s.PocketBase)
	}
}

func collectionSettings() map[string]setting {
	const kind = link.KindOAuth2
	rules := func(field, first string, at func(*link.Spec) **string) setting {
		s := texts(link.KindRules, field, first, "", false, at)
		s.printsSecond = "everyone"
		return s
	}
	return map[string]setting{
		"enabled": bools(kind, "enabled", true, func(s *link.Spec) **bool { return &s.PocketBase.Enabled }),
		"mapped name": texts(kind, "mappedFields.name", "nick", "name", true,
			func(s *link.Spec) **string { return &s.PocketBase.MapName }),
		"mapped username": texts(kind, "mappedFields.username", "nick", "name", true,
			func(s *link.Spec) **string { return &s.PocketBase.MapUsername }),
		"mapped avatar": texts(kind, "mappedFields.avatarURL", "nick", "avatar", true,
			func(s *link.Spec) **string { return &s.PocketBase.MapAvatar }),
		"mapped ID": texts(kind, "mappedFields.id", "nick", "name", true,
			func(s *link.Spec) **string { return &s.PocketBase.MapID }),
		"create rule": rules("createRule", `@request.context = "oauth2"`,
			func(s *link.Spec) **string { return &s.PocketBase.CreateRule }),
		"auth rule": rules("authRule", "verified = true",
			func(s *link.Spec) **string { return &s.PocketBase.AuthRule }),
	}
}
