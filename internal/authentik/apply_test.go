package authentik_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/authentik"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
)

// bodies keeps what is written, by method and path.
func (l *lab) bodies() map[string]map[string]any {
	kept := map[string]map[string]any{}
	l.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			return false
		}
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			l.t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		var body map[string]any
		if len(raw) > 0 && json.Unmarshal(raw, &body) != nil {
			l.t.Errorf("%s %s sends %s", r.Method, r.URL.Path, raw)
		}
		kept[r.Method+" "+r.URL.Path] = body
		return false
	})
	return kept
}

func keysOf(body map[string]any) []string { return slices.Sorted(maps.Keys(body)) }

func fieldsNamed(names ...string) []link.Field {
	list := make([]link.Field, len(names))
	for i, name := range names {
		list[i] = link.Field{Name: name}
	}
	return list
}

func apply(t *testing.T, c *authentik.Client, ch link.Change) {
	t.Helper()
	ch.System = report.Authentik
	if err := c.Apply(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
}

// states compares snapshots but for when they were taken.
func states() cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b secret.Text) bool { return a.Equal(b) }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Taken" }, cmp.Ignore()),
	}
}

func TestAPairIsCreatedWithEverythingThatIsWanted(t *testing.T) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	l.sim.AddGroup("pb-users")
	ada := l.sim.AddPerson("ada", "Ada", "ada@example.com", "", nil)
	c := l.connect()
	s := spec()
	s.Access = &link.Access{Groups: []string{"pb-users"}, Users: []string{"ada"}}
	s.Application = link.Application{Name: ptr("Guest book"), Slug: ptr("guest-book"), Group: ptr("Apps"),
		PolicyEngineMode: ptr("all"),
		LaunchURL:        ptr("https://pocketbase.company/"), Icon: ptr("fa://fa-book"), Publisher: ptr("Us"),
		Description: ptr("Write"), OpenInNewTab: ptr(true), Hide: ptr(true)}
	s.Provider = link.Provider{Name: ptr("Guest book provider"), AccessCodeValidity: ptr("minutes=2"),
		AccessTokenValidity:  ptr("minutes=5"),
		RefreshTokenValidity: ptr("days=3"), RefreshTokenThreshold: ptr("hours=1"), SubjectMode: ptr("user_uuid"),
		IssuerMode:         ptr("global"),
		AuthenticationFlow: ptr("default-authentication-flow")}
	s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://pocketbase.company/api/oauth2-redirect",
		Mode: "strict"}, {URL: "myapp://redirect", Mode: "strict"}, {URL: "https://.*\\.example\\.com/x",
		Mode: "regex"}}
	bodies := l.bodies()
	plan := l.setUp(c, s)
	if !new(l.plan(c, s, linked(pocketBase(), plan))).Empty() {
		t.Error("the second plan is not empty")
	}
	body := bodies["PUT /api/v3/core/transactional/applications/"]
	if got := keysOf(body["app"].(map[string]any)); !slices.Equal(got, []string{"group", "meta_description",
		"meta_hide", "meta_icon", "meta_launch_url", "meta_publisher", "name", "open_in_new_tab", "policy_engine_mode",
		"slug"}) {
		t.Errorf("the application was sent with %v", got)
	}
	sim := l.sim.Snapshot()
	p := sim.Providers[0]
	if p.SubMode != "user_uuid" || !slices.Equal(p.GrantTypes, []string{"authorization_code"}) ||
		len(p.RedirectURIs) != 3 || p.RedirectURIs[2].MatchingMode != "regex" || len(p.PropertyMappings) != 3 {
		t.Errorf("stored %+v", p)
	}
	if len(sim.Bindings) != 2 {
		t.Errorf("bindings %+v, user %d", sim.Bindings, ada)
	}
}

func TestGrantTypesAndNewKeysAreSentOnlyToServersThatHaveThem(t *testing.T) {
	for version, has := range map[string]bool{"2025.12.4": false, "2026.2.0": false, "2026.5.0": true,
		"2026.8.1": true} {
		l := newLab(t, authentiksim.Config{Version: version})
		c := l.connect()
		bodies := l.bodies()
		l.setUp(c, spec())
		body := bodies["PUT /api/v3/core/transactional/applications/"]
		provider, app := body["provider"].(map[string]any), body["app"].(map[string]any)
		_, grants := provider["grant_types"]
		_, hide := app["meta_hide"]
		redirect := provider["redirect_uris"].([]any)[0].(map[string]any)
		_, kind := redirect["redirect_uri_type"]
		if grants != has || hide != has || kind != has || redirect["matching_mode"] != "strict" {
			t.Errorf("%s: sent %v", version, body)
		}
	}
}

