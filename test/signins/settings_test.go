package signins

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/test/draw"
)

// goodRuns returns how many times a good link is verified.
func goodRuns() int {
	if draw.All() {
		return 50
	}
	return 10
}

// fewBreakages is how many settings are changed, unless all are.
const fewBreakages = 20

// TestAGoodLinkIsNeverRed verifies a link with every setting: a binding, all fields
// of the application, ID tokens or user info.
func TestAGoodLinkIsNeverRed(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("good", everything)
	for run := range goodRuns() {
		for _, c := range l.e.Verify(t.Context(), l.d, l.person) {
			if c.Status != report.Pass {
				t.Errorf("run %d: %s %s: %s", run, c.Status, c.ID, c.Evidence)
			}
		}
	}
	var reported []report.Check
	slow := l.e.VerifySlow(t.Context(), &l.d, func(c report.Check) { reported = append(reported, c) })
	if len(slow) != 1 || slow[0].Status != report.Pass || len(reported) != 1 {
		t.Errorf("%+v, reported %+v", slow, reported)
	}
}

func TestAGoodLinkWithIDTokensIsGreen(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	l := lab.link("tokens", func(s *link.Spec) { idTokens(lab.a, s) })
	for _, c := range l.e.Verify(t.Context(), l.d, l.person) {
		if c.Status != report.Pass {
			t.Errorf("%s %s: %s", c.Status, c.ID, c.Evidence)
		}
	}
	if v := l.signIn(newBrowser(""), nil); !v.Works {
		t.Errorf("%+v", v)
	}
}

func everything(s *link.Spec) {
	group, launch, icon, publisher, description, mode, open := "Apps", "https://pocketbase.company/",
		"fa://fa-database", "We", "The app", "any", true
	s.Application.Group, s.Application.LaunchURL, s.Application.Icon = &group, &launch, &icon
	s.Application.Publisher, s.Application.Description, s.Application.PolicyEngineMode,
		s.Application.OpenInNewTab = &publisher, &description, &mode, &open
	s.Access = &link.Access{Users: []string{"ada"}}
}

// breakage changes one setting of a good link.
type breakage struct {
	name  string
	do    func(*linked)
	check string // the check that must fail
	slow  bool   // only the probe through PocketBase shows it
}

// TestNoSettingBreaksUnseen changes settings of a good link in turn, in both
// systems: in a full run, each. A check must fail each time, and none after the setting is restored.
func TestNoSettingBreaksUnseen(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("whole", everything)
	good := l.remember()
	all := slices.Concat(l.breakagesInAuthentik(), breakagesInPocketBase())
	chosen := draw.Some(t, all, fewBreakages, func(b breakage) string { return b.check })
	draw.Report(t, "settings that break a link: %d of %d", len(chosen), len(all))
	for _, one := range chosen {
		one.do(l)
		checks := l.e.Verify(t.Context(), l.d, l.person)
		if one.slow {
			checks = l.e.VerifySlow(t.Context(), &l.d, nil)
		}
		failed := func(c report.Check) bool {
			return c.Status == report.Fail && strings.TrimRight(string(c.ID), ".0123456789") == one.check
		}
		if !slices.ContainsFunc(checks, failed) {
			t.Errorf("%s: %s does not fail:\n%s", one.name, one.check, failures(checks))
		}
		good.restore(l)
		if checks := l.e.Verify(t.Context(), l.d, l.person); checks.Failed() {
			t.Fatalf("%s: put back, and yet:\n%s", one.name, failures(checks))
		}
	}
}

// whole is the complete state of a link.
type whole struct {
	provider, application, mapping, binding map[string]any
	collection                              core.Collection
}

func (l *linked) remember() whole {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	return whole{
		provider:    l.a.call("GET", l.providerPath(), nil),
		application: l.a.call("GET", "/core/applications/"+l.d.Application.Slug+"/", nil),
		mapping:     l.a.call("GET", l.mappingPath(), nil),
		binding:     l.a.call("GET", l.bindingPath(), nil),
		collection:  *c,
	}
}

