package export

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"authpocket/internal/link"
)

const terraformHead = `# Terraform for authentik: what people sign in to PocketBase with.
#
# The API token is taken from the environment variable AUTHENTIK_TOKEN. Read
# the plan before you apply it: settings that this file does not name, such as
# the logout URI, get the provider's defaults.

`

// terraform writes the state of authentik that the plan leads to.
func terraform(p link.Plan) (string, error) {
	c := carrier{name: "Terraform", systems: []link.System{link.Authentik}, refuses: refusedByTerraform}
	if err := c.check(p); err != nil {
		return "", err
	}
	f := hclwrite.NewEmptyFile()
	t := &terraformer{p: p, d: p.Desired, body: f.Body()}
	t.settings()
	t.secret()
	t.flows()
	t.key()
	t.mappings()
	t.provider()
	t.application()
	for i, b := range t.d.Bindings {
		t.binding(i, b)
	}
	return terraformHead + string(hclwrite.Format(f.Bytes())), nil
}

// The label of each resource of which there is one.
const label = "pocketbase"

type terraformer struct {
	p    link.Plan
	d    link.Desired
	body *hclwrite.Body
	// attached are the provider's scope mappings, as expressions.
	attached []expression
}

// block adds a block after an empty line.
func (t *terraformer) block(kind string, labels ...string) *hclwrite.Body {
	if len(t.body.Blocks()) > 0 {
		t.body.AppendNewline()
	}
	return t.body.AppendNewBlock(kind, labels).Body()
}

// adopt says that an object is there already.
func (t *terraformer) adopt(id, resource, name string) {
	b := t.block("import")
	b.SetAttributeRaw("to", address(resource, name))
	b.SetAttributeRaw("id", hclText(id))
}

func (t *terraformer) settings() {
	b := t.block("terraform")
	b.SetAttributeRaw("required_version", hclText(">= 1.5"))
	required := b.AppendNewBlock("required_providers", nil).Body()
	version := ">= 2026.5.0"
	if !modern(t.p) { // its data sources read no server older than itself
		version = ">= 2025.12.0, < 2026.5.0"
	}
	required.SetAttributeRaw("authentik",
		hclPairs([][2]string{{"source", "goauthentik/authentik"}, {"version", version}}))
	if t.d.Key != nil {
		required.SetAttributeRaw("tls", hclPairs([][2]string{{"source", "hashicorp/tls"}, {"version", ">= 4.0"}}))
	}
	t.block("provider", "authentik").SetAttributeRaw("url", hclText(t.d.AuthentikURL))
}

func (t *terraformer) secret() {
	if !writesProviderSecret(t.p) {
		return
	}
	b := t.block("variable", "pocketbase_client_secret")
	b.SetAttributeRaw("description",
		hclText("The client secret, the same one that PocketBase has. Set TF_VAR_pocketbase_client_secret."))
	b.SetAttributeRaw("type", address("string"))
	b.SetAttributeRaw("sensitive", hclBool(true))
}

func (t *terraformer) flows() {
	for _, one := range t.flowRefs() {
		if one.ref.Name != "" {
			t.block("data", "authentik_flow", one.label).SetAttributeRaw("slug", hclText(one.ref.Name))
		}
	}
}

// labelled is an object of authentik and what the file calls it.
type labelled struct {
	label, attribute string
	ref              link.Ref
}

func (t *terraformer) flowRefs() []labelled {
	var list []labelled
	for _, f := range t.d.Provider.Flows() {
		if *f.Ref != (link.Ref{}) || f.Default != "" {
			list = append(list, labelled{f.Flow, f.Key, *f.Ref})
		}
	}
	return list
}

// refer is an object that a data source looked up, or its primary key where
// nobody knows what it is called.
func refer(source, label string, r link.Ref) expression {
	if r.Name == "" {
		return hclText(r.ID)
	}
	return address("data", source, label, "id")
}

func (t *terraformer) key() {
	if t.d.Key != nil {
		t.generatedKey(*t.d.Key)
		return
	}
	if t.d.Provider.SigningKey.Name == "" {
		return
	}
	b := t.block("data", "authentik_certificate_key_pair", "signing")
	b.SetAttributeRaw("name", hclText(t.d.Provider.SigningKey.Name))
	b.SetAttributeRaw("fetch_certificate", hclBool(false))
	b.SetAttributeRaw("fetch_key", hclBool(false))
}

// generatedKey makes a key as authentik's own generate call does, but in
// Terraform, whose state then holds it.
func (t *terraformer) generatedKey(k link.KeyState) {
	key := t.block("resource", "tls_private_key", "signing")
	if k.Algorithm == "ecdsa" {
		key.SetAttributeRaw("algorithm", hclText("ECDSA"))
		key.SetAttributeRaw("ecdsa_curve", hclText("P256"))
	} else {
		key.SetAttributeRaw("algorithm", hclText("RSA"))
		key.SetAttributeRaw("rsa_bits", hclInt(4096))
	}
	cert := t.block("resource", "tls_self_signed_cert", "signing")
	cert.SetAttributeRaw("private_key_pem", address("tls_private_key", "signing", "private_key_pem"))
	cert.SetAttributeRaw("validity_period_hours", hclInt(24*k.Days))
	cert.SetAttributeRaw("allowed_uses", hclTexts([]string{"digital_signature"}))
	cert.AppendNewline()
	cert.AppendNewBlock("subject", nil).Body().SetAttributeRaw("common_name", hclText(k.Name))
	pair := t.block("resource", "authentik_certificate_key_pair", "signing")
	pair.SetAttributeRaw("name", hclText(k.Name))
	pair.SetAttributeRaw("certificate_data", address("tls_self_signed_cert", "signing", "cert_pem"))
	pair.SetAttributeRaw("key_data", address("tls_private_key", "signing", "private_key_pem"))
}

