package link

// KeyState is a signing key to be generated.
type KeyState struct {
	Name      string `json:"name"`
	Algorithm string `json:"algorithm"` // "rsa" or "ecdsa", as authentik's generate call names them
	Days      int    `json:"days"`      // validity of its certificate
}

// KeyAttrs is the table of a signing key's fields. No spec chooses them.
func KeyAttrs() []Attr[struct{}, KeyState] {
	type S = KeyState
	return []Attr[struct{}, S]{
		text[struct{}](Meta{Key: "common_name", Label: "Signing key", Follows: "provider.signing_key"}, func(s *S) *string { return &s.Name }, nil),
		number[struct{}](Meta{Key: "validity_days", Label: "Validity of the signing key", Hidden: true}, func(s *S) *int { return &s.Days }),
		text[struct{}](Meta{Key: "alg", Label: "Algorithm of the signing key", Follows: "provider.signing_key"}, func(s *S) *string { return &s.Algorithm }, nil),
	}
}
