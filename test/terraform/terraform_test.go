// Package terraform_test carries out Terraform exports with OpenTofu or Terraform and authentik's provider, and holds
// the result to what authpocket itself would do. It needs one of the two programs, and the registry or a directory of
// providers.
package terraform_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"testing"
)

// cycle makes a new link from its export, lets authpocket do PocketBase's half, and then takes the link over from
// there. objects is how many the export makes.
func (b *box) cycle(objects int, link ...string) {
	b.t.Helper()
	made := b.export(link...)
	made.plan(counts{added: objects})
	made.apply()
	if got := b.remaining(link...); !maps.Equal(got, map[string]int{"pocketbase": 1}) {
		b.t.Fatalf("after the apply authpocket would change %v, want only PocketBase", got)
	}
	b.done("apply", append(link, "--yes")...)
	b.done("plan", link...)
	b.verify(link...)
	made.plan(counts{})

	taken := b.export(link...)
	taken.plan(counts{imported: objects})
	taken.apply()
	b.done("plan", link...)

	whole := b.export(append(link, "--whole")...)
	whole.plan(counts{added: objects})
}

func TestEmailDecisions(t *testing.T) {
	for decision, objects := range map[string]int{"trust-all": 3, "trust-attribute": 3, "leave": 2} {
		t.Run(decision, func(t *testing.T) {
			b := newBox(t)
			link := b.file("link.yaml", "email: "+decision+"\n")
			b.cycle(objects, "-f", link)
			if decision == "trust-all" {
				b.done("verify", "-f", link, "--sign-in-new", "--yes")
			}
		})
	}
}

// odd is a text that looks like much of HCL.
const odd = `"${path.module}" %{ if true } \ $(id) 'é😀' # //`

// oddly is odd as a text of a link file, in which ${ is a variable.
const oddly = `\"${AUTHENTIK_DOLLAR}{path.module}\" %{ if true } \\ $(id) 'é😀' # //`

func TestEverySettingAndOddNames(t *testing.T) {
	b := newBox(t)
	b.api("POST", "/core/groups/", map[string]any{"name": "group " + odd})
	b.api("POST", "/core/users/", map[string]any{"username": "user " + odd, "name": "U", "path": "users"})
	b.api("POST", "/propertymappings/provider/scope/", map[string]any{"name": "mapping " + odd, "scope_name": "odd",
		"expression": "return {\"a\": \"${b}\"}\n"})
	b.api("POST", "/crypto/certificatekeypairs/generate/", map[string]any{"common_name": "key " + odd,
		"validity_days": 365, "alg": "rsa"})
	policy := b.first("/policies/all/")["name"]
	link := b.file("link.yaml", fmt.Sprintf(`email: trust-attribute
pocketbase:
  url: ${POCKETBASE_URL}
  token: ${POCKETBASE_TOKEN}
  public_urls: [https://a.company, https://b.company/sub]
  user_info: id_token
  slot: oidc2
application:
  name: "name %[1]s"
  slug: odd
  group: "group %[1]s"
  policy_engine_mode: all
  launch_url: https://a.company/?x=${AUTHENTIK_DOLLAR}{y}
  icon: fa://fa-note
  publisher: "publisher %[1]s"
  description: "first %[1]s\nsecond\tand\r\nthird\u200f"
  open_in_new_tab: true
  hide: true
provider:
  name: "provider %[1]s"
  client_id: "client %[1]s"
  authentication_flow: default-authentication-flow
  subject_mode: user_uuid
  access_code_validity: seconds=90
  access_token_validity: hours=2;minutes=3
  refresh_token_validity: days=3
  refresh_token_threshold: hours=1
  signing_key: "key %[1]s"
  scope_mappings: ["authentik default OAuth Mapping: OpenID 'offline_access'", "mapping %[1]s"]
  redirect_uris:
    - https://a.company/api/oauth2-redirect
    - https://b.company/sub/api/oauth2-redirect
    - {url: 'https://[a-z]+\.notes\.company/${AUTHENTIK_DOLLAR}{x}', mode: regex}
    - {url: https://a.company/bye, type: logout}
    - myapp://callback
  groups_claim: ["group %[1]s", "x\ny"]
access:
  groups: ["group %[1]s"]
  users: ["user %[1]s"]
  policies: [%[2]q]
`, oddly, policy))
	b.cycle(7, "-f", link)
}

// What authpocket does not set stays when Terraform takes a link over, and when it changes it later.
func TestTheRestStays(t *testing.T) {
	b := newBox(t)
	b.api("POST", "/core/groups/", map[string]any{"name": "staff"})
	const access = "access: {groups: [staff]}\n"
	link := b.file("link.yaml", "email: trust-all\n"+access)
	b.done("apply", "-f", link, "--yes")
	other := b.api("POST", "/providers/oauth2/", map[string]any{"name": "other",
		"authorization_flow": b.first("/flows/instances/?designation=authorization")["pk"],
		"invalidation_flow":  b.first("/flows/instances/?designation=invalidation")["pk"], "redirect_uris": []any{}})
	provider := fmt.Sprintf("/providers/oauth2/%v/", b.api("GET", "/core/applications/pocketbase/", nil)["provider"])
	rest := map[string]any{"encryption_key": b.first("/crypto/certificatekeypairs/")["pk"],
		"logout_uri": "https://a.company/out", "logout_method": "frontchannel",
		"jwt_federation_providers": []any{other["pk"]}}
	b.api("PATCH", provider, rest)
	binding := fmt.Sprintf("/policies/bindings/%v/", b.first("/policies/bindings/")["pk"])
	bound := map[string]any{"timeout": 77.0, "failure_result": true}
	b.api("PATCH", binding, bound)

	taken := b.export("-f", link)
	taken.plan(counts{imported: 4})
	taken.apply()
	b.file("link.yaml", "email: trust-all\n"+access+"provider: {name: Another name}\napplication: {name: Another}\n")
	changed := b.export("-f", link)
	changed.plan(counts{imported: 4, changed: 2})
	changed.apply()
	b.done("plan", "-f", link)
	for path, want := range map[string]map[string]any{provider: rest, binding: bound} {
		got := b.api("GET", path, nil)
		for name, value := range want {
			if !reflect.DeepEqual(got[name], value) {
				t.Errorf("%s of %s is %v, want %v", name, path, got[name], value)
			}
		}
	}
}

