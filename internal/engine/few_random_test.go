package engine_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
)

// otherKinds is an authentik that also has providers with these names that are not for OAuth2. They are only in the
// list of every kind. It shows what the token may see.
type otherKinds struct {
	http.Handler
	names []string
	sight atomic.Pointer[sight]
}

// sight is what a token without permissions on all objects sees of the providers. The zero value sees all.
type sight struct {
	forbidden string // the list that it may not read
	only      []int  // the primary keys that it sees, nil for all
}

const (
	oauth2Providers = "/api/v3/providers/oauth2/"
	anyProviders    = "/api/v3/providers/all/"
)

func (s *sight) sees(provider map[string]any) bool {
	return s.only == nil || slices.Contains(s.only, pkOf(provider))
}

func pkOf(provider map[string]any) int {
	if pk, ok := provider["pk"].(float64); ok {
		return int(pk)
	}
	return provider["pk"].(int)
}

// refuse answers as authentik does without a permission.
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"detail": detail})
}

func (k *otherKinds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sight := k.sight.Load()
	if pk, one := strings.CutPrefix(r.URL.Path, oauth2Providers); one && pk != "" && sight.only != nil {
		pk, _, _ = strings.Cut(pk, "/")
		if !slices.Contains(sight.only, at(pk, 0)) {
			refuse(w, http.StatusNotFound, "No OAuth2Provider matches the given query.")
			return
		}
	}
	if r.URL.Path == "/api/v3/core/users/me/" {
		k.someone(w, r)
		return
	}
	if r.URL.Path != anyProviders && r.URL.Path != oauth2Providers || r.Method != http.MethodGet {
		k.Handler.ServeHTTP(w, r)
		return
	}
	query := r.URL.Query()
	size, number := at(query.Get("page_size"), 20), at(query.Get("page"), 1)
	// The permission is looked at before the filters: nothing to see is forbidden, nothing found is an empty list.
	if r.URL.Path == sight.forbidden || sight.only != nil && len(k.list(r, url.Values{}, sight)) == 0 {
		refuse(w, http.StatusForbidden, "You do not have permission to perform this action.")
		return
	}
	list := k.list(r, query, sight)
	pages := max(1, (len(list)+size-1)/size)
	end := min(number*size, len(list))
	next := 0
	if number < pages {
		next = number + 1
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"autocomplete": map[string]any{},
		"results": list[min((number-1)*size, end):end],
		"pagination": map[string]any{"count": len(list), "current": number, "next": next, "previous": number - 1,
			"total_pages": pages, "start_index": (number-1)*size + 1, "end_index": end}})
}

// someone answers who the token's owner is: no superuser, whose roles older versions do not tell of.
func (k *otherKinds) someone(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	k.Handler.ServeHTTP(answer, r)
	var me struct {
		User map[string]any `json:"user"`
	}
	_ = json.Unmarshal(answer.Body.Bytes(), &me)
	delete(me.User, "roles")
	me.User["is_superuser"] = false
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"user": me.User})
}

// list returns all providers that a query is about and that can be seen, by name.
func (k *otherKinds) list(r *http.Request, query url.Values, sight *sight) []map[string]any {
	var page struct {
		Results []map[string]any `json:"results"`
	}
	all := r.Clone(r.Context())
	query = maps.Clone(query)
	query.Set("page_size", "100")
	query.Del("page")
	all.URL.RawQuery = query.Encode()
	answer := httptest.NewRecorder()
	k.Handler.ServeHTTP(answer, all)
	_ = json.Unmarshal(answer.Body.Bytes(), &page)
	for i, name := range k.names {
		if r.URL.Path == anyProviders && strings.Contains(strings.ToLower(name), strings.ToLower(query.Get("search"))) {
			page.Results = append(page.Results, map[string]any{"pk": otherKind + i, "name": name,
				"verbose_name": "SAML Provider", "meta_model_name": "authentik_providers_saml.samlprovider"})
		}
	}
	page.Results = slices.DeleteFunc(page.Results, func(one map[string]any) bool { return !sight.sees(one) })
	slices.SortFunc(page.Results, func(a, b map[string]any) int {
		return cmp.Compare(a["name"].(string), b["name"].(string))
	})
	return page.Results
}

// otherKind is the first primary key of providers of other kinds.
const otherKind = 9000

func at(text string, fallback int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return fallback
}

// directory is an authentik with random providers and applications, and a PocketBase that may be linked to one.
type directory struct {
	*bench
	kinds     *otherKinds
	ways      map[string]askedEngine
	others    []int // providers that stay
	providers []int
	slugs     []string
	taken     []string // names and client IDs
	spared    int      // plans that did without reading all providers
}

// anyOf draws one of some values.
func anyOf[T any](t *rapid.T, label string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, label)
}