func (l *linked) providerPath() string {
	return fmt.Sprintf("/providers/oauth2/%d/", l.d.Provider.PK)
}

func (l *linked) mappingPath() string {
	return "/propertymappings/provider/scope/" + l.d.Mappings[0].ID + "/"
}

func (l *linked) bindingPath() string { return "/policies/bindings/" + l.d.Bindings[0].PK + "/" }

// restore writes everything back.
func (w whole) restore(l *linked) {
	l.t.Helper()
	writable := func(o map[string]any, keys ...string) map[string]any {
		body := maps.Clone(o)
		maps.DeleteFunc(body, func(key string, _ any) bool { return !slices.Contains(keys, key) })
		return body
	}
	l.a.call("PATCH", l.providerPath(), writable(w.provider, providerKeys...))
	slug := l.d.Application.Slug
	list := l.a.call("GET", "/core/applications/?superuser_full_list=true", nil)["results"].([]any)
	for _, one := range list {
		if o := one.(map[string]any); o["pk"] == w.application["pk"] {
			slug = o["slug"].(string)
		}
	}
	l.a.call("PATCH", "/core/applications/"+slug+"/", writable(w.application, applicationKeys...))
	l.a.call("PATCH", l.mappingPath(), writable(w.mapping, "name", "scope_name", "expression"))
	l.a.call("PATCH", l.bindingPath(), writable(w.binding, "enabled", "negate", "user", "group", "policy", "order",
		"target", "timeout"))
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	c.OAuth2, c.MFA, c.CreateRule, c.AuthRule = w.collection.OAuth2, w.collection.MFA, w.collection.CreateRule,
		w.collection.AuthRule
	c.OAuth2.Providers = slices.Clone(w.collection.OAuth2.Providers)
	c.Fields.RemoveByName("phone")
	if err := l.pb.App().Save(c); err != nil {
		l.t.Fatal(err)
	}
}

var (
	providerKeys = []string{
		"name", "authorization_flow", "invalidation_flow", "authentication_flow", "client_type", "client_id",
		"client_secret",
		"redirect_uris", "signing_key", "access_code_validity", "access_token_validity", "refresh_token_validity",
		"refresh_token_threshold", "sub_mode", "issuer_mode", "include_claims_in_id_token", "grant_types",
		"property_mappings", "encryption_key",
	}
	applicationKeys = []string{
		"name", "slug", "group", "provider", "policy_engine_mode", "meta_launch_url", "meta_icon", "meta_publisher",
		"meta_description", "open_in_new_tab", "meta_hide",
	}
)

