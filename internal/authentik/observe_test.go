package authentik_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

// fillUp gives the simulator what a large company has.
func fillUp(sim *authentiksim.Server) {
	sim.AddApplications(500)
	for i := range 300 {
		sim.AddGroup(fmt.Sprintf("group %d", i))
	}
	for i := range 5000 {
		sim.AddPerson(fmt.Sprintf("person%d", i), "Person", fmt.Sprintf("person%d@example.com", i), "", nil)
	}
}

func TestObserveALargeServerInFewRequests(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		fillUp(l.sim)
		c := l.connect()
		s := spec()
		s.Access = &link.Access{Groups: []string{"group 7", "group 299"}, Users: []string{"person4999"}}
		plan := l.setUp(c, s)
		l.count()
		// Each answer takes a second, so the seconds are the round trips.
		l.intercept(func(http.ResponseWriter, *http.Request) bool { time.Sleep(time.Second); return false })
		began := time.Now()
		snap := l.observe(c, s)
		rounds, requests := time.Since(began).Seconds(), l.count()
		t.Logf("%d requests in %.0f round trips", requests, rounds)
		if requests > 25 || rounds > 2 {
			t.Errorf("it took %d requests in %.0f round trips", requests, rounds)
		}
		l.connect()
		if found, err := c.SearchGroups(t.Context(), "group 29"); err != nil || len(found) == 0 {
			t.Errorf("groups %v, %v", found, err)
		}
		rounds, requests = time.Since(began).Seconds(), requests+l.count()
		t.Logf("with connecting and choosing a group: %d requests in %.0f round trips", requests, rounds)
		if requests > 30 || rounds > 5 {
			t.Errorf("with connecting and choosing a group it took %d requests in %.0f round trips", requests, rounds)
		}
		if len(snap.Providers) != 501 || snap.Application == nil || len(snap.Bindings) != 3 || len(snap.Groups) != 2 ||
			len(snap.Users) != 1 {
			t.Errorf("%d providers, %v, %d bindings, groups %v, users %v", len(snap.Providers), snap.Application,
				len(snap.Bindings), snap.Groups, snap.Users)
		}
		if plan.Desired.Application.Slug != snap.Application.Slug {
			t.Errorf("found %+v", snap.Application)
		}
	})
}

func TestObserveReadsThePairWhole(t *testing.T) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	group := l.sim.AddGroup("pb-users")
	c := l.connect()
	s := spec()
	s.Access = &link.Access{Groups: []string{"pb-users"}}
	s.Application.Hide = ptr(true)
	want := l.setUp(c, s).Desired
	snap := l.observe(c, s)
	if snap.URL != l.url || snap.Version != "2026.5.3" || snap.Taken.IsZero() || !snap.Features.GrantTypes ||
		!snap.Features.MetaHide {
		t.Errorf("got %+v", snap)
	}
	a := snap.Application
	if a.Name != "PocketBase" || a.ProviderName != want.Provider.Name || a.ProviderKind != "OAuth2/OpenID Provider" ||
		!a.Hide || a.PK == "" {
		t.Errorf("the application is %+v", a)
	}
	p := snap.Providers[0]
	if p.ClientID != want.Provider.ClientID || !p.ClientSecret.Equal(want.Provider.ClientSecret) ||
		p.ApplicationSlug != a.Slug ||
		p.AuthorizationFlow != want.Provider.AuthorizationFlow || p.SigningKey != want.Provider.SigningKey ||
		!slices.Equal(p.GrantTypes, want.Provider.GrantTypes) ||
		!slices.Equal(p.RedirectURIs, want.Provider.RedirectURIs) || len(p.Mappings) != 3 {
		t.Errorf("the provider is %+v\nwanted %+v", p, want.Provider)
	}
	for _, m := range p.Mappings {
		if m.Name == "" {
			t.Errorf("a mapping has no name: %+v", p.Mappings)
		}
	}
	b := snap.Bindings[0]
	if b.Kind != "group" || b.Target != (link.Ref{ID: group, Name: "pb-users"}) || !b.Enabled ||
		b.Application != (link.Ref{ID: a.PK, Name: a.Slug}) {
		t.Errorf("the binding is %+v", b)
	}
	if snap.EmailChangeAllowed == nil || *snap.EmailChangeAllowed {
		t.Errorf("e-mail change allowed: %v", snap.EmailChangeAllowed)
	}
	if len(snap.Missing) > 0 {
		t.Errorf("a superuser lacks %v", snap.Missing)
	}
}

func ptr[T any](v T) *T { return &v }

