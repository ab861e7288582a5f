package authentiksim_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const pairBlueprint = `version: 1
metadata: {name: PocketBase}
entries:
  - model: authentik_providers_oauth2.scopemapping
    id: email
    identifiers: {name: "PocketBase: verified email"}
    attrs:
      scope_name: email
      description: Email address
      expression: "return {'email': request.user.email, 'email_verified': True}"
  - model: authentik_providers_oauth2.oauth2provider
    id: provider
    identifiers: {name: PocketBase}
    attrs:
      authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-implicit-consent]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]
      signing_key: !Find [authentik_crypto.certificatekeypair, [name, authentik Self-signed Certificate]]
      client_id: pocketbase
      client_secret: !Env [POCKETBASE_CLIENT_SECRET, default-secret]
      grant_types: [authorization_code]
      redirect_uris: [{matching_mode: strict, url: "https://pb.example/api/oauth2-redirect"}]
      property_mappings:
        - !Find [authentik_providers_oauth2.scopemapping, [managed, goauthentik.io/providers/oauth2/scope-openid]]
        - !KeyOf email
  - model: authentik_core.application
    id: app
    identifiers: {slug: pocketbase}
    attrs: {name: PocketBase, provider: !KeyOf provider}
  - model: authentik_core.group
    id: group
    identifiers: {name: pb-users}
  - model: authentik_policies.policybinding
    identifiers: {order: 0, target: !KeyOf app, group: !KeyOf group}
    attrs: {enabled: true}
`

// imports uploads a blueprint like the admin interface.
func (w *world) imports(token, source string) reply {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "blueprint.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := part.Write([]byte(source)); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	const path = "/api/v3/managed/blueprints/import/"
	return w.send(http.DefaultClient, "POST", path, "Bearer "+token, form.FormDataContentType(), body.Bytes())
}

func TestBlueprintImportIsIdempotent(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	for range 2 {
		if r := w.imports(w.sim.AdminToken(), pairBlueprint); r.json["success"] != true {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
	}
	snap := w.sim.Snapshot()
	got := []int{len(snap.Providers), len(snap.Applications), len(snap.Bindings), len(snap.ScopeMappings)}
	if want := []int{1, 1, 1, 7}; !slices.Equal(got, want) {
		t.Fatalf("providers, applications, bindings, mappings: %v, want %v", got, want)
	}
	p := snap.Providers[0]
	if p.ClientSecret != "default-secret" || p.SigningKey == "" || len(p.PropertyMappings) != 2 ||
		snap.Applications[0].Provider != p.PK {
		t.Errorf("provider %+v", p)
	}
	preview := w.must("GET", "/providers/oauth2/1/preview_user/?for_user="+itoa(ada), nil)["preview"].(object)
	if preview["email_verified"] != true {
		t.Errorf("claims %v", preview)
	}
}

func TestFailedBlueprintChangesNothing(t *testing.T) {
	for name, test := range map[string]struct{ from, to, why string }{
		"missing flow":  {"default-provider-invalidation-flow", "none", "This field may not be null."},
		"unknown model": {"authentik_core.group", "authentik_core.token", "cannot import this model"},
		"unknown ID":    {"!KeyOf group", "!KeyOf nobody", `no entry with the id \"nobody\"`},
		"unknown tag":   {"!KeyOf group", "!Context group", "does not know the tag !Context"},
		"wrong version": {"version: 1", "version: 2", "version is 2"},
		"invalid YAML":  {"entries:", "entries: [", "reading the blueprint"},
		"already exists": {"identifiers: {slug: pocketbase}", "state: must_created\n    identifiers: {slug: taken}",
			"must_created"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.must("POST", "/core/applications/", object{"name": "Taken", "slug": "taken"})
			r := w.imports(w.sim.AdminToken(), strings.Replace(pairBlueprint, test.from, test.to, 1))
			if r.StatusCode != http.StatusOK || r.json["success"] != false {
				t.Errorf("%d %s", r.StatusCode, r.body)
			}
			r.mentions(t, test.why)
			snap := w.sim.Snapshot()
			if len(snap.Providers) != 0 || len(snap.Applications) != 1 || len(snap.ScopeMappings) != 6 {
				t.Error("parts of it were imported")
			}
		})
	}
}

func TestBlueprintNeedsPermissions(t *testing.T) {
	w := newWorld(t, "")
	token, _, _ := w.helper("authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider")
	w.imports(token, pairBlueprint).has(t, http.StatusForbidden)
}