func (l *linked) breakagesInAuthentik() []breakage {
	first := func(path string) any {
		return l.a.call("GET", path, nil)["results"].([]any)[0].(map[string]any)["pk"]
	}
	explicit := first("/flows/instances/?slug=default-provider-authorization-explicit-consent")
	logout := first("/flows/instances/?slug=default-invalidation-flow")
	login := first("/flows/instances/?slug=default-authentication-flow")
	provider := map[string]any{
		"name": "Renamed", "authorization_flow": explicit, "invalidation_flow": logout, "authentication_flow": login,
		"client_type": "public", "client_id": "changed", "client_secret": "changed",
		"redirect_uris": strict("https://elsewhere.example/api/oauth2-redirect"),
		"signing_key":   l.key("ecdsa"), "access_code_validity": "minutes=7", "access_token_validity": "minutes=7",
		"refresh_token_validity": "days=7", "refresh_token_threshold": "hours=7", "sub_mode": "user_email",
		"issuer_mode":                "global",
		"include_claims_in_id_token": false, "grant_types": []any{"refresh_token"},
		"property_mappings": l.managedMappings(), "encryption_key": l.key("rsa"),
	}
	application := map[string]any{
		"name": "Renamed", "slug": "moved", "group": "Other", "provider": nil, "policy_engine_mode": "all",
		"meta_launch_url": "https://elsewhere.example/", "meta_icon": "fa://fa-bug", "meta_publisher": "They",
		"meta_description": "Another", "open_in_new_tab": false, "meta_hide": true,
	}
	var list []breakage
	add := func(what, path string, settings map[string]any, found map[string]string, rest string) {
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			check := cmp.Or(found[key], rest)
			list = append(list, breakage{name: what + " " + key, check: check,
				do: func(l *linked) { l.a.call("PATCH", path, map[string]any{key: settings[key]}) }})
		}
	}
	add("provider", l.providerPath(), provider, map[string]string{
		"client_type": "authentik.client", "client_id": "authentik.client", "client_secret": "authentik.client",
		"redirect_uris": "authentik.redirect",
		"signing_key":   "authentik.jwks", "issuer_mode": "authentik.issuer", "grant_types": "authentik.grants",
		"property_mappings": "authentik.email",
	}, "authentik.settings")
	add("application", "/core/applications/"+l.d.Application.Slug+"/", application,
		map[string]string{"slug": "authentik.discovery", "provider": "authentik.discovery"}, "authentik.settings")
	add("mapping", l.mappingPath(), map[string]any{"scope_name": "profile", "name": "renamed",
		"expression": "return {\n    \"email\": request.user.email,\n    \"email_verified\": False,\n}"},
		map[string]string{"scope_name": "authentik.scopes", "expression": "authentik.email"}, "authentik.settings")
	add("binding", l.bindingPath(), map[string]any{
		"enabled": false, "negate": true, "user": l.a.sim.AddPerson("eve", "Eve", "eve@example.com", password, nil),
		"order": 7, "timeout": 7,
	}, map[string]string{"negate": "authentik.access", "user": "authentik.access"}, "authentik.bindings")
	if len(provider) != len(providerKeys) || len(application) != len(applicationKeys) {
		l.t.Error("a setting is left out")
	}
	for name, body := range map[string]map[string]any{
		"binding group":  {"user": nil, "group": l.a.sim.AddGroup("strangers")},
		"binding policy": {"user": nil, "policy": first("/policies/all/")},
	} {
		list = append(list, breakage{name: name, check: "authentik.bindings",
			do: func(l *linked) { l.a.call("PATCH", l.bindingPath(), body) }})
	}
	for _, scope := range []string{"openid", "profile", "email"} {
		list = append(list, breakage{name: "mapping of " + scope + " taken off", check: "authentik.scopes",
			do: func(l *linked) { l.takeOff(scope) }})
	}
	return append(list, breakage{name: "redirect URI added", check: "authentik.settings", do: func(l *linked) {
		l.a.call("PATCH", l.providerPath(), map[string]any{"redirect_uris": strict(link.RedirectURL(l.pb.URL()),
			"https://elsewhere.example/")})
	}})
}

// takeOff removes the provider's scope mapping for a scope.
func (l *linked) takeOff(scope string) {
	l.t.Helper()
	var left []any
	for _, pk := range l.a.call("GET", l.providerPath(), nil)["property_mappings"].([]any) {
		if l.a.call("GET", fmt.Sprintf("/propertymappings/provider/scope/%s/", pk), nil)["scope_name"] != scope {
			left = append(left, pk)
		}
	}
	l.a.call("PATCH", l.providerPath(), map[string]any{"property_mappings": left})
}

