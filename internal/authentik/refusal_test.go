package authentik_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
)

func TestRefusedWritesNameTheirField(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	plan := l.setUp(c, spec())
	snap := l.observe(c, spec())
	provider := snap.Providers[0]
	pair := func(change func(*link.PairState)) link.Change {
		p := *changeOf(t, plan, link.KindPair).After.(*link.PairState)
		p.Application.Slug, p.Provider.Name, p.Provider.ClientID = "second", "Second", "second"
		change(&p)
		return link.Change{Kind: link.KindPair, After: &p}
	}
	update := func(field string, change func(*link.ProviderState)) link.Change {
		after := provider
		change(&after)
		return link.Change{Kind: link.KindProvider, Before: &provider, After: &after, Fields: fieldsNamed(field)}
	}
	application := func(field string, change func(*link.ApplicationState)) link.Change {
		after := *snap.Application
		change(&after)
		return link.Change{Kind: link.KindApplication, Before: snap.Application, After: &after,
			Fields: fieldsNamed(field)}
	}
	nowhere := link.Ref{ID: "00000000-0000-0000-0000-000000000000"}
	for name, test := range map[string]struct {
		change link.Change
		field  string
	}{
		"slug taken":    {pair(func(p *link.PairState) { p.Application.Slug = "pocketbase" }), "application.slug"},
		"slug reserved": {pair(func(p *link.PairState) { p.Application.Slug = "token" }), "application.slug"},
		"name taken":    {pair(func(p *link.PairState) { p.Provider.Name = provider.Name }), "provider.name"},
		"client id taken": {pair(func(p *link.PairState) { p.Provider.ClientID = provider.ClientID }),
			"provider.client_id"},
		"no such flow": {pair(func(p *link.PairState) { p.Provider.AuthorizationFlow = nowhere }),
			"provider.authorization_flow"},
		"no such key": {pair(func(p *link.PairState) { p.Provider.SigningKey = nowhere }), "provider.signing_key"},
		"no such group": {pair(func(p *link.PairState) {
			p.Bindings = []link.BindingState{{Kind: "group", Target: nowhere, Enabled: true}}
		}), "access.groups"},
		"validity": {update("access_token_validity",
			func(p *link.ProviderState) { p.AccessTokenValidity = "5m" }), "provider.access_token_validity"},
		"no such mapping": {update("property_mappings",
			func(p *link.ProviderState) { p.Mappings = []link.Ref{nowhere} }), "provider.scope_mappings"},
		"launch URL": {application("meta_launch_url",
			func(a *link.ApplicationState) { a.LaunchURL = "not a url" }), "application.launch_url"},
		"flow unknown by now": {update("authorization_flow",
			func(p *link.ProviderState) { p.AuthorizationFlow = link.Ref{Name: "gone"} }),
			"provider.authorization_flow"},
		"mapping's name": {link.Change{Kind: link.KindMapping, After: &link.Mapping{Ref: snap.Mappings[0].Ref,
			Scope: "email", Expression: "return {}"}}, "email"},
		"mapping's syntax": {link.Change{Kind: link.KindMapping, After: &link.Mapping{Ref: link.Ref{Name: "broken"},
			Scope: "email", Expression: "return {"}}, "email"},
	} {
		t.Run(name, func(t *testing.T) {
			f := faultOf(t, c.Apply(t.Context(), test.change))
			if f.Field != test.field || f.Kind != report.FaultRefused && f.Kind != report.FaultStale ||
				strings.Contains(f.Summary.String(), `{"`) || strings.Contains(f.Summary.String(), `["`) {
				t.Errorf("at %q: %s: %s %s", f.Field, f.Kind, f.Summary, f.Todo)
			}
		})
	}
	if diff := l.observe(c, spec()); len(diff.Providers) != 1 {
		t.Errorf("something was written: %+v", diff.Providers)
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	l.setUp(c, spec())
	was := l.observe(c, spec()).Providers[0]
	want := was
	want.ClientSecret = secret.New("hush<hush>&hush")
	for _, said := range []string{
		`"hush<hush>&hush" is too short.`, "hush\\u003chush\\u003e\\u0026hush", "hush&lt;hush&gt;&amp;hush",
		"hush%3Chush%3E%26hush",
		strings.Repeat("long ", 58) + "hush<hush>&hush", // where long words are cut
	} {
		l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPatch {
				return false
			}
			body, _ := json.Marshal(map[string][]string{"client_secret": {said}})
			answerJSON(w, 400, string(body))
			return true
		})
		err := c.Apply(t.Context(), link.Change{Kind: link.KindProvider, Before: &was, After: &want,
			Fields: fieldsNamed("client_secret")})
		f := faultOf(t, err)
		if f.Field != "provider.client_secret" || strings.Contains(say.Of("%s%s%s", err.Error(), f.Summary,
			f.Todo).String(), "hush") {
			t.Errorf("got %v", err)
		}
	}
}

