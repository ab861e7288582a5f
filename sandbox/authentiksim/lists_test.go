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
		"page_size=1000":        {100, 2, 3}, // clamped silently
		"page_size=100&page=3":  {50, 0, 3},
		"page=last":             {10, 0, 13},
		"page_size=none":        {20, 2, 13},
		"no_such_parameter=yes": {20, 2, 13}, // ignored
	} {
		list := w.must("GET", "/providers/oauth2/?"+query, nil)
		pagination := list["pagination"].(object)
		results := float64(len(list["results"].([]any)))
		if results != want.results || pagination["next"] != want.next || pagination["total_pages"] != want.total {
			t.Errorf("?%s: %v results, %v; want %v", query, results, pagination, want)
		}
	}
	for _, page := range []string{"0", "14", "x"} {
		w.admin("GET", "/providers/oauth2/?page="+page, nil).has(t, http.StatusNotFound)
	}
}

func TestFilters(t *testing.T) {
	w := newWorld(t, "")
	w.sim.AddApplications(3)
	alone := object{"name": "Alone", "client_id": "alone", "client_type": "public"}
	w.must("POST", "/providers/oauth2/", w.provider(alone))
	second := w.must("GET", "/core/applications/app-2/", nil)
	for path, want := range map[string]int{
		"/providers/oauth2/?name=Alone":                               1,
		"/providers/oauth2/?name=alone":                               0, // names are case-sensitive
		"/providers/oauth2/?search=alone":                             1, // a search is not
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
		"/providers/oauth2/?sub_mode=none": `{"sub_mode":["Select a valid choice. ` +
			`none is not one of the available choices."]}`,
		"/providers/oauth2/?application=x": "is not a valid UUID",
		"/policies/bindings/?order=x":      `{"order":["Enter a number."]}`,
	} {
		r := w.admin("GET", path, nil)
		r.has(t, http.StatusBadRequest)
		r.mentions(t, message)
	}
}

// TestCachedApplicationListIgnoresFilters lists without superuser_full_list and without a search. Those lists come
// from a cache that ignores the filters, while the pagination applies them.
func TestCachedApplicationListIgnoresFilters(t *testing.T) {
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
		t.Errorf("the cache has the change: %s", names(stale))
	}
	full := w.must("GET", "/core/applications/?superuser_full_list=true", nil)
	if !strings.Contains(names(full), "Renamed") {
		t.Errorf("the full list lacks the change: %s", names(full))
	}
	w.must("POST", "/core/applications/", object{"name": "New", "slug": "new"})
	if fresh := w.must("GET", "/core/applications/", nil); names(fresh) != "Application 2,New,Renamed" {
		t.Errorf("after a new application: %s", names(fresh))
	}
}

// TestRedirectURIWithoutModeBreaksLists stores an entry without matching_mode: the PATCH is answered with 405, and
// lists are unreadable until complete entries are written.
func TestRedirectURIWithoutModeBreaksLists(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	broken := w.admin("PATCH", provider, object{"redirect_uris": []object{{"url": callback}}})
	broken.has(t, http.StatusMethodNotAllowed)
	if len(broken.body) != 0 || broken.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("the answer is not empty HTML: %s", broken.body)
	}
	lists := []string{"/providers/oauth2/", provider, "/core/applications/",
		"/core/applications/?superuser_full_list=true"}
	for _, path := range lists {
		w.admin("GET", path, nil).has(t, http.StatusInternalServerError)
	}
	w.must("PATCH", provider, object{"redirect_uris": []object{strict(callback)}})
	for _, path := range lists {
		w.admin("GET", path, nil).has(t, http.StatusOK)
	}
}

// TestSlugChangeReturnsTheOldSlug changes a slug. The provider in the answer still has the old one; a later read does
// not.
func TestSlugChangeReturnsTheOldSlug(t *testing.T) {
	w := newWorld(t, "")
	w.link(nil)
	changed := w.must("PATCH", "/core/applications/pocketbase/", object{"slug": "other"})
	got := changed["provider_obj"].(object)["assigned_application_slug"]
	if changed["slug"] != "other" || got != "pocketbase" {
		t.Errorf("slug %v, in the provider %v", changed["slug"], got)
	}
	again := w.must("GET", "/core/applications/other/", nil)
	if got := again["provider_obj"].(object)["assigned_application_slug"]; got != "other" {
		t.Errorf("read again: %v", got)
	}
}

