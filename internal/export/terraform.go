package export

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
)

const terraformHead = `# Terraform for authentik: what people sign in to PocketBase with.
#
# The API token is taken from the environment variable AUTHENTIK_TOKEN. Read
# the plan before you apply it: settings that this file names neither here nor
# in ignore_changes, such as the logout URI, get the provider's defaults.

`

// terraform returns a configuration of the state that the plan gives authentik.
func terraform(p link.Plan) (string, error) {
	c := carrier{name: "Terraform", systems: []report.System{report.Authentik}, refuses: refusedByTerraform}
	if err := c.check(&p); err != nil {
		return "", err
	}
	t := &terraformer{p: p, d: p.Desired}
	t.settings()
	t.secret()
	t.flows()
	t.key()
	t.mappings()
	t.provider()
	t.application()
	for _, b := range t.d.Bindings {
		t.binding(b)
	}
	return terraformHead + t.file.String(), nil
}

// The labels of resources that occur once.
const label = "pocketbase"

type terraformer struct {
	p    link.Plan
	d    link.Desired
	file hclBlock
	// attached holds the provider's scope mappings as expressions.
	attached []expression
	bindings []string // labels of bindings
}

// block adds a block after an empty line.
func (t *terraformer) block(kind string, labels ...string) *hclBlock {
	return t.file.add(len(t.file.items) > 0, kind, labels...)
}

// adopt adds an import block for an existing object.
func (t *terraformer) adopt(id, resource, name string) {
	b := t.block("import")
	b.set("to", address(resource, name))
	b.set("id", hclText(id))
}

// leave has Terraform leave settings of an existing object as they are. It resets those that the file does not
// name, also when it imports the object.
func leave(b *hclBlock, names ...string) {
	l := b.add(true, "lifecycle")
	l.remark("These stay as they are in authentik. To set one above, remove it here.")
	l.set("ignore_changes", expression("["+strings.Join(names, ", ")+"]"))
}

func (t *terraformer) settings() {
	b := t.block("terraform")
	b.set("required_version", hclText(">= 1.5"))
	required := b.add(false, "required_providers")
	version := "~> 2026.5" // its releases are those of authentik
	if !modern(&t.p) {     // its data sources require a server of at least its own version
		version = ">= 2025.12.0, < 2026.5.0"
	}
	required.set("authentik",
		hclPairs([][2]string{{"source", "goauthentik/authentik"}, {"version", version}}))
	if t.d.Key != nil {
		required.set("tls", hclPairs([][2]string{{"source", "hashicorp/tls"}, {"version", "~> 4.0"}}))
	}
	t.block("provider", "authentik").set("url", hclText(t.d.AuthentikURL))
}

func (t *terraformer) secret() {
	if !writesProviderSecret(&t.p) {
		return
	}
	b := t.block("variable", "pocketbase_client_secret")
	b.set("description",
		hclText("The client secret, the same one that PocketBase has. Set TF_VAR_pocketbase_client_secret."))
	b.set("type", address("string"))
	b.set("sensitive", hclBool(true))
}

func (t *terraformer) flows() {
	for _, one := range t.flowRefs() {
		if one.ref.Name != "" {
			t.block("data", "authentik_flow", one.label).set("slug", hclText(one.ref.Name))
		}
	}
}

// labelled is an object of authentik with its label in the file.
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

// refer returns a reference to the object's data source, or its primary key if its
// name is unknown.
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
	b.set("name", hclText(t.d.Provider.SigningKey.Name))
	b.set("fetch_certificate", hclBool(false))
	b.set("fetch_key", hclBool(false))
}

// generatedKey creates a key like authentik's own generate endpoint, but in
// Terraform, whose state then contains it.
func (t *terraformer) generatedKey(k link.KeyState) {
	key := t.block("resource", "tls_private_key", "signing")
	key.remark("Keep this and the next two when you export again: the key is then one that is there already.")
	if k.Algorithm == "ecdsa" {
		key.set("algorithm", hclText("ECDSA"))
		key.set("ecdsa_curve", hclText("P256"))
	} else {
		key.set("algorithm", hclText("RSA"))
		key.set("rsa_bits", hclInt(4096))
	}
	cert := t.block("resource", "tls_self_signed_cert", "signing")
	cert.set("private_key_pem", address("tls_private_key", "signing", "private_key_pem"))
	cert.set("validity_period_hours", hclInt(24*k.Days))
	cert.set("allowed_uses", hclTexts([]string{"digital_signature"}))
	cert.add(true, "subject").set("common_name", hclText(k.Name))
	pair := t.block("resource", "authentik_certificate_key_pair", "signing")
	pair.set("name", hclText(k.Name))
	pair.set("certificate_data", address("tls_self_signed_cert", "signing", "cert_pem"))
	pair.set("key_data", address("tls_private_key", "signing", "private_key_pem"))
}

func (t *terraformer) mappings() {
	const resource = "authentik_property_mapping_provider_scope"
	for _, m := range t.d.Mappings {
		if m.ID != "" {
			t.adopt(m.ID, resource, scopeLabel(&m))
		}
		b := t.block("resource", resource, scopeLabel(&m))
		if mappings.OwnEmail(m.Name) {
			b.remark("All links with the same e-mail decision share it. Do not destroy it before the last of them.")
		}
		visit(link.MappingAttrs(), &m, rest(b))
	}
	for i, r := range t.d.Provider.Mappings {
		name := fmt.Sprintf("scope_%d", i)
		managed, stock := stockMappings()[r.Name]
		own := t.d.OwnMapping(r)
		switch {
		case own != nil:
			t.attached = append(t.attached, address(resource, scopeLabel(own), "id"))
			continue
		case stock:
			t.block("data", resource, name).set("managed", hclText(managed))
		case r.Name != "":
			t.block("data", resource, name).set("name", hclText(r.Name))
		}
		t.attached = append(t.attached, refer(resource, name, r))
	}
}

