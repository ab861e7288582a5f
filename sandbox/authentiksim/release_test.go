package authentiksim_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// anApplication adds an application and returns its slug and the key of its provider.
func (w *world) anApplication() (slug, provider string) {
	w.t.Helper()
	w.sim.AddApplications(1)
	return "app-1", strconv.Itoa(int(w.admin("GET", "/core/applications/app-1/", nil).json["provider"].(float64)))
}

func TestTheBaseURLIsASystemSettingSince2026Dot8(t *testing.T) {
	for version, has := range map[string]bool{"2026.5.3": false, "2026.8.0": true} {
		w := newWorld(t, version)
		if _, there := w.admin("GET", "/admin/settings/", nil).json["base_url"]; there != has {
			t.Errorf("%s has base_url: %v", version, there)
		}
		for sent, want := range map[string]any{"https://authentik.company/": "https://authentik.company", "": ""} {
			got := w.admin("PATCH", "/admin/settings/", map[string]any{"base_url": sent}).json["base_url"]
			if has && got != want || !has && got != nil {
				t.Errorf("%s: %q is stored as %v", version, sent, got)
			}
		}
		refused := w.admin("PATCH", "/admin/settings/", map[string]any{"base_url": "no address"})
		if (refused.StatusCode == http.StatusBadRequest) != has {
			t.Errorf("%s answers %d to no address", version, refused.StatusCode)
		}
	}
}

func TestTheStockProfileHasAPictureSince2026Dot8(t *testing.T) {
	for version, has := range map[string]bool{"2026.5.3": false, "2026.8.0": true} {
		w := newWorld(t, version)
		slug, pk := w.anApplication()
		preview := w.admin("GET", "/providers/oauth2/"+pk+"/preview_user/", nil).json["preview"].(map[string]any)
		picture, _ := preview["picture"].(string)
		if strings.HasPrefix(picture, "data:image/svg+xml;base64,") != has {
			t.Errorf("%s: %s previews %v", version, slug, preview)
		}
	}
}

func TestABindingEndsSince2026Dot8(t *testing.T) {
	w := newWorld(t, "2026.8.0")
	slug, _ := w.anApplication()
	ada := w.sim.AddPerson("ada", "Ada", "ada@example.com", "correct horse", nil)
	app := w.admin("GET", "/core/applications/"+slug+"/", nil).json["pk"]
	staff, others := w.sim.AddGroup("staff", ada), w.sim.AddGroup("others")
	w.admin("POST", "/policies/bindings/", map[string]any{"target": app, "group": others, "order": 0})
	made := w.admin("POST", "/policies/bindings/", map[string]any{"target": app, "group": staff, "order": 1,
		"expiring": true, "expires": w.now.Add(time.Hour).Format(time.RFC3339)})
	if made.StatusCode != http.StatusCreated || made.json["expiring"] != true || made.json["expires"] == nil {
		t.Fatalf("%d %s", made.StatusCode, made.body)
	}
	for after, want := range map[time.Duration]bool{0: true, 2 * time.Hour: false} {
		w.now = w.now.Add(after)
		path := "/core/applications/" + slug + "/check_access/?for_user=" + strconv.Itoa(ada)
		if got := w.admin("GET", path, nil).json["passing"]; got != want {
			t.Errorf("after %s: %v", after, got)
		}
		w.now = w.now.Add(-after)
	}
	wrong := w.admin("PATCH", "/policies/bindings/"+made.json["pk"].(string)+"/", map[string]any{"expires": "tomorrow"})
	if wrong.StatusCode != http.StatusBadRequest {
		t.Errorf("%d %s", wrong.StatusCode, wrong.body)
	}
}

func TestClientsRegisterThemselvesSince2026Dot8(t *testing.T) {
	w := newWorld(t, "2026.8.0")
	slug, _ := w.anApplication()
	discovery, at := "/application/o/"+slug+"/.well-known/openid-configuration", "/application/o/"+slug+"/register/"
	register := func() reply {
		return w.send(http.DefaultClient, "POST", at, "Bearer "+w.sim.AdminToken(), "application/json", []byte("{}"))
	}
	read := func() any {
		return w.send(http.DefaultClient, "GET", discovery, "", "", nil).json["registration_endpoint"]
	}
	if got := read(); got != nil || register().StatusCode != http.StatusNotFound {
		t.Errorf("before it is allowed: %v", got)
	}
	w.sim.AllowRegistration(slug)
	if got := read(); got != w.url+at || register().StatusCode != http.StatusUnauthorized {
		t.Errorf("after: %v", got) // an API token has no scope for it
	}
	w.sim.RegisterClient(slug, "PocketBase", callback)
	app := w.admin("GET", "/core/applications/pocketbase/", nil)
	pk := strconv.Itoa(int(app.json["provider"].(float64)))
	provider := w.admin("GET", "/providers/oauth2/"+pk+"/", nil).json
	if provider["name"] != "PocketBase" || provider["signing_key"] != nil || app.json["name"] != "PocketBase" ||
		len(provider["property_mappings"].([]any)) != 3 {
		t.Errorf("it registers %v", provider)
	}
}
