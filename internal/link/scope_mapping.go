package link

import (
	"strings"

	"authpocket/internal/say"
)

// Mapping is a scope mapping.
type Mapping struct {
	Ref
	Managed     string `json:"managed"` // "goauthentik.io/providers/oauth2/scope-email", or empty
	Scope       string `json:"scope"`
	Description string `json:"description"`
	Expression  string `json:"expression"`
}

// mappingsPlace is where a spec names scope mappings.
const mappingsPlace = "provider.scope_mappings"

// Place returns the path in a spec that decides about one of authpocket's own mappings.
func (m *Mapping) Place() string {
	if strings.HasPrefix(m.Name, groupsMappingPrefix) {
		return groupsClaimPlace
	}
	return "email"
}

// MappingAttrs returns the table of a scope mapping's fields. No spec sets them.
func MappingAttrs() []*Attr[*struct{}, *Mapping] {
	type S = *Mapping
	return []*Attr[*struct{}, S]{
		text[*struct{}](&Meta{Key: "name", Label: "Name of the mapping", Theirs: "Name",
			Follows: mappingsPlace, Fixed: true},
			func(s S) *string { return &s.Name }, nil),
		text[*struct{}](&Meta{Key: "scope_name", Label: "Scope of the mapping", Theirs: "Scope name",
			Follows: mappingsPlace},
			func(s S) *string { return &s.Scope }, nil),
		text[*struct{}](&Meta{Key: "description", Label: "Description of the mapping", Theirs: "Description",
			Follows: mappingsPlace, Free: true}, func(s S) *string { return &s.Description }, nil),
		text[*struct{}](&Meta{Key: "expression", Label: "Expression of the mapping", Theirs: "Expression",
			Follows: mappingsPlace, Code: true},
			func(s S) *string { return &s.Expression }, nil),
	}
}

// KeyState is a signing key to be generated.
type KeyState struct {
	Name      string `json:"name"`
	Algorithm string `json:"algorithm"` // "rsa" or "ecdsa", as in authentik's generate call
	Days      int    `json:"days"`      // validity of its certificate
}

// KeyAttrs returns the table of a signing key's fields. No spec sets them.
func KeyAttrs() []*Attr[*struct{}, *KeyState] {
	type S = *KeyState
	return []*Attr[*struct{}, S]{
		text[*struct{}](&Meta{Key: "common_name", Label: "Signing key", Theirs: "Common Name",
			Follows: "provider.signing_key"},
			func(s S) *string { return &s.Name }, nil),
		number[*struct{}](&Meta{Key: "validity_days", Label: "Validity of the signing key", Hidden: true},
			func(s S) *int { return &s.Days }),
		text[*struct{}](&Meta{Key: "alg", Label: "Algorithm of the signing key", Theirs: "Private key Algorithm",
			Follows: "provider.signing_key"},
			func(s S) *string { return &s.Algorithm }, nil),
	}
}

// authpocket's mappings for the e-mail decision. Names are unique across all property mappings of an authentik.
// Expressions are constants, never built from input.
const (
	trustAllName       = "authpocket: trust every e-mail address"
	trustAttributeName = "authpocket: trust e-mail addresses marked verified"

	// An account without an address gets no verified claim.
	trustAllExpression = `return {
    "email": request.user.email,
    "email_verified": bool(request.user.email),
}`
	// The attribute is passed on unchanged: PocketBase reads true, "true"
	// and 1 as verified, everything else as not (tools/auth/oidc.go).
	trustAttributeExpression = `return {
    "email": request.user.email,
    "email_verified": request.user.attributes.get("email_verified", False),
}`

	// ManagedPrefix is the prefix of the managed names of authentik's own scope mappings.
	ManagedPrefix = "goauthentik.io/providers/oauth2/scope-"
)

// EmailMapping returns the scope mapping that carries out the decision, nil if authentik's own stays.
func EmailMapping(d EmailDecision) *Mapping {
	m := &Mapping{Scope: "email"}
	switch d {
	case EmailTrustAll:
		m.Name, m.Expression = trustAllName, trustAllExpression
		m.Description = "E-mail address, always verified"
	case EmailTrustAttribute:
		m.Name, m.Expression = trustAttributeName, trustAttributeExpression
		m.Description = "E-mail address, verified where the attribute email_verified says so"
	default:
		return nil
	}
	return m
}

// OwnEmailMapping reports whether authpocket creates mappings with that name for the e-mail decision.
func OwnEmailMapping(name string) bool { return name == trustAllName || name == trustAttributeName }

// OwnMapping reports whether authpocket creates mappings with that name: those for the e-mail decision, which links
// share, and the groups mapping of each link.
func OwnMapping(name string) bool {
	return OwnEmailMapping(name) || strings.HasPrefix(name, groupsMappingPrefix)
}

// OwnMappingOf reports whether the link with that application may have created the mapping.
func OwnMappingOf(slug, name string) bool {
	return OwnEmailMapping(name) || name == GroupsMappingName(slug)
}

// EmailDropped describes what PocketBase does with an address that is not verified.
func EmailDropped(c *CollectionState) say.Text {
	if c.EmailRequired {
		return say.Of("PocketBase drops the address and then refuses the sign-in with “email: Cannot be blank”, "+
			"because %s requires one. Users who have signed in before still can.", c.Name)
	}
	return say.Of("PocketBase drops the address. The account is created without one, and nobody is linked to an " +
		"existing account.")
}

// EmailOutcome describes what a first sign-in leads to under a decision, given the collection's rules.
func EmailOutcome(d EmailDecision, c *CollectionState) say.Text {
	taken := say.Of("A new account is created; an account with the same address is linked instead.")
	if c.CreateRule == nil {
		taken = say.Of("New users are refused, because only superusers may create records in %s; an account with the "+
			"same address is linked instead.", c.Name)
	}
	switch d {
	case EmailTrustAll:
		return say.Of("Every address from authentik counts as verified. %s", taken)
	case EmailTrustAttribute:
		return say.Of("For people whose authentik attribute email_verified is true: %s For everyone else: %s", taken,
			EmailDropped(c))
	default:
		return say.Of("authentik marks every address as not verified. %s", EmailDropped(c))
	}
}

const groupsClaimPlace = "provider.groups_claim"

// groupsMappingPrefix is followed by the slug of the link's application.
const groupsMappingPrefix = "authpocket: groups of "

// GroupsMappingName returns the name of the groups mapping of the link with that application.
func GroupsMappingName(slug string) string { return groupsMappingPrefix + slug }

// GroupsMappingOf returns the slug in the name of a groups mapping, false for another name.
func GroupsMappingOf(name string) (slug string, found bool) {
	return strings.CutPrefix(name, groupsMappingPrefix)
}
