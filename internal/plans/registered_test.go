package plans_test

import (
	"slices"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
)

// lookalike is a provider as a client registers it for itself: with any name and redirect URI.
func lookalike(name, redirect string) link.ProviderState {
	p := aProvider(9, name, "c9", redirect)
	p.SigningKey = link.Ref{}
	return p
}

// TestALookalikeIsNeverTakenByItsLooks plays an authentik where a client registered itself so that it looks like the
// link.
func TestALookalikeIsNeverTakenByItsLooks(t *testing.T) {
	named := func(s *link.Spec) { s.Provider.Name = new("PocketBase") }
	sending, naming := lookalike("PocketBase", here), lookalike("PocketBase", elsewhere)
	ofHere := aProvider(7, "Shop login", "c7", here)
	says := []string{"looks as if a client had registered it for itself"}
	at := func(slug string) []link.ApplicationState {
		return []link.ApplicationState{anApplication(slug, "PocketBase", 9)}
	}
	for name, test := range map[string]adoption{
		"by its redirect URI": {providers: []link.ProviderState{sending}, apps: at("pocketbase-1"),
			field: "existing", says: says},
		"by its redirect URI, to be used": {providers: []link.ProviderState{sending}, apps: at("pocketbase-1"),
			edit: use, field: "existing", says: says},
		"by its redirect URI and slug": {providers: []link.ProviderState{sending}, apps: at("pocketbase"),
			field: "application.slug", says: append(says, "existing: use")},
		"by its slug, to be used": {providers: []link.ProviderState{naming}, apps: at("pocketbase"), edit: use,
			field: "application.slug", says: says},
		"by its slug, as what an earlier run made": {providers: []link.ProviderState{sending}, apps: at("pocketbase"),
			edit: makeNew, field: "application.slug", says: says},
		"by its name": {providers: []link.ProviderState{naming}, apps: at("pocketbase-1"), edit: both(use, named),
			field: "provider.name", says: []string{"The name “PocketBase” is taken"}},
		"the link beside it is taken": {providers: []link.ProviderState{sending, ofHere},
			apps: append(at("pocketbase-1"), anApplication("shop", "Shop", 7)), takes: 7, slug: "shop"},
		"its application is named": {providers: []link.ProviderState{sending}, apps: at("pocketbase-1"),
			edit: both(use, slug("pocketbase-1")), takes: 9, slug: "pocketbase-1"},
		"PocketBase has its client ID": {providers: []link.ProviderState{sending}, apps: at("pocketbase-1"),
			slots: []link.OAuth2Provider{ours("oidc", "c9")}, takes: 9, slug: "pocketbase-1"},
	} {
		test.registration = true
		t.Run(name, test.run)
	}
}

func TestAUsedLookalikeIsWarnedOf(t *testing.T) {
	w := newWorld()
	w.features.Registration = true
	w.providers = []link.ProviderState{lookalike("PocketBase", here)}
	w.apps = []link.ApplicationState{anApplication("pocketbase-1", "PocketBase", 9)}
	s := minimal()
	both(use, slug("pocketbase-1"))(&s)
	plan := mustPlan(t, w, s)
	if !slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == report.WarnRegistered }) {
		t.Errorf("the warnings are %v", plan.Warnings)
	}
}

func TestTheBaseURLIsProposed(t *testing.T) {
	linked := newWorld()
	linked.providers = []link.ProviderState{aProvider(7, "Shop login", "c7", here)}
	elements(linked, ours("oidc", "c7"))
	const public = "https://login.company"
	for name, test := range map[string]struct {
		base, read, has, want string
		world                 *world
	}{
		"none":                      {read: "https://authentik.company"},
		"the one that was read":     {base: public, read: public},
		"another":                   {base: public, read: "http://authentik:9000", want: public},
		"below a path":              {base: public, read: "http://ak:9000/sso", want: public + "/sso"},
		"the spec has one":          {base: public, read: "http://ak:9000", has: "https://sso.company"},
		"https never becomes http":  {base: "http://login.company", read: "https://authentik.company"},
		"no address":                {base: "login company", read: "http://ak:9000"},
		"no web address":            {base: "ftp://login.company", read: "http://ak:9000"},
		"the collection has a link": {base: public, read: "http://ak:9000", world: linked},
	} {
		w := newWorld()
		if test.world != nil {
			w = test.world
		}
		a, p := w.observe(new(minimal()).Query())
		a.BaseURL, a.URL = test.base, test.read
		s := minimal()
		s.AuthentikURL = test.has
		if got := resolve.PublicURL(&s, &a, &p); got != test.want {
			t.Errorf("%s: %q is proposed, not %q", name, got, test.want)
		}
	}
}

func TestABindingThatHasEndedDoesNotCount(t *testing.T) {
	w := linkedWorld(t, minimal())
	bind(w, "staff", true)
	w.bindings[len(w.bindings)-1].Expires = "2020-12-24T00:00:00Z"
	s := minimal()
	has := func(plan link.Plan, id report.WarningID) bool {
		return slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == id })
	}
	plan := func(s link.Spec) link.Plan {
		t.Helper()
		a, p := w.observe(s.Query())
		a.Taken = time.Now()
		plan, problems := plans.New(&s, &a, &p, generated(1))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return plan
	}
	if plan := plan(s); !has(plan, report.WarnOpenToEveryone) || has(plan, report.WarnOtherBindings) {
		t.Errorf("the warnings are %v", plan.Warnings)
	}
	access("staff")(&s)
	if plan := plan(s); len(plan.Changes) != 1 || plan.Changes[0].Kind != link.KindBinding {
		t.Errorf("no new binding is planned:\n%s", show(plan))
	}
	w.bindings[len(w.bindings)-1].Expires = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	if plan := plan(minimal()); !has(plan, report.WarnBindingEnds) || !has(plan, report.WarnOtherBindings) {
		t.Errorf("the warnings are %v", plan.Warnings)
	}
}
