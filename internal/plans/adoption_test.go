package plans_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// aProvider is an OAuth2 provider of somebody's that works.
func aProvider(pk int, name, clientID, redirect string) link.ProviderState {
	p := newServerProvider()
	p.PK, p.Name, p.ClientID, p.ClientSecret = pk, name, clientID, secret.New("secret of "+clientID)
	p.AuthorizationFlow = link.Ref{ID: "flow-" + link.DefaultAuthorizationFlow, Name: link.DefaultAuthorizationFlow}
	p.InvalidationFlow = link.Ref{ID: "flow-" + link.DefaultInvalidationFlow, Name: link.DefaultInvalidationFlow}
	p.RedirectURIs = []link.RedirectURI{{URL: redirect, Mode: "strict", Type: "authorization"}}
	return p
}

func anApplication(slug, name string, provider int) link.ApplicationState {
	return link.ApplicationState{PK: "app-" + slug, Slug: slug, Name: name, PolicyEngineMode: "any", Provider: provider}
}

const (
	here      = pocketbaseURL + "/api/oauth2-redirect"
	elsewhere = "https://elsewhere.company/callback"
)

// adoption is a world with things in it, a spec, and what comes of both.
type adoption struct {
	providers []link.ProviderState
	apps      []link.ApplicationState
	slots     []link.OAuth2Provider
	edit      func(*link.Spec)
	takes     int    // primary key of the provider it takes, 0 for a new one
	slug      string // of the application it ends up with
	field     string // of the problem, if it stops
	says      []string
	// registration means that clients may register themselves.
	registration bool
}

func TestWhatIsThereIsTakenOrAskedAbout(t *testing.T) {
	for _, cases := range []map[string]adoption{taken(), asked(), refused()} {
		for name, test := range cases {
			t.Run(name, test.run)
		}
	}
}

func (test adoption) run(t *testing.T) {
	w := newWorld()
	w.providers, w.apps, w.features.Registration = test.providers, test.apps, test.registration
	elements(w, test.slots...)
	s := minimal()
	if test.edit != nil {
		test.edit(&s)
	}
	plan, problems := w.plan(s, generated(1))
	if test.field != "" {
		test.stopped(t, plan, problems)
		return
	}
	if len(problems) > 0 {
		t.Fatalf("there are problems:\n%v", problems)
	}
	if d := plan.Desired; d.Provider.PK != test.takes || d.Application.Slug != test.slug {
		t.Fatalf("it takes the provider %d and the application %s", d.Provider.PK, d.Application.Slug)
	}
	mustApply(t, w, plan)
	if again := mustPlan(t, w, s); !again.Empty() {
		t.Errorf("a second plan is not empty:\n%s", show(again))
	}
	if len(w.apps) > len(test.apps)+1 || len(w.providers) > len(test.providers)+1 {
		t.Errorf("there are %d applications and %d providers", len(w.apps), len(w.providers))
	}
}

