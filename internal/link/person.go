package link

import (
	"cmp"
	"strings"

	"authpocket/internal/secret"
)

// PersonState is the person of a proof: a user of authentik that is made for one test sign-in and removed after it.
type PersonState struct {
	PK       int         `json:"pk"`
	Username string      `json:"username"`
	Name     string      `json:"name"`
	Email    string      `json:"email"`
	Groups   []Ref       `json:"groups"`
	Verified bool        `json:"verified"` // has the attribute email_verified
	Mark     string      `json:"mark"`     // random; only a user with it is deleted
	Subject  string      `json:"subject"`  // by which PocketBase knows the person, empty until it is known
	Password secret.Text `json:"-"`
}

const (
	// MarkAttribute is the attribute of an authentik user that holds the mark of a proof.
	MarkAttribute = "authpocket_proof"

	// VerifiedAttribute is that which says that a person's e-mail address is verified.
	VerifiedAttribute = "email_verified"
	// nowhere is the domain of addresses that no mail reaches (RFC 2606).
	nowhere = "@authpocket.invalid"
)

// NewPerson returns the person of a proof. id is a random word. An empty address is one that no mail reaches.
func NewPerson(id, mark, address string, password secret.Text) PersonState {
	p := PersonState{Username: "authpocket-test-" + id, Name: "authpocket test sign-in, deleted after it",
		Email: address, Mark: mark, Password: password}
	if address == "" {
		p.Email = p.Username + nowhere
	}
	return p
}

// Unreachable reports whether the address is one that no mail reaches, and so belongs to no other account.
func (p PersonState) Unreachable() bool { return strings.HasSuffix(p.Email, nowhere) }

// Attributes returns the attributes of the user in authentik.
func (p PersonState) Attributes() map[string]any {
	attributes := map[string]any{MarkAttribute: p.Mark}
	if p.Verified {
		attributes[VerifiedAttribute] = true
	}
	return attributes
}

// PersonAttrs returns the table of a person's fields. No spec sets them.
func PersonAttrs() []*Attr[*struct{}, *PersonState] {
	type S = *PersonState
	return []*Attr[*struct{}, S]{
		text[*struct{}](&Meta{Key: "username", Label: "Username"}, func(s S) *string { return &s.Username }, nil),
		text[*struct{}](&Meta{Key: "name", Label: "Name"}, func(s S) *string { return &s.Name }, nil),
		text[*struct{}](&Meta{Key: "email", Label: "E-mail address"}, func(s S) *string { return &s.Email }, nil),
		refs[*struct{}](&Meta{Key: "groups", Label: "Groups", Unordered: true}, func(s S) *[]Ref { return &s.Groups }),
	}
}

// Values returns the person's fields for a diff.
func (p *PersonState) Values() []FieldValue {
	return append(Values(PersonAttrs(), p, Features{}),
		FieldValue{Name: "attributes." + MarkAttribute, Of: ShowText(p.Mark)},
		FieldValue{Name: "attributes." + VerifiedAttribute, Of: ShowFlag(p.Verified)},
		FieldValue{Name: "password", Of: maskOf(p.Password), secret: p.Password, sensitive: true})
}

// AccountState is the account that PocketBase creates at the sign-in of a proof.
type AccountState struct {
	Collection Ref    `json:"collection"`
	Slot       string `json:"slot"`
	ID         string `json:"id"` // empty until it is created
	Email      string `json:"email"`
}

// Values returns the account's fields for a diff.
func (a *AccountState) Values() []FieldValue {
	return []FieldValue{{Name: "collection", Of: ShowText(a.Collection.Name)},
		{Name: "slot", Of: ShowText(a.Slot)}}
}

// SessionState is what keeps an account of PocketBase signed in: its token key, which PocketBase never shows.
type SessionState struct {
	Collection Ref    `json:"collection"`
	Slot       string `json:"slot"`
	ID         string `json:"id"`
	Email      string `json:"email"`
	Subject    string `json:"subject"` // by which PocketBase knows the person
	Person     string `json:"person"`  // the username in authentik, empty if unknown
	Reason     string `json:"reason"`  // why the person can no longer sign in
	Updated    string `json:"updated"` // when the account was changed before
}

// Name returns what people know the account by.
func (s SessionState) Name() string { return cmp.Or(s.Email, s.ID) }

// TokenKey is the name of the field that signs an account out.
const TokenKey = "tokenKey" // #nosec G101 -- a name
