package plans_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// randomWorld is fresh, or linked and then changed by somebody, or full of
// anything at all.
func randomWorld(t *rapid.T) *world {
	w := newWorld()
	w.features = link.Features{GrantTypes: rapid.Bool().Draw(t, "grant types"),
		MetaHide: rapid.Bool().Draw(t, "meta_hide"), RedirectURI: rapid.Bool().Draw(t, "redirect_uri_type")}
	switch rapid.IntRange(0, 3).Draw(t, "kind of world") {
	case 0:
		randomKeys(t, w)
	case 1, 2:
		w.link(t)
		if rapid.Bool().Draw(t, "beside another") {
			w.link(t)
		}
		drift(t, w)
	default:
		randomKeys(t, w)
		clutter(t, w)
		drift(t, w)
	}
	w.takeName(t, "Provider for PocketBase")
	return w
}

// takeName gives the name to a provider of another kind, if nobody has it.
func (w *world) takeName(t *rapid.T, name string) {
	has := func(p link.ProviderState) bool { return p.Name == name }
	if pick(w.providers, has) == nil && rapid.IntRange(0, 9).Draw(t, "a name is taken") == 0 {
		w.others[name] = "SAML Provider"
	}
}

// link applies a random spec that can be applied, if the one drawn can.
func (w *world) link(t *rapid.T) {
	s := randomSpec(t)
	plan, problems := w.plan(s, generated(100+w.made))
	if len(problems) > 0 {
		return
	}
	for _, c := range plan.Changes {
		if err := w.apply(c); err != nil {
			t.Fatalf("applying %s: %v\n%s", c.ID(), err, show(plan))
		}
	}
}

func randomKeys(t *rapid.T, w *world) {
	w.keys = some(t, "key", w.keys...)
}

// clutter adds applications, providers, bindings and slots that fit together
// or do not.
func clutter(t *rapid.T, w *world) {
	for i := range rapid.IntRange(0, 3).Draw(t, "providers") {
		w.providers = append(w.providers, randomProviderState(t, i, w.features))
	}
	for i, slug := range some(t, "application", "pocketbase", "shop", "other") {
		app := link.ApplicationState{
			PK: fmt.Sprintf("app-%d", i), Slug: slug, Name: pickOf(t, "name", "PocketBase", "Shop"),
			PolicyEngineMode: pickOf(t, "mode", "any", "all"), Group: pickOf(t, "group", "", "Old"),
		}
		if i < len(w.providers) && rapid.IntRange(0, 3).Draw(t, "attached") > 0 {
			app.Provider = w.providers[i].PK
		}
		w.apps = append(w.apps, app)
		w.bindings = append(w.bindings, randomBindings(t, app)...)
	}
	for _, name := range []string{"users", "members"} {
		o := &w.collection(name).OAuth2
		o.Enabled = rapid.Bool().Draw(t, "enabled")
		for _, slot := range some(t, "slot", link.Slots()...) {
			o.Providers = append(o.Providers, randomElement(t, w, slot))
		}
	}
}

func randomProviderState(t *rapid.T, i int, f link.Features) link.ProviderState {
	p := newServerProvider()
	p.PK, p.Name = i+1, []string{"Provider for PocketBase", "Provider for Shop", "Odd"}[i]
	p.ClientID = []string{"c1", "c2", "c3"}[i]
	p.ClientSecret = secret.New("secret of " + p.ClientID)
	p.ClientType = pickOf(t, "client type", "confidential", "public")
	p.AuthorizationFlow = link.Ref{ID: "flow-" + pickOf(t, "flow", link.DefaultAuthorizationFlow, explicitFlow,
		"hidden")}
	p.InvalidationFlow = link.Ref{ID: "flow-" + link.DefaultInvalidationFlow}
	p.SigningKey.ID = pickOf(t, "signing key", "", "key-"+selfSigned, "key-an ec key", "key-an ed25519 key", "key-gone")
	p.GrantTypes = some(t, "grant", "authorization_code", "implicit", "refresh_token")
	p.RedirectURIs = some(t, "redirect",
		link.RedirectURI{URL: pocketbaseURL + link.RedirectPath, Mode: "strict"},
		link.RedirectURI{URL: "https://elsewhere.company/x", Mode: "strict", Type: "authorization"},
		link.RedirectURI{URL: "https://.*", Mode: "regex", Type: "authorization"},
		link.RedirectURI{URL: "https://elsewhere.company/out", Mode: "strict", Type: "logout"})
	if !f.RedirectURI {
		p.RedirectURIs = slices.DeleteFunc(p.RedirectURIs, link.RedirectURI.Logout)
	}
	for _, name := range some(t, "mapping", managedOpenID, managedEmail, managedProfile, managedOffline, "groups",
		"picture", "company mail", "hidden") {
		p.Mappings = append(p.Mappings, link.Ref{ID: "mapping-" + name})
	}
	return p
}

