package authentiksim_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

const pairBlueprint = `version: 1
metadata: {name: PocketBase}
entries:
  - model: authentik_providers_oauth2.scopemapping
    id: email
    identifiers: {name: "PocketBase: verified email"}
    attrs: {scope_name: email, description: Email address, expression: "return {'email': request.user.email, 'email_verified': True}"}
  - model: authentik_providers_oauth2.oauth2provider
    id: provider
    identifiers: {name: PocketBase}
    attrs:
      authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-implicit-consent]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]
      signing_key: !Find [authentik_crypto.certificatekeypair, [name, authentik Self-signed Certificate]]
      client_id: pocketbase
      client_secret: !Env [POCKETBASE_CLIENT_SECRET, a-secret-in-its-place]
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

// imports sends a blueprint as the admin interface does.
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
	return w.send(http.DefaultClient, "POST", "/api/v3/managed/blueprints/import/", "Bearer "+token, form.FormDataContentType(), body.Bytes())
}

// Imported twice it is there once, and works.
func TestBlueprintImport(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	for range 2 {
		if r := w.imports(w.sim.AdminToken(), pairBlueprint); r.json["success"] != true {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
	}
	snap := w.sim.Snapshot()
	if len(snap.Providers) != 1 || len(snap.Applications) != 1 || len(snap.Bindings) != 1 || len(snap.ScopeMappings) != 7 {
		t.Fatalf("%d providers, %d applications, %d bindings, %d mappings", len(snap.Providers), len(snap.Applications), len(snap.Bindings), len(snap.ScopeMappings))
	}
	p := snap.Providers[0]
	if p.ClientSecret != "a-secret-in-its-place" || p.SigningKey == "" || len(p.PropertyMappings) != 2 || snap.Applications[0].Provider != p.PK {
		t.Errorf("provider %+v", p)
	}
	if preview := w.must("GET", "/providers/oauth2/1/preview_user/?for_user="+itoa(ada), nil)["preview"].(object); preview["email_verified"] != true {
		t.Errorf("claims %v", preview)
	}
}

func TestBlueprintThatFailsLeavesNothing(t *testing.T) {
	for name, test := range map[string]struct{ from, to, why string }{
		"a flow that is not there": {"default-provider-invalidation-flow", "none", "This field may not be null."},
		"a model it does not know": {"authentik_core.group", "authentik_core.token", "cannot import this model"},
		"an id that is not there":  {"!KeyOf group", "!KeyOf nobody", `no entry with the id \"nobody\"`},
		"a tag it does not know":   {"!KeyOf group", "!Context group", "does not know the tag !Context"},
		"another version":          {"version: 1", "version: 2", "version is 2"},
		"no YAML":                  {"entries:", "entries: [", "reading the blueprint"},
		"already there":            {"identifiers: {slug: pocketbase}", "state: must_created\n    identifiers: {slug: taken}", "must_created"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.must("POST", "/core/applications/", object{"name": "Taken", "slug": "taken"})
			r := w.imports(w.sim.AdminToken(), strings.Replace(pairBlueprint, test.from, test.to, 1))
			if r.StatusCode != http.StatusOK || r.json["success"] != false {
				t.Errorf("%d %s", r.StatusCode, r.body)
			}
			r.mentions(t, test.why)
			if snap := w.sim.Snapshot(); len(snap.Providers) != 0 || len(snap.Applications) != 1 || len(snap.ScopeMappings) != 6 {
				t.Error("something of it is there")
			}
		})
	}
}

func TestBlueprintNeedsPermissions(t *testing.T) {
	w := newWorld(t, "")
	token, _, _ := w.helper("authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider")
	w.imports(token, pairBlueprint).has(t, http.StatusForbidden)
}