// What was changed by hand is put right, and what is missing is made.
func TestDrift(t *testing.T) {
	b := newBox(t)
	b.api("POST", "/core/groups/", map[string]any{"name": "staff"})
	link := b.file("link.yaml", "email: trust-all\naccess: {groups: [staff]}\n"+
		"application: {description: the notes, group: Apps}\nprovider: {access_token_validity: hours=1}\n")
	b.done("apply", "-f", link, "--yes")
	application := b.api("GET", "/core/applications/pocketbase/", nil)
	b.api("PATCH", fmt.Sprintf("/providers/oauth2/%v/", application["provider"]), map[string]any{
		"access_token_validity": "minutes=5", "grant_types": []any{"implicit"}, "property_mappings": []any{}})
	b.api("PATCH", "/core/applications/pocketbase/", map[string]any{"group": "", "meta_description": "by hand"})
	b.api("DELETE", fmt.Sprintf("/policies/bindings/%v/", b.first("/policies/bindings/")["pk"]), nil)

	taken := b.export("-f", link)
	taken.plan(counts{imported: 3, added: 1, changed: 2})
	taken.apply()
	b.done("plan", "-f", link)
}

// A later export means the same objects, and so can take the place of an earlier one. Another e-mail decision has a
// mapping of its own.
func TestALaterExportInTheSamePlace(t *testing.T) {
	b := newBox(t)
	for _, name := range []string{"staff", "guests"} {
		b.api("POST", "/core/groups/", map[string]any{"name": name})
	}
	link := b.file("link.yaml", "email: trust-all\naccess: {groups: [staff], users: [ada]}\n")
	made := b.export("-f", link)
	made.plan(counts{added: 5})
	made.apply()
	b.file("link.yaml", "email: trust-all\naccess: {groups: [guests, staff], users: [ada]}\n")
	b.done("export", "-f", link, "terraform", "--force", "--out", filepath.Join(made.dir, exported))
	made.start()
	made.plan(counts{added: 1})
	made.apply()
	b.file("link.yaml", "email: trust-attribute\naccess: {groups: [guests, staff], users: [ada]}\n")
	b.done("export", "-f", link, "terraform", "--force", "--out", filepath.Join(made.dir, exported))
	made.plan(counts{added: 1, changed: 1, destroyed: 1})
	made.apply()
	if got := b.remaining("-f", link); !maps.Equal(got, map[string]int{"pocketbase": 1}) {
		t.Errorf("after the apply authpocket would change %v, want only PocketBase", got)
	}
}

// An authentik without a key gets one.
func TestASigningKey(t *testing.T) {
	b := newBox(t)
	b.api("DELETE", fmt.Sprintf("/crypto/certificatekeypairs/%v/", b.first("/crypto/certificatekeypairs/")["pk"]), nil)
	link := b.file("link.yaml", "email: leave\n")
	made := b.export("-f", link)
	made.plan(counts{added: 5})
	made.apply()
	if got := b.remaining("-f", link); !maps.Equal(got, map[string]int{"pocketbase": 1}) {
		t.Fatalf("after the apply authpocket would change %v, want only PocketBase", got)
	}
	b.done("apply", "-f", link, "--yes")
	b.verify("-f", link)
	made.plan(counts{})
}

// Two links have a state each. The mapping that both have is made by the first, and taken over by the second.
func TestTwoLinks(t *testing.T) {
	b := newBox(t)
	const pocketbase = "{url: '${POCKETBASE_URL}', token: '${POCKETBASE_TOKEN}', slot: %s}"
	link := b.write("links.yaml", fmt.Sprintf("defaults: {email: trust-all, authentik: {url: '${AUTHENTIK_URL}', "+
		"token: '${AUTHENTIK_TOKEN}'}}\nlinks:\n  - {name: one, application: {slug: one}, provider: {name: One}, pocketbase: "+
		pocketbase+"}\n  - {name: two, application: {slug: two}, provider: {name: Two}, pocketbase: "+pocketbase+"}\n",
		"oidc", "oidc2"))
	first := b.export("-f", link, "--only", "one")
	first.plan(counts{added: 3})
	first.apply()
	second := b.export("-f", link, "--only", "two")
	second.plan(counts{imported: 1, added: 2})
	second.apply()
	b.done("apply", "-f", link, "--yes")
	b.done("plan", "-f", link)
	first.plan(counts{})
	second.plan(counts{})
}