func (test adoption) stopped(t *testing.T, plan link.Plan, problems report.Problems) {
	if len(problems) == 0 {
		t.Fatalf("there is no problem, but the plan\n%s", show(plan))
	}
	p := problems[0]
	if p.Field != test.field || len(plan.Changes) > 0 {
		t.Errorf("the problems are:\n%v", problems)
	}
	for _, part := range test.says {
		if text := p.Message().Text(report.InFile); !strings.Contains(text.String(), part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func slug(v string) func(*link.Spec) { return func(s *link.Spec) { s.Application.Slug = &v } }

func both(edits ...func(*link.Spec)) func(*link.Spec) {
	return func(s *link.Spec) {
		for _, edit := range edits {
			edit(s)
		}
	}
}

func use(s *link.Spec)     { s.Existing = link.ExistingUse }
func makeNew(s *link.Spec) { s.Existing = link.ExistingNew }

func taken() map[string]adoption {
	ofHere, ofElsewhere := aProvider(7, "Shop login", "c7", here), aProvider(8, "Other login", "c8", elsewhere)
	return map[string]adoption{
		"nothing is there": {slug: "pocketbase"},
		"nothing of ours": {providers: []link.ProviderState{ofElsewhere},
			apps: []link.ApplicationState{anApplication("other", "Other", 8)}, slug: "pocketbase"},
		"the slug asked for": {providers: []link.ProviderState{ofHere},
			apps: []link.ApplicationState{anApplication("shop", "Shop", 7)}, edit: slug("shop"), takes: 7,
			slug: "shop"},
		"another slug, found by the client ID in PocketBase": {
			providers: []link.ProviderState{ofElsewhere, ofHere},
			apps:      []link.ApplicationState{anApplication("other", "Other", 8), anApplication("shop", "Shop", 7)},
			slots:     []link.OAuth2Provider{ours("oidc", "c8")}, takes: 8, slug: "other",
		},
		"another slug, found by the redirect URI": {
			providers: []link.ProviderState{ofElsewhere, ofHere},
			apps:      []link.ApplicationState{anApplication("other", "Other", 8), anApplication("shop", "Shop", 7)},
			takes:     7, slug: "shop",
		},
		"another slug, found by the client ID asked for": {
			providers: []link.ProviderState{ofElsewhere},
			apps:      []link.ApplicationState{anApplication("other", "Other", 8)},
			edit:      func(s *link.Spec) { s.Provider.ClientID = new("c8") }, takes: 8, slug: "other",
		},
		"a provider without an application": {providers: []link.ProviderState{ofHere}, takes: 7,
			slug: "pocketbase"},
		"a provider without one, by its name": {providers: []link.ProviderState{ofElsewhere},
			edit: both(use, func(s *link.Spec) { s.Provider.Name = new("Other login") }), takes: 8, slug: "pocketbase"},
		"one of two without one, named": {providers: []link.ProviderState{ofHere,
			aProvider(9, "Second login", "c9", here)},
			edit: both(use, func(s *link.Spec) { s.Provider.Name = new("Second login") }), takes: 9,
			slug: "pocketbase"},
		"a provider without one, of the default name": {providers: []link.ProviderState{
			aProvider(9, "Provider for PocketBase", "c9", elsewhere)}, edit: use, takes: 9, slug: "pocketbase"},
		"an application without a provider": {apps: []link.ApplicationState{anApplication("pocketbase",
			"Whatever", 0)}, edit: use, slug: "pocketbase"},
		"both halves of what was interrupted": {providers: []link.ProviderState{ofHere},
			apps: []link.ApplicationState{anApplication("pocketbase", "PocketBase", 0)}, takes: 7, slug: "pocketbase"},
		"somebody else's application, to be used": {providers: []link.ProviderState{ofElsewhere},
			apps: []link.ApplicationState{anApplication("other", "Other", 8)}, edit: both(slug("other"), use), takes: 8,
			slug: "other"},
		"a new pair beside one that is there": {providers: []link.ProviderState{ofHere},
			apps: []link.ApplicationState{anApplication("shop", "Shop", 7)}, edit: makeNew, slug: "pocketbase"},
		"a new pair that an earlier run made": {providers: []link.ProviderState{ofHere},
			apps: []link.ApplicationState{anApplication("pocketbase", "PocketBase", 7)}, edit: makeNew, takes: 7,
			slug: "pocketbase"},
		"a slot that outlived its provider": {slots: []link.OAuth2Provider{ours("oidc2", "gone")},
			slug: "pocketbase"},
		"the strong evidence counts, not the weak": {providers: []link.ProviderState{ofElsewhere, ofHere},
			apps: []link.ApplicationState{anApplication("a", "A", 8), anApplication("b", "B", 7)},
			edit: func(s *link.Spec) { s.Provider.ClientID = new("c8") }, takes: 8, slug: "a"},
		"redirect URIs as asked for, not PocketBase": {providers: []link.ProviderState{ofElsewhere},
			apps: []link.ApplicationState{anApplication("pocketbase", "PocketBase", 8)},
			edit: func(s *link.Spec) { s.Provider.RedirectURIs = strict(elsewhere) }, takes: 8, slug: "pocketbase"},
	}
}

func asked() map[string]adoption {
	first, second := aProvider(7, "Shop login", "c7", here), aProvider(8, "Other login", "c8", here)
	two := []link.ProviderState{first, second}
	return map[string]adoption{
		"two may be it": {
			providers: two, apps: []link.ApplicationState{anApplication("a", "A", 7), anApplication("b", "B", 8)},
			field: "existing", says: []string{"application “A” (a), because it sends people back to this PocketBase",
				"application “B” (b)", "existing: new"},
		},
		"two without applications, to be used, but which?": {providers: two, edit: use, field: "existing",
			says: []string{"the provider's name"}},
		"two without applications may be it": {providers: two, field: "existing",
			says: []string{"provider “Shop login”, which has no application", "provider “Other login”"}},
		"one of two has an application": {providers: two, apps: []link.ApplicationState{anApplication("a", "A", 7)},
			edit: slug("new"), field: "existing", says: []string{"(a)", "“Other login”"}},
		"it is there under another slug": {providers: two[:1],
			apps: []link.ApplicationState{anApplication("a", "A", 7)}, edit: slug("new"), field: "existing",
			says: []string{"its application's slug"}},
		"two strong ones": {
			providers: two, apps: []link.ApplicationState{anApplication("a", "A", 7), anApplication("b", "B", 8)},
			slots: []link.OAuth2Provider{ours("oidc", "c7"), ours("oidc2", "c8")},
			field: "existing", says: []string{"because PocketBase's slot oidc uses its client ID",
				"because PocketBase's slot oidc2 uses its client ID"},
		},
	}
}

func refused() map[string]adoption {
	other := aProvider(8, "Other login", "c8", elsewhere)
	nowhere := aProvider(9, "Other login", "c9", elsewhere)
	nowhere.RedirectURIs = nil
	saml := anApplication("pocketbase", "Old app", 99)
	saml.ProviderName, saml.ProviderKind = "Old login", "SAML Provider"
	hidden := anApplication("pocketbase", "Shop", 98)
	hidden.ProviderName, hidden.ProviderKind = "Shop login", "OAuth2/OpenID Provider"
	name := func(v string) func(*link.Spec) { return func(s *link.Spec) { s.Provider.Name = &v } }
	return map[string]adoption{
		"the slug is somebody else's": {providers: []link.ProviderState{other},
			apps: []link.ApplicationState{anApplication("pocketbase", "Other", 8)}, field: "application.slug",
			says: []string{"taken by the application “Other”", "“Other login” sends users elsewhere (" + elsewhere}},
		"the slug is of one that sends nobody anywhere": {providers: []link.ProviderState{nowhere},
			apps: []link.ApplicationState{anApplication("pocketbase", "Other", 9)}, field: "application.slug",
			says: []string{"whose provider “Other login” has no redirect URI."}},
		"the slug is of a SAML application": {apps: []link.ApplicationState{saml}, edit: use,
			field: "application.slug", says: []string{"SAML Provider “Old login”", "only an OAuth2/OpenID provider"}},
		"the slug is of one whose provider is not seen": {apps: []link.ApplicationState{hidden}, edit: use,
			field: "application.slug", says: []string{"the token may not see", "view_oauth2provider"}},
		"the slug is of a bare application": {apps: []link.ApplicationState{anApplication("pocketbase", "Bookmark",
			0)}, field: "application.slug", says: []string{"which has no provider", "existing: use"}},
		"a new one, but the slug is bare": {apps: []link.ApplicationState{anApplication("pocketbase", "Bookmark",
			0)}, edit: makeNew, field: "application.slug", says: []string{"Choose another slug to create a new one"}},
		"a new one, but the slug is another's": {providers: []link.ProviderState{other},
			apps: []link.ApplicationState{anApplication("pocketbase", "Other", 8)}, edit: makeNew,
			field: "application.slug", says: []string{"Choose another slug"}},
		"the provider name is taken": {providers: []link.ProviderState{other},
			apps: []link.ApplicationState{anApplication("other", "Other", 8)}, edit: name("Other login"),
			field: "provider.name", says: []string{"OAuth2/OpenID provider of the application “Other”"}},
		"the name is of one without app": {providers: []link.ProviderState{other}, edit: name("Other login"),
			field: "provider.name", says: []string{"OAuth2/OpenID provider without an application", "existing: use"}},
		"the client ID is taken": {providers: []link.ProviderState{other, aProvider(7, "Shop login", "c7", here)},
			apps:  []link.ApplicationState{anApplication("other", "Other", 8), anApplication("shop", "Shop", 7)},
			edit:  both(slug("shop"), func(s *link.Spec) { s.Provider.ClientID = new("c8") }),
			field: "provider.client_id", says: []string{"taken by the provider “Other login”"}},
	}
}

func TestANameOfAnotherKindOfProviderIsTaken(t *testing.T) {
	for name, edit := range map[string]func(*link.Spec){
		"of a new link": func(s *link.Spec) {
			s.Application.Slug, s.Existing = new("second"),
				link.ExistingNew
		},
		"of a link that is renamed": func(*link.Spec) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			w.others["SAML login"] = "SAML Provider"
			s := specWith(edit, func(s *link.Spec) { s.Provider.Name = new("SAML login") })
			_, problems := w.plan(s, generated(1))
			if len(problems) != 1 || problems[0].Field != "provider.name" ||
				!strings.Contains(problems[0].Summary.String(), "“SAML login” is taken by a SAML Provider") {
				t.Errorf("the problems are:\n%v", problems)
			}
		})
	}
}

func TestALinkOfTwoCollectionsMayShareItsApplication(t *testing.T) {
	w := linkedWorld(t, minimal())
	members := specWith(func(s *link.Spec) { s.PocketBase.Collection = new("members") })
	for _, s := range []link.Spec{members,
		specWith(func(s *link.Spec) {
			s.PocketBase.Collection, s.Application.Slug = new("members"),
				new("pocketbase")
		})} {
		_, problems := w.plan(s, generated(2))
		if len(problems) != 1 || problems[0].Field != "existing" ||
			!strings.Contains(problems[0].Summary.String(), "because the collection users signs in with it") {
			t.Fatalf("before it is asked for, the problems are:\n%v", problems)
		}
	}
	members.Existing = link.ExistingUse
	plan := mustPlan(t, w, members)
	if len(plan.Changes) != 1 || plan.Changes[0].Kind != link.KindOAuth2 {
		t.Errorf("the plan is\n%s", show(plan))
	}
}

// Of a collection that does not exist, it is no question whether the link does.
func TestAMissingCollectionIsWhatIsWrong(t *testing.T) {
	w := linkedWorld(t, minimal())
	s := specWith(func(s *link.Spec) { s.PocketBase.Collection = new("nope") })
	a, p := w.observe(s.Query())
	_, planned := w.plan(s, generated(2))
	_, removed := undo.Removal(&s, &a, p, false)
	_, imported := resolve.Import(s, &a, p)
	for what, problems := range map[string]report.Problems{"plan": planned, "removal": removed, "import": imported} {
		if len(problems) != 1 || problems[0].Field != "pocketbase.collection" ||
			!strings.Contains(problems[0].Todo.String(), "users") {
			t.Errorf("%s: the problems are\n%v", what, problems)
		}
	}
}

func TestTheClientIDOfASlotWithoutProviderIsUsedAgain(t *testing.T) {
	w := newWorld()
	elements(w, ours("oidc", "left over"))
	plan := mustPlan(t, w, minimal())
	if plan.Desired.Provider.ClientID != "left over" {
		t.Errorf("the client ID is %s", plan.Desired.Provider.ClientID)
	}
	elements(w, ours("oidc2", "left over too"))
	plan = mustPlan(t, w, specWith(func(s *link.Spec) { s.PocketBase.Slot = new("oidc2") }))
	if plan.Desired.Provider.ClientID != "left over too" {
		t.Errorf("of the slot that is named the client ID is %s", plan.Desired.Provider.ClientID)
	}
}

func TestAProxyProviderIsNoLink(t *testing.T) {
	w := newWorld()
	w.providers = append(w.providers, link.ProviderState{
		PK: 77, Name: "Guard", ClientID: "proxy", ApplicationSlug: "pocketbase", ApplicationName: "Guarded",
		RedirectURIs: []link.RedirectURI{
			{URL: "https://pocketbase.company/outpost.goauthentik.io/callback?X-authentik-auth-callback=true",
				Mode: "strict"}, {URL: "https://pocketbase.company/api/oauth2-redirect", Mode: "strict"}},
	})
	w.apps = append(w.apps, link.ApplicationState{PK: "guarded", Slug: "pocketbase", Name: "Guarded", Provider: 77,
		ProviderName: "Guard"})
	s := minimal()
	s.Existing = link.ExistingUse
	a, p := w.observe(s.Query())
	_, problems := plans.New(&s, &a, &p, link.Generated{})
	if len(problems) == 0 || !strings.Contains(problems[0].Summary.String(), "proxy provider “Guard”") {
		t.Errorf("the problems are %v", problems)
	}
}

func TestAPatternThatLeadsHereIsFound(t *testing.T) {
	w := newWorld()
	w.providers = append(w.providers, link.ProviderState{PK: 78, Name: "By pattern", ClientID: "p",
		ApplicationSlug: "shop", ApplicationName: "Shop",
		RedirectURIs: []link.RedirectURI{{URL: `https://pocketbase\.company/.*`, Mode: "regex"}}})
	a, p := w.observe(new(minimal()).Query())
	s := minimal()
	s.PocketBaseURLs = []string{"https://pocketbase.company"}
	if found := resolve.Candidates(&s, &a, p); len(found) != 1 || found[0].Provider.PK != 78 {
		t.Errorf("found is %+v", found)
	}
}
