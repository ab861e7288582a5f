package authentiksim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"authpocket/sandbox/authentiksim"
)

func count(list object) int { return int(list["pagination"].(object)["count"].(float64)) }

func names(list object) string {
	var found []string
	for _, row := range list["results"].([]any) {
		found = append(found, fmt.Sprint(row.(object)["name"]))
	}
	return strings.Join(found, ",")
}

func TestPages(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddApplications(250)
	for query, want := range map[string]struct{ results, next, total float64 }{
		"":                      {20, 2, 13},
		"page_size=1000":        {100, 2, 3}, // clamped without a word
		"page_size=100&page=3":  {50, 0, 3},
		"page=last":             {10, 0, 13},
		"page_size=none":        {20, 2, 13},
		"no_such_parameter=yes": {20, 2, 13}, // ignored
	} {
		list := w.must("GET", "/providers/oauth2/?"+query, nil)
		pagination := list["pagination"].(object)
		if float64(len(list["results"].([]any))) != want.results || pagination["next"] != want.next || pagination["total_pages"] != want.total {
			t.Errorf("?%s: %d results, %v; want %v", query, len(list["results"].([]any)), pagination, want)
		}
	}
	for _, page := range []string{"0", "14", "x"} {
		w.admin("GET", "/providers/oauth2/?page="+page, nil).has(t, http.StatusNotFound)
	}
}

func TestFilters(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddApplications(3)
	w.must("POST", "/providers/oauth2/", w.provider(object{"name": "Alone", "client_id": "alone", "client_type": "public"}))
	second := w.must("GET", "/core/applications/app-2/", nil)
	for path, want := range map[string]int{
		"/providers/oauth2/?name=Alone":                               1,
		"/providers/oauth2/?name=alone":                               0, // names keep their case
		"/providers/oauth2/?search=alone":                             1, // a search does not
		"/providers/oauth2/?client_id=client-2":                       1,
		"/providers/oauth2/?client_type=public":                       1,
		"/providers/oauth2/?application=" + second["pk"].(string):     1,
		"/providers/oauth2/?redirect_uris=x":                          4, // no such filter: everything
		"/providers/all/?application__isnull=true":                    1,
		"/core/applications/?superuser_full_list=true&slug=app-2":     1,
		"/core/applications/?search=application+2":                    1,
		"/propertymappings/provider/scope/?scope_name=email":          1,
		"/propertymappings/provider/scope/?managed__isnull=false":     6,
		"/core/users/?type=internal&type=external":                    1,
		"/core/groups/?is_superuser=true":                             1,
		"/core/groups/?members_by_username=akadmin":                   1,
		"/crypto/certificatekeypairs/?has_key=false":                  0,
		"/policies/all/?search=default-authentication-flow":           2,
		"/flows/instances/?designation=authorization&search=implicit": 1,
	} {
		if got := count(w.must("GET", path, nil)); got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
	}
	for path, message := range map[string]string{
		"/providers/oauth2/?sub_mode=none": `{"sub_mode":["Select a valid choice. none is not one of the available choices."]}`,
		"/providers/oauth2/?application=x": "is not a valid UUID",
		"/policies/bindings/?order=x":      `{"order":["Enter a number."]}`,
	} {
		r := w.admin("GET", path, nil)
		r.has(t, http.StatusBadRequest)
		r.mentions(t, message)
	}
}

// Without superuser_full_list and without a search the list comes from a cache
// that knows nothing of the filters, while the pagination does.
func TestApplicationListLies(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddApplications(2)
	if all := w.must("GET", "/core/applications/", nil); count(all) != 2 || len(all["results"].([]any)) != 2 {
		t.Fatalf("the first list: %v", all["pagination"])
	}
	lie := w.must("GET", "/core/applications/?slug=no-such-slug", nil)
	if count(lie) != 0 || len(lie["results"].([]any)) != 2 {
		t.Errorf("filtered: count %d, results %s", count(lie), names(lie))
	}
	w.must("PATCH", "/core/applications/app-1/", object{"name": "Renamed"})
	if stale := w.must("GET", "/core/applications/", nil); strings.Contains(names(stale), "Renamed") {
		t.Errorf("the cache saw the change: %s", names(stale))
	}
	if full := w.must("GET", "/core/applications/?superuser_full_list=true", nil); !strings.Contains(names(full), "Renamed") {
		t.Errorf("the full list did not see the change: %s", names(full))
	}
	w.must("POST", "/core/applications/", object{"name": "New", "slug": "new"})
	if fresh := w.must("GET", "/core/applications/", nil); names(fresh) != "Application 2,New,Renamed" {
		t.Errorf("after a new application: %s", names(fresh))
	}
}

// An entry without matching_mode is stored by a PATCH that answers 405, and
// from then on no list can be read, until whole entries are written.
func TestRedirectURIWithoutModePoisonsLists(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	broken := w.admin("PATCH", provider, object{"redirect_uris": []object{{"url": callback}}})
	broken.has(t, http.StatusMethodNotAllowed)
	if len(broken.body) != 0 || broken.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("the answer is not empty HTML: %s", broken.body)
	}
	lists := []string{"/providers/oauth2/", "/core/applications/", "/core/applications/?superuser_full_list=true", provider}
	for _, path := range lists {
		w.admin("GET", path, nil).has(t, http.StatusInternalServerError)
	}
	w.admin("PATCH", provider, object{"redirect_uris": []object{{"matching_mode": "strict", "url": callback}}}).has(t, http.StatusOK)
	for _, path := range lists {
		w.admin("GET", path, nil).has(t, http.StatusOK)
	}
}