func TestRefusalsForWantOfAPermissionNameIt(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	admin := l.connect()
	changes := writesOf(t, l, admin)
	snap := l.observe(admin, spec())
	changes["delete"] = link.Change{Kind: link.KindProvider, Before: &snap.Providers[0]}
	c := l.connectAs(l.token("authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider",
		"authentik_providers_oauth2.view_scopemapping", "authentik_crypto.view_certificatekeypair",
		"authentik_policies.view_policybinding", "authentik_core.view_group"))
	for kind, perm := range map[string]report.Permission{
		"mapping":              "authentik_providers_oauth2.add_scopemapping",
		"key":                  "authentik_crypto.add_certificatekeypair",
		"pair":                 "authentik_providers_oauth2.add_oauth2provider",
		"provider":             "authentik_providers_oauth2.add_oauth2provider",
		"provider's fields":    "authentik_providers_oauth2.change_oauth2provider",
		"application's fields": "authentik_core.change_application",
		"binding":              "authentik_policies.add_policybinding",
		"delete":               "authentik_providers_oauth2.delete_oauth2provider",
	} {
		ch := changes[kind]
		ch.System = report.Authentik
		f := faultOf(t, c.Apply(t.Context(), ch))
		if f.Kind != report.FaultPermission || !strings.Contains(f.Todo.String(), string(perm)) {
			t.Errorf("%s: %s: %s %s", kind, f.Kind, f.Summary, f.Todo)
		}
		if lacking := rest.MissingFor(&ch, []report.Permission{perm,
			"authentik_flows.view_flow"}); !slices.Equal(lacking,
			[]report.Permission{perm}) {
			t.Errorf("%s: MissingFor says %v, not %s", kind, lacking, perm)
		}
	}
}

func TestATokenRefusedInTheMiddleIsATokenFault(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	ch := writesOf(t, l, c)["mapping"]
	l.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		answerJSON(w, 403, `{"detail":"Token invalid/expired"}`)
		return true
	})
	if f := faultOf(t, c.Apply(t.Context(), ch)); f.Kind != report.FaultToken || f.Field != "authentik.token" {
		t.Errorf("got %+v", f)
	}
	_, err := c.Observe(t.Context(), new(spec()).Query())
	if f := faultOf(t, err); f.Kind != report.FaultToken {
		t.Errorf("got %+v", f)
	}
}

func TestAnAddOnlyTokenIsToldThatItCannotReadBack(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	admin := l.connect()
	changes := writesOf(t, l, admin)
	c := l.connectAs(l.token("authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider",
		"authentik_policies.add_policybinding", "authentik_core.view_group"))
	pair := changes["pair"].After.(*link.PairState)
	byID := *pair
	byID.Provider = l.observe(admin, spec()).Providers[0]
	byID.Provider.Name, byID.Provider.ClientID = "Third", "third"
	f := faultOf(t, c.Apply(t.Context(), link.Change{Kind: link.KindPair, After: &byID}))
	if f.Kind != report.FaultUnknown || !strings.Contains(f.Todo.String(), "authentik_core.view_application") {
		t.Errorf("got %+v", f)
	}
	if len(l.sim.Snapshot().Applications) != 2 {
		t.Error("the pair was not made")
	}
}

func TestAllPermissionsAreEnoughWithoutBeingSuperuser(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	l.sim.AddGroup("pb-users")
	var all []string
	for _, p := range rest.Permissions() {
		if p.Why.Empty() || slices.Contains(all, string(p.Codename)) {
			t.Errorf("%+v", p)
		}
		all = append(all, string(p.Codename))
	}
	c := l.connectAs(l.token(all...))
	s := spec()
	s.Access = &link.Access{Groups: []string{"pb-users"}}
	if snap := l.observe(c, s); len(snap.Missing) > 0 {
		t.Errorf("missing %v", snap.Missing)
	}
	plan := l.setUp(c, s)
	for _, check := range c.Check(t.Context(), plan.Desired, 0) {
		if check.Status == report.Fail {
			t.Errorf("%+v", check)
		}
	}
	if again := l.plan(c, s, linked(pocketBase(), plan)); !again.Empty() {
		t.Errorf("the second plan wants %+v", again.Changes)
	}
}
