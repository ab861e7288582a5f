package link

import (
	"cmp"
	"slices"
	"strconv"
)

// EmailDecision is which addresses PocketBase may treat as verified. The admin has to choose, because PocketBase links
// accounts by verified address.
type EmailDecision string

// The e-mail decisions.
const (
	EmailTrustAll       EmailDecision = "trust-all"
	EmailTrustAttribute EmailDecision = "trust-attribute"
	EmailLeave          EmailDecision = "leave"
)

// Existing is what to do with an application or provider that has the wanted slug, name or redirect URI, but does not
// clearly belong to this link.
type Existing string

// The values of Existing. The zero value stops and asks.
const (
	ExistingAsk Existing = ""
	ExistingUse Existing = "use"
	ExistingNew Existing = "new"
)

// The defaults of fields that a spec leaves open.
const (
	DefaultSlug        = "pocketbase"
	DefaultName        = "PocketBase"
	DefaultCollection  = "users"
	DefaultDisplayName = "authentik"
	RedirectPath       = "/api/oauth2-redirect"

	DefaultAuthorizationFlow = "default-provider-authorization-implicit-consent"
	DefaultInvalidationFlow  = "default-provider-invalidation-flow"
)

// Superusers is PocketBase's own collection of superusers, who can't sign in with OAuth2.
const Superusers = "_superusers"

// Slots returns the three OpenID Connect slots of an auth collection, in the order in which they are filled
// (PocketBase tools/auth/oidc.go).
func Slots() []string { return []string{"oidc", "oidc2", "oidc3"} }

// Ref refers to an object of authentik by primary key, and by slug or name.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// refName returns the object's name, or its primary key if the token can't see the name.
func refName(r Ref) string { return cmp.Or(r.Name, r.ID) }

func refNames(list []Ref) []string { return Each(list, refName) }

// Value returns what p points to, or fallback for nil.
func Value[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// Find returns a pointer to the first element that is meant, nil for none.
func Find[T any](list []T, is func(T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return &list[i]
	}
	return nil
}

// Each returns the list with its elements turned into others.
func Each[T, U any](list []T, of func(T) U) []U {
	all := make([]U, len(list))
	for i, one := range list {
		all[i] = of(one)
	}
	return all
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Quote returns s in typographic quotes.
func Quote(s string) string { return "“" + s + "”" }

// FieldAt returns the path of entry i of a list field.
func FieldAt(field string, i int) string { return field + "." + strconv.Itoa(i) }