func TestAProviderUpdateWritesOnlyWhatChanges(t *testing.T) {
	other := link.Ref{Name: "default-provider-authorization-explicit-consent"}
	for field, change := range map[string]func(*link.ProviderState){
		"name":               func(p *link.ProviderState) { p.Name = "Renamed" },
		"authorization_flow": func(p *link.ProviderState) { p.AuthorizationFlow = other },
		"invalidation_flow": func(p *link.ProviderState) {
			p.InvalidationFlow = link.Ref{Name: "default-invalidation-flow"}
		},
		"authentication_flow": func(p *link.ProviderState) {
			p.AuthenticationFlow = link.Ref{
				Name: "default-authentication-flow"}
		},
		"client_type":   func(p *link.ProviderState) { p.ClientType = "public" },
		"client_id":     func(p *link.ProviderState) { p.ClientID = "another" },
		"client_secret": func(p *link.ProviderState) { p.ClientSecret = secret.New("rotated-secret") },
		"redirect_uris": func(p *link.ProviderState) {
			p.RedirectURIs = append(slices.Clone(p.RedirectURIs), link.RedirectURI{URL: "myapp://x"})
		},
		"signing_key":                func(p *link.ProviderState) { p.SigningKey = link.Ref{} },
		"access_code_validity":       func(p *link.ProviderState) { p.AccessCodeValidity = "minutes=3" },
		"access_token_validity":      func(p *link.ProviderState) { p.AccessTokenValidity = "minutes=7" },
		"refresh_token_validity":     func(p *link.ProviderState) { p.RefreshTokenValidity = "days=2" },
		"refresh_token_threshold":    func(p *link.ProviderState) { p.RefreshTokenThreshold = "hours=2" },
		"sub_mode":                   func(p *link.ProviderState) { p.SubjectMode = "user_id" },
		"issuer_mode":                func(p *link.ProviderState) { p.IssuerMode = "global" },
		"include_claims_in_id_token": func(p *link.ProviderState) { p.IncludeClaims = false },
		"grant_types": func(p *link.ProviderState) {
			p.GrantTypes = []string{"refresh_token",
				"authorization_code"}
		},
		"property_mappings": func(p *link.ProviderState) {
			p.Mappings = append(slices.Clone(p.Mappings[:2]), link.Ref{Name: "theirs"})
		},
	} {
		t.Run(field, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
			l.sim.AddScopeMapping("theirs", "email", "return {}")
			c := l.connect()
			l.setUp(c, spec())
			before := l.observe(c, spec())
			was, want := before.Providers[0], before.Providers[0]
			change(&want)
			bodies := l.bodies()
			apply(t, c, link.Change{Kind: link.KindProvider, Before: &was, After: &want, Fields: fieldsNamed(field)})
			for call, body := range bodies {
				if !strings.HasPrefix(call, "PATCH /api/v3/providers/oauth2/") ||
					!slices.Equal(keysOf(body), []string{field}) {
					t.Errorf("sent %s %v", call, keysOf(body))
				}
			}
			after := l.observe(c, spec())
			if cmp.Equal(before.Providers[0], after.Providers[0], states()) {
				t.Error("nothing has changed")
			}
			apply(t, c, link.Change{Kind: link.KindProvider, Before: &want, After: &was, Fields: fieldsNamed(field)})
			if diff := cmp.Diff(inOrder(before), inOrder(l.observe(c, spec())), states()); diff != "" {
				t.Errorf("putting it back left\n%s", diff)
			}
		})
	}
}

// inOrder sorts what authentik keeps as sets.
func inOrder(snap link.AuthentikSnapshot) link.AuthentikSnapshot {
	for i := range snap.Providers {
		p := &snap.Providers[i]
		slices.SortFunc(p.Mappings, func(a, b link.Ref) int { return strings.Compare(a.ID, b.ID) })
		slices.Sort(p.GrantTypes)
	}
	return snap
}