// add creates a provider, with an application or without, unless what is unique is taken.
func (d *directory) add(t *rapid.T) {
	here := d.here()
	d.make(anyOf(t, "name", ours, "Provider for Shop", "Aardvark", "Wanted", "Zebra"),
		anyOf(t, "client ID", "ours", "wanted", "a", "b", "c"), anyOf(t, "slug", "", "pocketbase", "shop", "zebra"),
		rapid.IntRange(0, 5).Draw(t, "application without provider") == 0,
		anyOf(t, "redirect URI", here, map[string]any{"matching_mode": "strict", "url": "https://elsewhere.company/x"},
			map[string]any{"matching_mode": "regex", "url": ".*/api/oauth2-redirect"}))
}

// ours is the name of the link's provider, unless somebody chose another.
const ours = "Provider for PocketBase"

func (d *directory) here() map[string]any {
	return map[string]any{"matching_mode": "strict", "url": d.box.PocketBaseURL + link.RedirectPath}
}

func (d *directory) make(name, clientID, slug string, bereft bool, uri map[string]any) {
	if slices.Contains(d.taken, name) || slices.Contains(d.taken, clientID) || slices.Contains(d.slugs, slug) {
		return
	}
	made := d.authentik("POST", "/providers/oauth2/", map[string]any{"name": name, "client_id": clientID,
		"authorization_flow": d.flow(link.DefaultAuthorizationFlow),
		"invalidation_flow":  d.flow(link.DefaultInvalidationFlow), "redirect_uris": []any{uri}})
	pk := int(made["pk"].(float64))
	d.providers, d.taken = append(d.providers, pk), append(d.taken, name, clientID)
	if slug == "" {
		return
	}
	app := map[string]any{"name": "App " + slug, "slug": slug}
	if !bereft {
		app["provider"] = pk
	}
	d.authentik("POST", "/core/applications/", app)
	d.slugs = append(d.slugs, slug)
}

// linkedTo gives PocketBase's slot a client ID, or empties it.
func (d *directory) linkedTo(clientID string) {
	providers := []any{map[string]any{"name": "google", "clientId": "of Google", "clientSecret": "secret of Google"}}
	if clientID != "" {
		base := d.authentikURL + "/application/o/"
		providers = append(providers, map[string]any{"name": "oidc", "clientId": clientID, "clientSecret": "s",
			"displayName": "authentik", "authURL": base + "authorize/", "tokenURL": base + "token/",
			"userInfoURL": base + "userinfo/"})
	}
	d.patchOAuth2(map[string]any{"enabled": true, "providers": providers})
}

// clear removes what a case has added.
func (d *directory) clear() {
	for _, slug := range d.slugs {
		d.authentik("DELETE", "/core/applications/"+slug+"/", nil)
	}
	for _, pk := range d.providers {
		d.authentik("DELETE", fmt.Sprintf("/providers/oauth2/%d/", pk), nil)
	}
	d.providers, d.slugs, d.taken, d.kinds.names = nil, nil, nil, nil
}

// change changes one thing, as another admin does between a plan and its apply.
func (d *directory) change(t *rapid.T) {
	if len(d.providers) == 0 {
		d.add(t)
		return
	}
	pk := anyOf(t, "changed", d.providers...)
	path := fmt.Sprintf("/providers/oauth2/%d/", pk)
	switch anyOf(t, "change", "name", "client ID", "redirect URI", "another") {
	case "name":
		d.authentik("PATCH", path, map[string]any{"name": "Renamed"})
	case "client ID":
		d.authentik("PATCH", path, map[string]any{"client_id": "changed"})
	case "redirect URI":
		d.authentik("PATCH", path, map[string]any{"redirect_uris": []any{d.here()}})
	case "another":
		d.add(t)
	}
}

// sees draws what the token may see.
func (d *directory) sees(t *rapid.T) *sight {
	one := &sight{forbidden: anyOf(t, "forbidden", "", "", "", anyProviders, oauth2Providers)}
	if anyOf(t, "sees", "all", "all", "some") == "all" {
		return one
	}
	one.only = []int{}
	if rapid.Bool().Draw(t, "sees the others") {
		one.only = slices.Clone(d.others)
	}
	for _, pk := range d.providers {
		if rapid.Bool().Draw(t, "sees one") {
			one.only = append(one.only, pk)
		}
	}
	for i := range d.kinds.names {
		if rapid.Bool().Draw(t, "sees one of another kind") {
			one.only = append(one.only, otherKind+i)
		}
	}
	return one
}