func breakagesInPocketBase() []breakage {
	no, narrow := false, "verified = true"
	at := func(name, check string, change func(c *core.Collection, own *core.OAuth2ProviderConfig)) breakage {
		return breakage{name: name, check: "pocketbase." + check, do: func(l *linked) { l.spoil(change) }}
	}
	secret := at("client secret", "probe", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
		own.ClientSecret = "changed"
	})
	secret.slow = true
	required := at("required field", "", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
		c.Fields.Add(&core.TextField{Name: "phone", Required: true})
	})
	required.check = "prediction"
	return []breakage{
		secret, required,
		at("enabled", "auth-methods", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.Enabled = false
		}),
		at("slot", "auth-methods", func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.Name = "oidc2" }),
		at("provider gone", "auth-methods", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.Providers = nil
		}),
		at("client id", "client-id", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.ClientId = "changed"
		}),
		at("auth URL", "auth-url", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.AuthURL = strings.TrimSuffix(own.AuthURL, "/")
		}),
		at("token URL", "settings", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.TokenURL = strings.TrimSuffix(own.TokenURL, "/")
		}),
		at("user info URL", "settings", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.UserInfoURL = strings.TrimSuffix(own.UserInfoURL, "/")
		}),
		at("user info from the ID token", "settings", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.UserInfoURL = ""
		}),
		at("display name", "display-name", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.DisplayName = "Other"
		}),
		at("pkce", "pkce", func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.PKCE = &no }),
		at("JWKS URL", "settings", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.Extra = map[string]any{"jwksURL": "https://elsewhere.example/"}
		}),
		at("issuers", "settings", func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
			own.Extra = map[string]any{"issuers": []string{"x"}}
		}),
		at("mapped id", "settings", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.MappedFields.Id = "name"
		}),
		at("mapped name", "settings", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.MappedFields.Name = ""
		}),
		at("mapped username", "settings", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.MappedFields.Username = "name"
		}),
		at("mapped avatar", "settings", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.OAuth2.MappedFields.AvatarURL = ""
		}),
		at("create rule closed", "collection", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.CreateRule = nil
		}),
		at("create rule narrowed", "collection", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.CreateRule = &narrow
		}),
		at("auth rule closed", "rules", func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.AuthRule = nil }),
		at("auth rule narrowed", "collection", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.AuthRule = &narrow
		}),
		at("mfa", "rules", func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
			c.MFA.Enabled,
				c.MFA.Duration = true, 600
		}),
	}
}

// PocketBase uses PKCE if the setting is missing. That is right if PKCE is wanted
// and wrong if it is turned off.
func TestPKCELeftOpenIsOn(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	for name, on := range map[string]bool{"challenge": true, "no challenge": false} {
		l := lab.link(identifier(name), func(s *link.Spec) { s.PocketBase.PKCE = &on })
		l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.PKCE = nil })
		checks := l.e.Verify(t.Context(), l.d, l.person)
		failed := slices.ContainsFunc(checks, func(c report.Check) bool {
			return c.ID == "pocketbase.pkce" &&
				c.Status == report.Fail
		})
		if checks.Failed() == on || failed == on {
			t.Errorf("%s:\n%s", name, failures(checks))
		}
	}
}

// If addresses stay unverified and the collection requires one, the check fails
// without a person: nobody new can sign in.
func TestNobodyNewCanSignInIsRed(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	rules := func(l *linked) report.Check {
		checks := l.e.Verify(t.Context(), l.d, 0)
		return checks[slices.IndexFunc(checks, func(c report.Check) bool { return c.ID == "pocketbase.rules" })]
	}
	leave := func(s *link.Spec) { s.Email = link.EmailLeave }
	l := lab.link("left_required", leave)
	if c := rules(l); c.Status != report.Fail || c.Cause != "email-unverified" ||
		!strings.Contains(c.Evidence.String(), "Nobody new can sign in") {
		t.Errorf("%+v", c)
	}
	optional := lab.link("left_optional", leave)
	optional.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
		c.Fields.GetByName("email").(*core.EmailField).Required = false
	})
	if c := rules(optional); c.Status != report.Pass {
		t.Errorf("%+v", c)
	}
	// a custom mapping marks addresses as verified
	trusting := lab.link("left_trusting", leave)
	own := l.a.call("POST", "/propertymappings/provider/scope/", map[string]any{
		"name": "verified " + trusting.name, "scope_name": "email",
		"expression": "return {\n    \"email\": request.user.email,\n    \"email_verified\": True,\n}",
	})["pk"]
	trusting.takeOff("email")
	list := l.a.call("GET", trusting.providerPath(), nil)["property_mappings"].([]any)
	trusting.patchProvider(map[string]any{"property_mappings": append(list, own)})
	checks := trusting.e.Verify(t.Context(), trusting.d, trusting.person)
	if c := checks[slices.IndexFunc(checks,
		func(c report.Check) bool { return c.ID == "pocketbase.rules" })]; c.Status != report.Warn {
		t.Errorf("%+v\n%s", c, failures(checks))
	}
}