func TestAnApplicationUpdateWritesOnlyWhatChanges(t *testing.T) {
	for field, change := range map[string]func(*link.ApplicationState){
		"name":               func(a *link.ApplicationState) { a.Name = "Renamed" },
		"slug":               func(a *link.ApplicationState) { a.Slug = "renamed" },
		"group":              func(a *link.ApplicationState) { a.Group = "Apps" },
		"policy_engine_mode": func(a *link.ApplicationState) { a.PolicyEngineMode = "all" },
		"meta_launch_url":    func(a *link.ApplicationState) { a.LaunchURL = "https://pocketbase.company/_/" },
		"meta_icon":          func(a *link.ApplicationState) { a.Icon = "fa://fa-book" },
		"meta_publisher":     func(a *link.ApplicationState) { a.Publisher = "Us" },
		"meta_description":   func(a *link.ApplicationState) { a.Description = "Write\nmore" },
		"open_in_new_tab":    func(a *link.ApplicationState) { a.OpenInNewTab = true },
		"meta_hide":          func(a *link.ApplicationState) { a.Hide = true },
		"provider":           func(a *link.ApplicationState) { a.Provider, a.ProviderName = 0, "" },
	} {
		t.Run(field, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
			c := l.connect()
			l.setUp(c, spec())
			before := l.observe(c, spec())
			was, want := *before.Application, *before.Application
			change(&want)
			bodies := l.bodies()
			apply(t, c, link.Change{Kind: link.KindApplication, Before: &was, After: &want, Fields: fieldsNamed(field)})
			if got := keysOf(bodies["PATCH /api/v3/core/applications/pocketbase/"]); len(bodies) != 1 ||
				!slices.Equal(got, []string{field}) {
				t.Errorf("sent %v", bodies)
			}
			was.Provider = 0 // by name this time
			apply(t, c, link.Change{Kind: link.KindApplication, Before: &want, After: &was, Fields: fieldsNamed(field)})
			if diff := cmp.Diff(before, l.observe(c, spec()), states()); diff != "" {
				t.Errorf("putting it back left\n%s", diff)
			}
		})
	}
}

func TestMappingsAreCreatedChangedAndDeleted(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	m := mappings.Email(link.EmailTrustAll)
	apply(t, c, link.Change{Kind: link.KindMapping, After: m})
	find := func(name string) *link.Mapping {
		snap := l.observe(c, spec())
		i := slices.IndexFunc(snap.Mappings, func(x link.Mapping) bool { return x.Name == name })
		if i < 0 {
			return nil
		}
		return &snap.Mappings[i]
	}
	made := find(m.Name)
	if made == nil || made.Expression != m.Expression || made.Scope != "email" || made.Description != m.Description ||
		made.Managed != "" {
		t.Fatalf("made %+v", made)
	}
	changed := *made
	changed.Expression = mappings.Email(link.EmailTrustAttribute).Expression
	bodies := l.bodies()
	apply(t, c, link.Change{Kind: link.KindMapping, Before: made, After: &changed, Fields: fieldsNamed("expression")})
	if body := bodies["PATCH /api/v3/propertymappings/provider/scope/"+made.ID+"/"]; !slices.Equal(keysOf(body),
		[]string{"expression"}) {
		t.Errorf("sent %v", bodies)
	}
	if now := find(m.Name); now.Expression != changed.Expression {
		t.Errorf("now %+v", now)
	}
	for range 2 { // what is gone may be deleted again
		apply(t, c, link.Change{Kind: link.KindMapping, Before: &changed})
	}
	if find(m.Name) != nil {
		t.Error("it is still there")
	}
}

func TestKeysAreGeneratedAndUsedByName(t *testing.T) {
	for _, algorithm := range []string{"rsa", "ecdsa"} {
		l := newLab(t, authentiksim.Config{})
		c := l.connect()
		l.setUp(c, spec())
		key := &link.KeyState{Name: "authpocket signing key", Algorithm: algorithm, Days: 3650}
		apply(t, c, link.Change{Kind: link.KindKey, After: key})
		was := l.observe(c, spec()).Providers[0]
		want := was
		want.SigningKey = link.Ref{Name: key.Name}
		apply(t, c, link.Change{Kind: link.KindProvider, Before: &was, After: &want,
			Fields: fieldsNamed("signing_key")})
		if now := l.observe(c, spec()).Providers[0].SigningKey; now.Name != key.Name {
			t.Errorf("%s: the provider signs with %+v", algorithm, now)
		}
		apply(t, c, link.Change{Kind: link.KindKey, Before: key})
		apply(t, c, link.Change{Kind: link.KindKey, Before: key})
	}
}