// scopeLabel returns the label of one of authpocket's own scope mappings. Each e-mail decision has its own: Terraform
// would change the mapping of one into that of the other, below all links that share it.
func scopeLabel(m *link.Mapping) string {
	for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
		if m.Name == mappings.Email(d).Name {
			return strings.ReplaceAll(string(d), "-", "_")
		}
	}
	return mappingLabel(m)
}

func (t *terraformer) provider() {
	const resource = "authentik_provider_oauth2"
	v := t.d.Provider
	if v.PK != 0 {
		t.adopt(strconv.Itoa(v.PK), resource, label)
	}
	b := t.block("resource", resource, label)
	b.set("name", hclText(v.Name))
	b.set("client_type", hclText(v.ClientType))
	b.set("client_id", hclText(v.ClientID))
	if writesProviderSecret(&t.p) {
		b.set("client_secret", address("var", "pocketbase_client_secret"))
	}
	for _, f := range t.flowRefs() {
		b.set(f.attribute, refer("authentik_flow", f.label, f.ref))
	}
	t.signWith(b)
	if modern(&t.p) {
		b.set("grant_types", hclTexts(v.GrantTypes))
	}
	b.set("property_mappings", hclList(t.attached))
	b.set("allowed_redirect_uris", t.redirects())
	visit(link.ProviderAttrs(), &v, rest(b))
	if v.PK == 0 {
		return
	}
	names := []string{"encryption_key", "jwt_federation_providers", "jwt_federation_sources"}
	if modern(&t.p) { // the older providers that the file allows may not know them
		names = append(names, "logout_method", "logout_uri")
	}
	leave(b, names...)
}

func (t *terraformer) signWith(b *hclBlock) {
	switch key := t.d.Provider.SigningKey; {
	case t.d.Key != nil:
		b.set("signing_key", address("authentik_certificate_key_pair", "signing", "id"))
	case key != (link.Ref{}):
		b.set("signing_key", refer("authentik_certificate_key_pair", "signing", key))
	}
}

// redirects returns the redirect URIs, with their types if authentik has types:
// without them every later plan would show a difference.
func (t *terraformer) redirects() expression {
	var items []expression
	for _, r := range t.d.Provider.RedirectURIs {
		pairs := [][2]string{{"matching_mode", string(r.Mode)}, {"url", r.URL}}
		if modern(&t.p) && r.Type != "" || r.Logout() {
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
	b.set("name", hclText(a.Name))
	b.set("slug", hclText(a.Slug))
	b.set("protocol_provider", address("authentik_provider_oauth2", label, "id"))
	visit(link.ApplicationAttrs(), &a, rest(b))
	if a.PK != "" {
		leave(b, "backchannel_providers")
	}
}

func (t *terraformer) binding(s link.BindingState) {
	const resource = "authentik_policy_binding"
	name := t.bindingLabel(s)
	target := t.bound(name, s)
	if s.PK != "" {
		t.adopt(s.PK, resource, name)
	}
	b := t.block("resource", resource, name)
	if s.Kind == "policy" && s.Target.Name != "" {
		b.remark(fmt.Sprintf("The policy %s. Its key stands here: no data source finds it.", hclText(s.Target.Name)))
	}
	b.set("target", address("authentik_application", label, "uuid"))
	b.set(s.Kind, target)
	visit(link.BindingAttrs(), &s, rest(b))
	if s.PK != "" {
		leave(b, "failure_result", "timeout")
	}
}

// bindingLabel returns the label of a binding, made of the primary key of what it is for. It is the same with other
// bindings beside it, so that a later export means the same objects.
func (t *terraformer) bindingLabel(s link.BindingState) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, s.Target.ID)
	short, _, _ := strings.Cut(key, "_") // the first part of a UUID
	name := s.Kind + "_" + short
	if slices.Contains(t.bindings, name) {
		name = s.Kind + "_" + key
	}
	t.bindings = append(t.bindings, name)
	return name
}

// bound returns a reference to what a binding is for, and adds the data source that finds it. There is none for
// policies of every kind.
func (t *terraformer) bound(name string, s link.BindingState) expression {
	if s.Target.Name == "" || s.Kind == "policy" {
		return hclText(s.Target.ID)
	}
	source := "authentik_" + s.Kind
	b := t.block("data", source, name)
	if s.Kind == "user" {
		b.set("username", hclText(s.Target.Name))
	} else {
		b.set("name", hclText(s.Target.Name))
		b.set("include_users", hclBool(false)) // members are not needed and would only fill the state
	}
	return address("data", source, name, "id")
}

// rest sets the remaining fields of an object.
func rest(b *hclBlock) func(*link.Meta) link.Cells {
	return func(m *link.Meta) link.Cells { return &hclCells{Meta: m, to: b} }
}

// hclCells sets plain fields.
type hclCells struct {
	ownWay
	*link.Meta
	to *hclBlock
}

// Text omits empty texts: Terraform takes them for those that are left out, or would change one into the other.
func (h *hclCells) Text(v *string) {
	if !h.to.has(h.Key) && *v != "" {
		h.to.set(h.Key, hclText(*v))
	}
}

// Flag omits fields of newer versions that are not set.
func (h *hclCells) Flag(v *bool) {
	if *v || h.Since == "" {
		h.to.set(h.Key, hclBool(*v))
	}
}

func (h *hclCells) Number(v *int) { h.to.set(h.Key, hclInt(*v)) }