// spec draws what the admin wants.
func (d *directory) spec(t *rapid.T) link.Spec {
	s := d.minimal()
	s.AuthentikURL = d.authentikURL
	s.Existing = anyOf(t, "existing", link.ExistingAsk, link.ExistingUse, link.ExistingNew)
	if slug := anyOf(t, "wanted slug", "", "", "pocketbase", "shop"); slug != "" {
		s.Application.Slug = &slug
	}
	if name := anyOf(t, "wanted name", "", "", "Wanted", "Zebra"); name != "" {
		s.Provider.Name = &name
	}
	if clientID := anyOf(t, "wanted client ID", "", "", "wanted", "a"); clientID != "" {
		s.Provider.ClientID = &clientID
	}
	return s
}

// newDirectory returns a sandbox whose authentik has that many other applications.
func newDirectory(t *testing.T, others int) *directory {
	t.Helper()
	d := &directory{bench: newBench(t)}
	d.box.Authentik().AddApplications(others)
	d.kinds = &otherKinds{Handler: d.box.Authentik()}
	d.kinds.sight.Store(&sight{})
	server := httptest.NewServer(d.kinds)
	t.Cleanup(server.Close)
	d.authentikURL = server.URL
	d.ways = map[string]askedEngine{}
	for _, one := range d.authentik("GET", "/providers/oauth2/?page_size=100", nil)["results"].([]any) {
		d.others = append(d.others, pkOf(one.(map[string]any)))
	}
	for title, as := range map[string]asked{"all": {all: true}, "few": {}, "few, with a receipt": {linked: true},
		"few, hurried": {hurried: true}} {
		d.ways[title] = d.connectAsked(as)
	}
	return d
}

// Whatever is there, a plan is the one that reading all providers gives, and so is what has changed since it was made.
func TestAFewProvidersTellWhatAllTell(t *testing.T) {
	fewerCases(t)
	for _, others := range []int{0, rest.FewProviders - 3, 3 * rest.FewProviders} {
		t.Run(strconv.Itoa(others), func(t *testing.T) {
			t.Parallel()
			d := newDirectory(t, others)
			rapid.Check(t, d.agree)
			t.Logf("%d plans did without reading all providers", d.spared)
		})
	}
}

// fewerCases has rapid draw fewer cases than it does by itself, unless somebody chose a number: each asks servers.
func fewerCases(t *testing.T) {
	t.Helper()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("15")
		t.Cleanup(func() { _ = checks.Value.Set(checks.DefValue) })
	}
}

// An authentik without providers tells nothing of whether the token may read those for OAuth2.
func TestProvidersThatMayNotBeReadWhenThereAreNone(t *testing.T) {
	d := newDirectory(t, 0)
	d.kinds.sight.Store(&sight{forbidden: oauth2Providers})
	s := d.minimal()
	s.AuthentikURL = d.authentikURL
	for title, way := range d.ways {
		if _, _, err := way.planned(t, s); err == nil || !strings.Contains(err.Error(), "view_oauth2provider") {
			t.Errorf("%s: the error is %v", title, err)
		}
	}
}

func (d *directory) agree(t *rapid.T) {
	defer d.clear()
	if rapid.Bool().Draw(t, "linked") {
		d.make(ours, "ours", "pocketbase", false, d.here())
	}
	for range rapid.IntRange(0, 4).Draw(t, "providers") {
		d.add(t)
	}
	for range rapid.IntRange(0, 2).Draw(t, "other kinds") {
		if name := anyOf(t, "other kind", ours, "Wanted", "Saml"); !slices.Contains(d.taken, name) {
			d.kinds.names, d.taken = append(d.kinds.names, name), append(d.taken, name)
		}
	}
	d.linkedTo(anyOf(t, "slot", "", "ours", "ours", "a", "gone"))
	s := d.spec(t)
	d.kinds.sight.Store(d.sees(t))
	defer d.kinds.sight.Store(&sight{})
	d.ways["few"].asked.readAll = false
	want, plan, err := d.ways["all"].planned(d.t, s)
	for title, way := range d.ways {
		if got, _, _ := way.planned(d.t, s); got != want {
			t.Fatalf("%s: the plan is\n%s\nwith all providers it is\n%s", title, got, want)
		}
	}
	// A check leaves out what only a plan's problems tell of, such as a name that another kind of provider has.
	expected, impossible := d.ways["all"].desired(d.t, s)
	for title, way := range d.ways {
		if got, _ := way.desired(d.t, s); impossible == nil && got != expected {
			t.Fatalf("%s: a check expects\n%s\nwith all providers it expects\n%s", title, got, expected)
		}
	}
	if err != nil {
		return
	}
	if !d.ways["few"].asked.readAll {
		d.spared++
	}
	d.change(t)
	want = d.ways["all"].again(d.t, plan)
	for title, way := range d.ways {
		if got := way.again(d.t, plan); got != want {
			t.Fatalf("%s: made again, the plan is\n%s\nwith all providers it is\n%s", title, got, want)
		}
	}
}