func TestBindingsAreMadeOnceAndTakenAway(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	l.sim.AddGroup("pb-users")
	l.sim.AddPerson("ada", "Ada", "ada@example.com", "", nil)
	c := l.connect()
	l.setUp(c, spec())
	for kind, name := range map[string]string{"group": "pb-users", "user": "ada"} {
		b := &link.BindingState{Application: link.Ref{Name: "pocketbase"}, Kind: kind, Target: link.Ref{Name: name},
			Order: 3, Enabled: true}
		for range 2 {
			apply(t, c, link.Change{Kind: link.KindBinding, After: b})
		}
	}
	snap := l.observe(c, spec())
	if len(snap.Bindings) != 2 || !snap.Bindings[0].Enabled || snap.Bindings[0].Order != 3 {
		t.Fatalf("bindings %+v", snap.Bindings)
	}
	off := snap.Bindings[0]
	off.Enabled, off.Order = false, 9
	apply(t, c, link.Change{Kind: link.KindBinding, Before: &snap.Bindings[0], After: &off,
		Fields: fieldsNamed("enabled", "order")})
	for _, b := range snap.Bindings {
		apply(t, c, link.Change{Kind: link.KindBinding, Before: &b})
	}
	if left := l.sim.Snapshot().Bindings; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

func TestProviderAndApplicationMadeOneAfterTheOther(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	want := l.plan(c, spec(), pocketBase())
	apply(t, c, changeOf(t, want, link.KindMapping))
	provider, application := want.Desired.Provider, want.Desired.Application
	apply(t, c, link.Change{Kind: link.KindProvider, After: &provider})
	apply(t, c, link.Change{Kind: link.KindApplication, After: &application})
	if again := l.plan(c, spec(), linked(pocketBase(), want)); !again.Empty() {
		t.Errorf("the second plan wants %+v", again.Changes)
	}
	snap := l.observe(c, spec())
	apply(t, c, link.Change{Kind: link.KindApplication, Before: snap.Application})
	apply(t, c, link.Change{Kind: link.KindProvider, Before: &snap.Providers[0]})
	if sim := l.sim.Snapshot(); len(sim.Providers)+len(sim.Applications) > 0 {
		t.Errorf("left %+v %+v", sim.Providers, sim.Applications)
	}
}

func TestAPairIsTakenAwayWholeButNeverSomebodyElses(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	pair := changeOf(t, l.setUp(c, spec()), link.KindPair).After
	undo := link.Change{System: report.Authentik, Kind: link.KindPair, Before: pair}
	snap := l.observe(c, spec())
	other := snap.Providers[0]
	other.PK, other.Name, other.ClientID = 0, "Somebody else's", "somebody-else"
	apply(t, c, link.Change{Kind: link.KindProvider, After: &other})
	moved := *snap.Application
	moved.Provider, moved.ProviderName = 0, other.Name
	apply(t, c, link.Change{Kind: link.KindApplication, Before: snap.Application, After: &moved,
		Fields: fieldsNamed("provider")})
	if f := faultOf(t, c.Apply(t.Context(), undo)); f.Kind != report.FaultStale {
		t.Errorf("got %+v", f)
	}
	apply(t, c, link.Change{Kind: link.KindApplication, Before: &moved, After: snap.Application,
		Fields: fieldsNamed("provider")})
	apply(t, c, undo)
	apply(t, c, undo)
	if sim := l.sim.Snapshot(); len(sim.Applications) != 0 || len(sim.Providers) != 1 ||
		sim.Providers[0].Name != other.Name {
		t.Errorf("left %+v", sim.Providers)
	}
}

func TestValuesThatOpenALinkToAnybodyAreNeverSent(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	plan := l.plan(c, spec(), pocketBase())
	apply(t, c, changeOf(t, plan, link.KindMapping))
	bodies := l.bodies()
	pair := *changeOf(t, plan, link.KindPair).After.(*link.PairState)
	pair.Provider.RedirectURIs = nil
	open := pair.Provider
	for _, ch := range []link.Change{
		{Kind: link.KindPair, After: &pair},
		{Kind: link.KindProvider, After: &open},
		{Kind: link.KindProvider, Before: &open, After: &open, Fields: fieldsNamed("redirect_uris")},
		{Kind: link.KindProvider, Before: &open,
			After:  &link.ProviderState{RedirectURIs: []link.RedirectURI{{URL: "x"}}},
			Fields: fieldsNamed("client_secret")},
	} {
		if f := faultOf(t, c.Apply(t.Context(), ch)); f.Kind != report.FaultRefused || f.Field == "" {
			t.Errorf("got %+v", f)
		}
	}
	if len(bodies) > 0 {
		t.Errorf("sent %v", bodies)
	}
}

func TestChangesThatNoPlanHoldsAreRefused(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	bodies := l.bodies()
	p := &link.ProviderState{PK: 1, Name: "x"}
	for _, ch := range []link.Change{
		{Kind: "moon"},
		{Kind: link.KindProvider},
		{Kind: link.KindProvider, After: &link.KeyState{}},
		{Kind: link.KindProvider, Before: p, After: p},
		{Kind: link.KindProvider, Before: p, After: p, Fields: fieldsNamed("colour")},
		{Kind: link.KindKey, Before: &link.KeyState{}, After: &link.KeyState{}},
		{Kind: link.KindBinding, After: &link.BindingState{Kind: "planet"}},
	} {
		faultOf(t, c.Apply(t.Context(), ch))
	}
	if len(bodies) > 0 {
		t.Errorf("sent %v", bodies)
	}
}
