package export

import (
	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

const blueprintHead = `# Blueprint for authentik: what people sign in to PocketBase with.
#
# Import it under Customization, Blueprints. It can be imported again: what is
# there already is brought into this state, and nothing else is touched.
`

const blueprintSecret = `#
# The client secret is not in this file. Set ` + secretVariable + ` in the
# environment of authentik's server and worker first: the import is refused
# without it. PocketBase has to have the same one.
`

// The IDs of the blueprint's entries.
const (
	entryProvider = "provider"
	entryApp      = "app"
)

// blueprint returns a blueprint of the state that the plan gives authentik.
func blueprint(p link.Plan) (string, error) {
	c := carrier{name: "a blueprint", systems: []report.System{report.Authentik}}
	if err := c.check(&p); err != nil {
		return "", err
	}
	if p.Desired.Key != nil {
		var problems report.Problems
		problems.Add("provider.signing_key", say.Of("authentik has no RSA or EC key yet, and a blueprint cannot "+
			"generate one."),
			say.Of("Generate one in authentik under System, Certificates, then export again."))
		return "", problems
	}
	b := blueprinter{p: p, d: p.Desired}
	b.mappings()
	b.provider()
	b.application()
	for _, binding := range b.d.Bindings {
		b.binding(binding)
	}
	root := newMapping().add("version", yamlInt(1)).
		add("metadata", newMapping().add("name", yamlText(b.d.Application.Name)).node).
		add("entries", sequence(b.entries...)).node
	body, err := encode(root)
	head := blueprintHead
	if writesProviderSecret(&p) {
		head += blueprintSecret
	}
	return head + body, err
}

type blueprinter struct {
	p       link.Plan
	d       link.Desired
	entries []*yaml.Node
}

// entry adds one object. authentik finds an existing one by its identifiers.
func (b *blueprinter) entry(model, id string, conditions []*yaml.Node, identifiers, attrs mapping) {
	m := newMapping().add("model", word(model))
	if id != "" {
		m.add("id", word(id))
	}
	if len(conditions) > 0 {
		m.add("conditions", sequence(conditions...))
	}
	m.add("identifiers", identifiers.node).add("attrs", attrs.node)
	b.entries = append(b.entries, m.node)
}

func (b *blueprinter) mappings() {
	for _, m := range b.d.Mappings {
		identifiers, attrs := newMapping().add("name", yamlText(m.Name)), newMapping()
		visit(link.MappingAttrs(), &m, b.rest(identifiers, attrs, true))
		b.entry("authentik_providers_oauth2.scopemapping", mappingLabel(&m), nil, identifiers, attrs)
	}
}

func (b *blueprinter) provider() {
	v := b.d.Provider
	identifier, identifiers := b.providerIdentifiers()
	attrs := newMapping()
	for _, one := range []struct{ key, value string }{{"name", v.Name}, {"client_id", v.ClientID}} {
		if one.key != identifier {
			attrs.add(one.key, yamlText(one.value))
		}
	}
	for _, f := range v.Flows() {
		switch {
		case *f.Ref != link.Ref{} || f.Default != "":
			attrs.add(f.Key, flow(*f.Ref))
		case v.PK != 0:
			attrs.add(f.Key, yamlNull())
		}
	}
	attrs.add("client_type", yamlText(v.ClientType))
	if writesProviderSecret(&b.p) {
		attrs.add("client_secret", env(secretVariable))
	}
	attrs.add("grant_types", yamlTexts(grants(&v))).
		add("redirect_uris", redirects(v.RedirectURIs)).
		add("property_mappings", b.attached())
	var conditions []*yaml.Node
	if v.SigningKey != (link.Ref{}) {
		// Without the key authentik would silently sign with the client
		// secret. A skipped provider stops the whole import, because the
		// application refers to it.
		conditions = append(conditions, signingKey(v.SigningKey))
		attrs.add("signing_key", signingKey(v.SigningKey))
	}
	visit(link.ProviderAttrs(), &v, b.rest(identifiers, attrs, false))
	b.entry("authentik_providers_oauth2.oauth2provider", entryProvider, conditions, identifiers, attrs)
}

// providerIdentifiers returns identifiers that match the provider before the
// import: its current name, or a field that the import does not change.
func (b *blueprinter) providerIdentifiers() (string, mapping) {
	v := b.d.Provider
	before := v
	if c := changeOf(&b.p, link.KindProvider); c != nil {
		if was := link.As[link.ProviderState](c.Before); was != nil {
			before = *was
		}
	}
	switch {
	case before.Name == v.Name:
		return "name", newMapping().add("name", yamlText(v.Name))
	case before.ClientID == v.ClientID:
		return "client_id", newMapping().add("client_id", yamlText(v.ClientID))
	}
	return "pk", newMapping().add("pk", yamlInt(v.PK))
}

func (b *blueprinter) attached() *yaml.Node {
	list := sequence()
	for _, r := range b.d.Provider.Mappings {
		list.Content = append(list.Content, b.scopeMapping(r))
	}
	return list
}

func (b *blueprinter) scopeMapping(r link.Ref) *yaml.Node {
	const model = "authentik_providers_oauth2.scopemapping"
	managed, stock := stockMappings()[r.Name]
	own := b.d.OwnMapping(r)
	switch {
	case own != nil:
		return keyOf(mappingLabel(own))
	case stock:
		return find(model, "managed", managed)
	}
	return findRef(model, "name", r)
}

func (b *blueprinter) application() {
	a := b.d.Application
	identifiers := newMapping().add("slug", yamlText(a.Slug))
	attrs := newMapping().add("name", yamlText(a.Name)).add("provider", keyOf(entryProvider)).
		add("policy_engine_mode", yamlText(a.PolicyEngineMode))
	visit(link.ApplicationAttrs(), &a, b.rest(identifiers, attrs, a.PK != ""))
	b.entry("authentik_core.application", entryApp, nil, identifiers, attrs)
}

// rest adds the remaining fields of an object. With empty it also adds empty
// texts, which clear what is set.
func (b *blueprinter) rest(identifiers, attrs mapping, empty bool) func(*link.Meta) link.Cells {
	return func(m *link.Meta) link.Cells {
		to := attrs
		if identifiers.has(m.Key) {
			to = identifiers
		}
		return &yamlCells{Meta: m, to: to, empty: empty, features: features(&b.p)}
	}
}

// yamlCells adds plain fields.
type yamlCells struct {
	ownWay
	*link.Meta
	to       mapping
	empty    bool
	features link.Features
}

func (y *yamlCells) Text(v *string) {
	switch {
	case y.to.has(y.Key), *v == "" && !y.empty:
	case y.Code:
		y.to.add(y.Key, yamlCode(*v))
	default:
		y.to.add(y.Key, yamlText(*v))
	}
}

func (y *yamlCells) Flag(v *bool) {
	if y.Has(y.features) || *v {
		y.to.add(y.Key, yamlBool(*v))
	}
}

func (y *yamlCells) Number(v *int) { y.to.add(y.Key, yamlInt(*v)) }

func (b *blueprinter) binding(s link.BindingState) {
	target := map[string]*yaml.Node{
		"group":  findRef("authentik_core.group", "name", s.Target),
		"user":   findRef("authentik_core.user", "username", s.Target),
		"policy": findRef("authentik_policies.policy", "name", s.Target),
	}[s.Kind]
	attrs := newMapping()
	for _, a := range link.BindingAttrs() {
		if !a.Hidden { // the order is already an identifier
			a.Visit(&s, &yamlCells{Meta: a.Meta, to: attrs})
		}
	}
	b.entry("authentik_policies.policybinding", "", nil,
		newMapping().add("order", yamlInt(s.Order)).add("target", keyOf(entryApp)).add(s.Kind, target), attrs)
}

func flow(r link.Ref) *yaml.Node { return findRef("authentik_flows.flow", "slug", r) }

func signingKey(r link.Ref) *yaml.Node {
	return findRef("authentik_crypto.certificatekeypair", "name", r)
}

// findRef finds an object by its natural key, or else by its primary key.
func findRef(model, key string, r link.Ref) *yaml.Node {
	if r.Name == "" {
		return find(model, "pk", r.ID)
	}
	return find(model, key, r.Name)
}

// grants returns the grant types. They are always written: authentik 2026.5 and
// later refuse every sign-in without them, and earlier versions ignore the key.
func grants(v *link.ProviderState) []string {
	if len(v.GrantTypes) == 0 {
		return []string{"authorization_code"}
	}
	return v.GrantTypes
}

func redirects(list []link.RedirectURI) *yaml.Node {
	n := sequence()
	for _, r := range list {
		m := newMapping().add("matching_mode", yamlText(string(r.Mode))).add("url", yamlText(r.URL))
		if r.Type != "" && r.Type != link.RedirectAuthorization {
			m.add("redirect_uri_type", yamlText(string(r.Type)))
		}
		n.Content = append(n.Content, m.node)
	}
	return n
}