// The answer to a new slug still tells of the old one; the next one does not.
func TestSlugChangeAnswersTheOldOne(t *testing.T) {
	w := newWorld(t, "")
	w.link(nil)
	changed := w.must("PATCH", "/core/applications/pocketbase/", object{"slug": "other"})
	if got := changed["provider_obj"].(object)["assigned_application_slug"]; changed["slug"] != "other" || got != "pocketbase" {
		t.Errorf("slug %v, in the provider %v", changed["slug"], got)
	}
	again := w.must("GET", "/core/applications/other/", nil)
	if got := again["provider_obj"].(object)["assigned_application_slug"]; got != "other" {
		t.Errorf("read again: %v", got)
	}
}

func TestWritesAreRefused(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	for name, test := range map[string]struct {
		method, path string
		body         any
		status       int
		message      string
	}{
		"several problems at once": {"POST", "/providers/oauth2/", object{"sub_mode": "x", "redirect_uris": []object{{"matching_mode": "strict"}, {"matching_mode": "regex", "url": "("}}}, 400,
			`"redirect_uris":[{"url":["This field is required."]},{"url":["Invalid Regex Pattern: ("]}]`},
		"not a list":              {"PATCH", provider, object{"property_mappings": "x"}, 400, `Expected a list of items but got type \"str\".`},
		"not an id":               {"PATCH", provider, object{"signing_key": "x"}, 400, "is not a valid UUID"},
		"too long":                {"PATCH", provider, object{"client_secret": strings.Repeat("x", 256)}, 400, "no more than 255 characters"},
		"an empty secret is fine": {"PATCH", provider, object{"client_secret": ""}, 200, `"client_secret":""`},
		"an empty id is not":      {"PATCH", provider, object{"client_id": ""}, 400, "This field may not be blank."},
		"an unknown key is":       {"PATCH", provider, object{"sub_mod": "x"}, 200, `"sub_mode":"hashed_user_id"`},
		"bad JSON":                {"PATCH", provider, "", 400, "Invalid data. Expected a dictionary, but got str."},
		"space in a scope":        {"POST", "/propertymappings/provider/scope/", object{"name": "x", "scope_name": "a b", "expression": "return {}"}, 400, "scope_name"},
		"bad address":             {"POST", "/core/users/", object{"username": "x", "name": "", "email": "x"}, 400, "Enter a valid email address."},
		"taken user name":         {"POST", "/core/users/", object{"username": "akadmin", "name": ""}, 400, "This field must be unique."},
		"taken group name":        {"POST", "/core/groups/", object{"name": "authentik Admins"}, 400, "Group with this name already exists."},
		"two in a binding":        {"POST", "/policies/bindings/", object{"target": w.must("GET", "/core/applications/pocketbase/", nil)["pk"], "order": 0, "user": 3, "group": w.key("/core/groups/")}, 400, "Only one of"},
		"binding to nothing":      {"POST", "/policies/bindings/", object{"target": "0f8fad5b-d9cb-469f-a165-70867728950e", "order": 0, "user": 3}, 400, "object does not exist"},
		"name of another kind":    {"PUT", "/core/transactional/applications/", object{"app": object{"name": "x", "slug": "x"}, "provider_model": "authentik_providers_saml.samlprovider", "provider": object{"name": "x"}}, 400, "is not a valid choice"},
		"permission of nobody":    {"POST", "/rbac/permissions/assigned_by_roles/" + w.key("/rbac/roles/") + "/assign/", object{"permissions": []string{"everything"}}, 400, "is not a valid choice"},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.admin(test.method, test.path, test.body)
			r.has(t, test.status)
			r.mentions(t, test.message)
		})
	}
	if bad := w.send(http.DefaultClient, "PATCH", "/api/v3"+provider, "Bearer "+w.sim.AdminToken(), "application/json", []byte("{")); bad.StatusCode != 400 {
		t.Errorf("half an object: %d %s", bad.StatusCode, bad.body)
	}
}

func TestSnapshotIsACopy(t *testing.T) {
	w := newWorld(t, "")
	w.link(nil)
	snap := w.sim.Snapshot()
	snap.Providers[0].RedirectURIs[0].URL = "changed"
	snap.Users[1].Attributes["changed"] = true
	again := w.sim.Snapshot()
	if again.Providers[0].RedirectURIs[0].URL != callback || again.Users[1].Attributes["changed"] != nil {
		t.Error("changing a snapshot changed the server")
	}
}

// BenchmarkFullList reads all of 1,000 applications, 100 a page.
func BenchmarkFullList(b *testing.B) {
	sim := authentiksim.New(authentiksim.Config{SigningKey: signingKey})
	sim.AddApplications(1000)
	for b.Loop() {
		for page := 1; page <= 10; page++ {
			if status := serve(sim, fmt.Sprintf("/api/v3/core/applications/?superuser_full_list=true&page_size=100&page=%d", page)); status != http.StatusOK {
				b.Fatal(status)
			}
		}
	}
}