func TestInvalidWrites(t *testing.T) {
	w := newWorld(t, "")
	provider := w.link(nil)
	app := w.must("GET", "/core/applications/pocketbase/", nil)["pk"]
	const together = "/core/transactional/applications/"
	const bindings = "/policies/bindings/"
	assign := "/rbac/permissions/assigned_by_roles/" + w.key("/rbac/roles/") + "/assign/"
	secret := strings.Repeat("x", 256)
	noURL, badRegex := object{"matching_mode": "strict"}, object{"matching_mode": "regex", "url": "("}
	for name, test := range map[string]struct {
		method, path string
		body         any
		status       int
		message      string
	}{
		"several problems at once": {"POST", "/providers/oauth2/",
			object{"sub_mode": "x", "redirect_uris": []object{noURL, badRegex}}, 400,
			`"redirect_uris":[{"url":["This field is required."]},{"url":["Invalid Regex Pattern: ("]}]`},
		"not a list": {"PATCH", provider, object{"property_mappings": "x"}, 400,
			`Expected a list of items but got type \"str\".`},
		"not an ID":               {"PATCH", provider, object{"signing_key": "x"}, 400, "is not a valid UUID"},
		"too long":                {"PATCH", provider, object{"client_secret": secret}, 400, "than 255 characters"},
		"an empty secret is fine": {"PATCH", provider, object{"client_secret": ""}, 200, `"client_secret":""`},
		"an empty ID is not":      {"PATCH", provider, object{"client_id": ""}, 400, "This field may not be blank."},
		"an unknown key is":       {"PATCH", provider, object{"sub_mod": "x"}, 200, `"sub_mode":"hashed_user_id"`},
		"bad JSON": {"PATCH", provider, "", 400,
			"Invalid data. Expected a dictionary, but got str."},
		"space in a scope": {"POST", "/propertymappings/provider/scope/",
			object{"name": "x", "scope_name": "a b", "expression": "return {}"}, 400, "scope_name"},
		"bad address": {"POST", "/core/users/", object{"username": "x", "name": "", "email": "x"}, 400,
			"Enter a valid email address."},
		"taken user name": {"POST", "/core/users/", object{"username": "akadmin", "name": ""}, 400,
			"This field must be unique."},
		"taken group name": {"POST", "/core/groups/", object{"name": "authentik Admins"}, 400,
			"Group with this name already exists."},
		"two in a binding": {"POST", bindings,
			object{"target": app, "order": 0, "user": 3, "group": w.key("/core/groups/")}, 400, "Only one of"},
		"binding to nothing": {"POST", bindings,
			object{"target": "0f8fad5b-d9cb-469f-a165-70867728950e", "order": 0, "user": 3}, 400,
			"object does not exist"},
		"unsupported provider": {"PUT", together, object{"app": object{"name": "x", "slug": "x"},
			"provider_model": "authentik_providers_saml.samlprovider", "provider": object{"name": "x"}}, 400,
			"is not a valid choice"},
		"unknown permission": {"POST", assign, object{"permissions": []string{"everything"}}, 400,
			"is not a valid choice"},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.admin(test.method, test.path, test.body)
			r.has(t, test.status)
			r.mentions(t, test.message)
		})
	}
	token := "Bearer " + w.sim.AdminToken()
	bad := w.send(http.DefaultClient, "PATCH", "/api/v3"+provider, token, "application/json", []byte("{"))
	bad.has(t, http.StatusBadRequest)
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

// BenchmarkFullList reads 1,000 applications in pages of 100.
func BenchmarkFullList(b *testing.B) {
	sim := authentiksim.New(authentiksim.Config{SigningKey: signingKey})
	sim.AddApplications(1000)
	for b.Loop() {
		for page := 1; page <= 10; page++ {
			const list = "/api/v3/core/applications/?superuser_full_list=true&page_size=100&page=%d"
			if status := serve(sim, fmt.Sprintf(list, page)); status != http.StatusOK {
				b.Fatal(status)
			}
		}
	}
}