func (t *terraformer) mappings() {
	const resource = "authentik_property_mapping_provider_scope"
	if m := t.d.Mapping; m != nil {
		if m.ID != "" {
			t.adopt(m.ID, resource, "email")
		}
		b := t.block("resource", resource, "email")
		visit(link.MappingAttrs(), *m, rest(b, true))
	}
	for i, r := range t.d.Provider.Mappings {
		name := fmt.Sprintf("scope_%d", i)
		managed, stock := stockMappings()[r.Name]
		switch {
		case ownMapping(t.p, r):
			t.attached = append(t.attached, address(resource, "email", "id"))
			continue
		case stock:
			t.block("data", resource, name).SetAttributeRaw("managed", hclText(managed))
		case r.Name != "":
			t.block("data", resource, name).SetAttributeRaw("name", hclText(r.Name))
		}
		t.attached = append(t.attached, refer(resource, name, r))
	}
}

func (t *terraformer) provider() {
	const resource = "authentik_provider_oauth2"
	v := t.d.Provider
	if v.PK != 0 {
		t.adopt(strconv.Itoa(v.PK), resource, label)
	}
	b := t.block("resource", resource, label)
	b.SetAttributeRaw("name", hclText(v.Name))
	b.SetAttributeRaw("client_type", hclText(v.ClientType))
	b.SetAttributeRaw("client_id", hclText(v.ClientID))
	if writesProviderSecret(t.p) {
		b.SetAttributeRaw("client_secret", address("var", "pocketbase_client_secret"))
	}
	for _, f := range t.flowRefs() {
		b.SetAttributeRaw(f.attribute, refer("authentik_flow", f.label, f.ref))
	}
	t.signWith(b)
	if modern(t.p) {
		b.SetAttributeRaw("grant_types", hclTexts(v.GrantTypes))
	}
	b.SetAttributeRaw("property_mappings", hclList(t.attached))
	b.SetAttributeRaw("allowed_redirect_uris", t.redirects())
	visit(link.ProviderAttrs(), v, rest(b, false))
}

func (t *terraformer) signWith(b *hclwrite.Body) {
	switch key := t.d.Provider.SigningKey; {
	case t.d.Key != nil:
		b.SetAttributeRaw("signing_key", address("authentik_certificate_key_pair", "signing", "id"))
	case key != (link.Ref{}):
		b.SetAttributeRaw("signing_key", refer("authentik_certificate_key_pair", "signing", key))
	}
}

// redirects names the kind of each where authentik has kinds, for leaving it
// out shows as a difference in every later plan.
func (t *terraformer) redirects() expression {
	var items []expression
	for _, r := range t.d.Provider.RedirectURIs {
		pairs := [][2]string{{"matching_mode", string(r.Mode)}, {"url", r.URL}}
		if modern(t.p) && r.Type != "" || r.Type == link.RedirectLogout {
			pairs = append(pairs, [2]string{"redirect_uri_type", string(r.Type)})
		}
		items = append(items, hclPairs(pairs))
	}
	return hclList(items)
}

func (t *terraformer) application() {
	const resource = "authentik_application"
	a := t.d.Application
	if a.PK != "" {
		t.adopt(a.Slug, resource, label)
	}
	b := t.block("resource", resource, label)
	b.SetAttributeRaw("name", hclText(a.Name))
	b.SetAttributeRaw("slug", hclText(a.Slug))
	b.SetAttributeRaw("protocol_provider", address("authentik_provider_oauth2", label, "id"))
	visit(link.ApplicationAttrs(), a, rest(b, false))
}

func (t *terraformer) binding(i int, s link.BindingState) {
	const resource = "authentik_policy_binding"
	name := fmt.Sprintf("%s_%d", s.Kind, i)
	source := "authentik_" + s.Kind
	if s.Target.Name != "" {
		key := "name"
		if s.Kind == "user" {
			key = "username"
		}
		b := t.block("data", source, name)
		b.SetAttributeRaw(key, hclText(s.Target.Name))
		if s.Kind == "group" { // members are of no use here, and would fill the state
			b.SetAttributeRaw("include_users", hclBool(false))
		}
	}
	if s.PK != "" {
		t.adopt(s.PK, resource, name)
	}
	b := t.block("resource", resource, name)
	b.SetAttributeRaw("target", address("authentik_application", label, "uuid"))
	b.SetAttributeRaw(s.Kind, refer(source, name, s.Target))
	visit(link.BindingAttrs(), s, rest(b, false))
}

// rest sets the fields of an object that the block does not have yet.
func rest(b *hclwrite.Body, empty bool) func(link.Meta) link.Cells {
	return func(m link.Meta) link.Cells { return hclCells{Meta: m, to: b, empty: empty} }
}

// hclCells sets a plain field.
type hclCells struct {
	ownWay
	link.Meta
	to    *hclwrite.Body
	empty bool
}

func (h hclCells) Text(v *string) {
	if h.to.GetAttribute(h.Key) == nil && (*v != "" || h.empty) {
		h.to.SetAttributeRaw(h.Key, hclText(*v))
	}
}

// Flag leaves out what only newer versions have and what is not set.
func (h hclCells) Flag(v *bool) {
	if *v || h.Since == "" {
		h.to.SetAttributeRaw(h.Key, hclBool(*v))
	}
}

func (h hclCells) Number(v *int) { h.to.SetAttributeRaw(h.Key, hclInt(*v)) }