func TestObserveFindsANameTakenByAnotherKindOfProvider(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v3/providers/all/" {
			return false
		}
		answerJSON(w, 200, `{"pagination":{"total_pages":1},"results":[
			{"pk":1,"name":"Provider for PocketBase 2","verbose_name":"LDAP Provider"},
			{"pk":2,"name":"Provider for PocketBase","verbose_name":"SAML Provider",
			"meta_model_name":"authentik_providers_saml.samlprovider"}]}`)
		return true
	})
	if snap := l.observe(c, spec()); snap.NameTaken != "SAML Provider" {
		t.Errorf("the name is taken by %q", snap.NameTaken)
	}
	l.intercept(nil)
	l.setUp(c, spec())
	if snap := l.observe(c, spec()); snap.NameTaken != "" {
		t.Errorf("an OAuth2 provider has the name, but it counts as a %q", snap.NameTaken)
	}
}

func answerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// token makes a service account with these permissions through a role, and
// returns its API token.
func (l *lab) token(permissions ...string) string {
	l.t.Helper()
	account := l.admin("POST", "/core/users/service_account/", map[string]any{"name": "wizard-limited",
		"create_group": false, "expiring": false})
	pk := int(account["user_pk"].(float64))
	l.sim.AddAPIToken(pk, "wizard-limited-api", "limited-token")
	role := l.admin("POST", "/rbac/roles/", map[string]any{"name": "pocketbase-wizard"})["pk"].(string)
	if len(permissions) > 0 {
		l.admin("POST", "/rbac/permissions/assigned_by_roles/"+role+"/assign/",
			map[string]any{"permissions": permissions})
	}
	l.admin("POST", "/rbac/roles/"+role+"/add_user/", map[string]any{"pk": pk})
	return "limited-token"
}

func TestObserveWithoutAnyPermissionStillGivesASnapshot(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	l.setUp(l.connect(), spec())
	c := l.connectAs(l.token())
	s := spec()
	s.Access = &link.Access{Groups: []string{"g"}, Users: []string{"u"}, Policies: []string{"p"}}
	snap := l.observe(c, s)
	if snap.Version == "" || snap.Application != nil || len(snap.Providers)+len(snap.Flows) > 0 ||
		snap.EmailChangeAllowed != nil {
		t.Errorf("got %+v", snap)
	}
	for _, perm := range []report.Permission{
		"authentik_flows.view_flow", "authentik_crypto.view_certificatekeypair",
		"authentik_providers_oauth2.view_scopemapping",
		"authentik_providers_oauth2.view_oauth2provider", "authentik_core.view_application",
		"authentik_core.view_group",
		"authentik_core.view_user", "authentik_policies.view_policy", "authentik_rbac.view_system_settings",
		"authentik_core.view_provider",
	} {
		if !slices.Contains(snap.Missing, perm) {
			t.Errorf("%s is not in %v", perm, snap.Missing)
		}
	}
	if !slices.IsSorted(snap.Missing) || len(slices.Compact(slices.Clone(snap.Missing))) != len(snap.Missing) {
		t.Errorf("not in order: %v", snap.Missing)
	}
}

func TestObserveTellsWhichPermissionsToAddAreMissing(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connectAs(l.token("authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider",
		"authentik_core.add_application", "authentik_providers_oauth2.add_scopemapping"))
	snap := l.observe(c, spec())
	missing := snap.Missing
	if len(snap.MissingForProof) != 5 {
		t.Errorf("for a proof it lacks %v", snap.MissingForProof)
	}
	for perm, want := range map[report.Permission]bool{
		"authentik_core.add_application":                   false,
		"authentik_providers_oauth2.add_scopemapping":      false,
		"authentik_providers_oauth2.add_oauth2provider":    true,
		"authentik_policies.add_policybinding":             true,
		"authentik_providers_oauth2.change_scopemapping":   false, // may be held for one object
		"authentik_providers_oauth2.view_scopemapping":     true,
		"authentik_core.view_application":                  false,
		"authentik_providers_oauth2.change_oauth2provider": false,
	} {
		if slices.Contains(missing, perm) != want {
			t.Errorf("%s: missing should be %v in %v", perm, want, missing)
		}
	}
}

func TestObserveNamesTheProviderThatAuthentikCannotRead(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	l.sim.AddApplications(3)
	l.setUp(c, spec())
	bad := l.observe(c, spec()).Providers[1]
	l.poison(bad.PK)
	_, err := c.Observe(t.Context(), new(spec()).Query())
	f := faultOf(t, err)
	if !strings.Contains(f.Summary.String(), bad.Name) ||
		!strings.Contains(f.Todo.String(), fmt.Sprintf("/providers/oauth2/%d/", bad.PK)) ||
		!strings.Contains(f.Todo.String(), "matching_mode") {
		t.Errorf("got %s %s, want %q (%d)", f.Summary, f.Todo, bad.Name, bad.PK)
	}
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/api/v3/providers/all/" {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		return false
	})
	_, err = c.Observe(t.Context(), new(spec()).Query())
	if f := faultOf(t, err); !strings.Contains(f.Todo.String(), "matching mode") {
		t.Errorf("got %s %s", f.Summary, f.Todo)
	}
}