func randomBindings(t *rapid.T, app link.ApplicationState) []link.BindingState {
	list := some(t, "binding",
		link.BindingState{Kind: "group", Target: link.Ref{ID: "group-staff", Name: "staff"}, Enabled: true},
		link.BindingState{Kind: "user", Target: link.Ref{ID: "5", Name: "ada"}, Enabled: true, Negate: true},
		link.BindingState{Kind: "policy", Target: link.Ref{ID: "policy-hours", Name: "office hours"}})
	for i := range list {
		list[i].PK, list[i].Order = fmt.Sprintf("%s-binding-%d", app.PK, i), i
		list[i].Application = link.Ref{ID: app.PK, Name: app.Slug}
	}
	return list
}

func randomElement(t *rapid.T, w *world, slot string) link.OAuth2Provider {
	p := foreign(slot, pickOf(t, "client of "+slot, "c1", "c2", "c3", "gone"), "https://elsewhere.company/")
	if rapid.Bool().Draw(t, slot+" leads here") {
		p.AuthURL = authentikURL + "/application/o/authorize/"
	}
	if own := pick(w.providers, func(x link.ProviderState) bool { return x.ClientID == p.ClientID }); own != nil {
		p.ClientSecret = own.ClientSecret
	}
	if rapid.Bool().Draw(t, slot+" reads the ID token") {
		p.UserInfoURL, p.JWKSURL = "", pickOf(t, "JWKS", "", "https://elsewhere.company/jwks/")
	}
	p.PKCE = pickOf(t, "PKCE of "+slot, nil, new(true), new(false))
	return p
}

// drift changes single fields of what is there, as an admin would by hand.
func drift(t *rapid.T, w *world) {
	for i := range w.apps {
		a := &w.apps[i]
		a.Group = pickOf(t, "drifted group", a.Group, "Drifted")
		a.PolicyEngineMode = pickOf(t, "drifted mode", a.PolicyEngineMode, "all")
		if rapid.IntRange(0, 7).Draw(t, "loses its provider") == 0 {
			a.Provider = 0
		}
		if rapid.IntRange(0, 7).Draw(t, "is removed") == 0 {
			a.Slug, a.Provider = "removed-"+a.Slug, 0
		}
	}
	for i := range w.providers {
		p := &w.providers[i]
		p.SubjectMode = pickOf(t, "drifted subject", p.SubjectMode, "user_email")
		p.AccessTokenValidity = pickOf(t, "drifted validity", p.AccessTokenValidity, "hours=9")
		p.Mappings = some(t, "kept mapping", p.Mappings...)
	}
	for i := range w.mappings {
		if w.mappings[i].Managed == "" {
			w.mappings[i].Expression = pickOf(t, "drifted expression", w.mappings[i].Expression,
				"return {'drifted': True}")
		}
	}
	for i := range w.collections {
		o := &w.collections[i].OAuth2
		o.Enabled = pickOf(t, "drifted enabled", o.Enabled, false)
		o.Mapped.Name = pickOf(t, "drifted map", o.Mapped.Name, "nick", "age", "not there")
		for j := range o.Providers {
			p := &o.Providers[j]
			p.DisplayName = pickOf(t, "drifted display name", p.DisplayName, "Drifted")
			p.TokenURL = pickOf(t, "drifted token URL", p.TokenURL, "https://drifted.company/",
				"http://authentik:9000/application/o/token/")
			p.Raw = json.RawMessage(fmt.Sprintf(`{"name":%q, "displayName":%q}`, p.Slot, p.DisplayName))
		}
		if rapid.IntRange(0, 5).Draw(t, "elements are turned round") == 0 {
			slices.Reverse(o.Providers)
		}
	}
}
