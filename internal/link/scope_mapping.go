package link

// Mapping is a scope mapping.
type Mapping struct {
	Ref
	Managed     string `json:"managed"` // "goauthentik.io/providers/oauth2/scope-email", or empty
	Scope       string `json:"scope"`
	Description string `json:"description"`
	Expression  string `json:"expression"`
}

// ManagedPrefix is the prefix of the managed names of authentik's own scope mappings.
const ManagedPrefix = "goauthentik.io/providers/oauth2/scope-"

// mappingsPlace is where a spec names scope mappings.
const mappingsPlace = "provider.scope_mappings"

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

// Values returns the mapping's fields for a diff.
func (m *Mapping) Values() []FieldValue { return Values(MappingAttrs(), m, Features{}) }

// Values returns the key's fields for a diff.
func (k *KeyState) Values() []FieldValue { return Values(KeyAttrs(), k, Features{}) }