// poison stores a redirect URI without its matching mode, which authentik
// accepts and then cannot read.
func (l *lab) poison(provider int) {
	r := httptest.NewRequestWithContext(l.t.Context(), http.MethodPatch, fmt.Sprintf("/api/v3/providers/oauth2/%d/",
		provider),
		strings.NewReader(`{"redirect_uris":[{"url":"https://pocketbase.company/x"}]}`))
	r.Header.Set("Authorization", "Bearer "+l.sim.AdminToken())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	l.sim.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		l.t.Fatalf("poisoning a provider answered %d", w.Code)
	}
}

// rewrite changes the JSON answers to a path before they are sent.
func (l *lab) rewrite(path string, change func(map[string]any)) {
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, path) || r.Method != http.MethodGet {
			return false
		}
		recorder := httptest.NewRecorder()
		l.sim.ServeHTTP(recorder, r)
		var body map[string]any
		if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
			l.t.Errorf("%s: %v", path, err)
		}
		change(body)
		raw, err := json.Marshal(body)
		if err != nil {
			l.t.Error(err)
		}
		answerJSON(w, recorder.Code, string(bytes.TrimSpace(raw)))
		return true
	})
}

func TestObserveIsLenient(t *testing.T) {
	results := func(change func(first map[string]any)) func(map[string]any) {
		return func(body map[string]any) { change(body["results"].([]any)[0].(map[string]any)) }
	}
	const providers = "/api/v3/providers/oauth2/"
	for name, test := range map[string]struct {
		path   string
		change func(map[string]any)
	}{
		"unknown client type": {providers, results(func(o map[string]any) { o["client_type"] = "hybrid" })},
		"unknown grant type": {providers,
			results(func(o map[string]any) {
				o["grant_types"] = []any{"urn:ietf:params:oauth:grant-type:token-exchange"}
			})},
		"no grant types":       {providers, results(func(o map[string]any) { delete(o, "grant_types") })},
		"unknown subject mode": {providers, results(func(o map[string]any) { o["sub_mode"] = "user_moon" })},
		"no secret":            {providers, results(func(o map[string]any) { delete(o, "client_secret") })},
		"missing and extra keys": {providers, results(func(o map[string]any) {
			delete(o, "component")
			delete(o, "verbose_name")
			o["secret"] = map[string]any{"pk": 3}
		})},
		"nulls": {providers, results(func(o map[string]any) {
			o["name"], o["redirect_uris"],
				o["property_mappings"] = nil, nil, nil
		})},
		"odd types": {providers,
			results(func(o map[string]any) { o["pk"], o["name"], o["redirect_uris"] = "7", 12, "none" })},
		"an odd object": {providers, func(body map[string]any) {
			body["results"] = append(body["results"].([]any),
				nil, 3, "x", []any{})
		}},
		"no autocomplete": {providers, func(body map[string]any) { delete(body, "autocomplete") }},
		"no pagination":   {providers, func(body map[string]any) { delete(body, "pagination") }},
		"unknown designation": {"/api/v3/flows/instances/",
			results(func(o map[string]any) { o["designation"] = "dancing"; delete(o, "background_themed_urls") })},
		"unknown key type": {"/api/v3/crypto/certificatekeypairs/",
			results(func(o map[string]any) { o["key_type"] = "ml-dsa" })},
		"no key type": {"/api/v3/crypto/certificatekeypairs/",
			results(func(o map[string]any) { delete(o, "key_type") })},
		"unknown engine mode": {"/api/v3/core/applications/",
			func(o map[string]any) { o["policy_engine_mode"] = "most"; delete(o, "meta_icon_url") }},
		"no provider object": {"/api/v3/core/applications/", func(o map[string]any) { delete(o, "provider_obj") }},
		"settings changed":   {"/api/v3/admin/settings/", func(o map[string]any) { clear(o); o["flags"] = 3 }},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{})
			c := l.connect()
			l.setUp(c, spec())
			l.sim.AddApplications(2)
			l.rewrite(test.path, test.change)
			snap := l.observe(c, spec())
			if len(snap.Providers) != 3 || len(snap.Flows) < 3 || len(snap.Keys) < 1 || snap.Application == nil {
				t.Errorf("%d providers, %d flows, %d keys, application %v", len(snap.Providers), len(snap.Flows),
					len(snap.Keys), snap.Application)
			}
		})
	}
}

func TestObserveBelievesAnswersMoreThanTheVersion(t *testing.T) {
	l := newLab(t, authentiksim.Config{Version: "2026.5.0-rc1"})
	c := l.connect()
	l.setUp(c, spec())
	l.rewrite("/api/v3/", func(body map[string]any) {
		delete(body, "meta_hide")
		list, _ := body["results"].([]any)
		for _, one := range list {
			delete(one.(map[string]any), "grant_types")
		}
	})
	if f := l.observe(c, spec()).Features; f.GrantTypes || f.MetaHide {
		t.Errorf("got %+v", f)
	}
}
