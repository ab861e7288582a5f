// Package link holds the rules of a link between an authentik and a
// PocketBase as plain data and pure functions. It does no I/O.
package link

import "regexp"

// Spec is what the admin wants of a link. A nil field is left open: it keeps
// the value that is there, and gets its default where nothing is there yet.
// A set field is wanted exactly so; an empty value clears.
type Spec struct {
	// AuthentikURL is authentik's public address, as browsers see it. Empty
	// means the address that authpocket itself uses.
	AuthentikURL string `yaml:"-" json:"authentik_url"`
	// PocketBaseURLs are PocketBase's public addresses. Each one gives a
	// strict redirect URI.
	PocketBaseURLs []string `yaml:"-" json:"pocketbase_urls"`

	Email EmailDecision `yaml:"email" json:"email"`
	// Existing answers what to do with an object that is there already and
	// that nothing proves to be of this link.
	Existing Existing `yaml:"existing" json:"existing"`

	Application Application `yaml:"application" json:"application"`
	Provider    Provider    `yaml:"provider" json:"provider"`
	Access      *Access     `yaml:"access" json:"access"`
	PocketBase  PocketBase  `yaml:"-" json:"pocketbase"`
}

// RedirectURI is one entry of a provider's redirect URIs.
type RedirectURI struct {
	URL  string       `yaml:"url" json:"url"`
	Mode RedirectMode `yaml:"mode" json:"mode"`
	Type RedirectType `yaml:"-" json:"type"` // authentik 2026.5 and later, empty before
}

// RedirectMode is how authentik compares a redirect URI.
type RedirectMode string

// The modes (authentik MatchingModeEnum).
const (
	RedirectStrict RedirectMode = "strict"
	RedirectRegex  RedirectMode = "regex"
)

// RedirectType is what a redirect URI is for.
type RedirectType string

// The types (authentik RedirectUriTypeEnum).
const (
	RedirectAuthorization RedirectType = "authorization"
	RedirectLogout        RedirectType = "logout"
)

// UnmarshalYAML reads a plain address as a strict redirect URI.
func (r *RedirectURI) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&r.URL); err == nil {
		r.Mode = RedirectStrict
		return nil
	}
	type whole RedirectURI
	return unmarshal((*whole)(r))
}

// PatternSuffix ends the name of a redirect URI that is a regular expression.
const PatternSuffix = " (regex)"

// String shows a strict URI plainly and marks any other.
func (r RedirectURI) String() string {
	s := r.URL
	if r.Mode == RedirectRegex {
		s += PatternSuffix
	}
	if r.Type == RedirectLogout {
		s += " (logout)"
	}
	return s
}

// EmailDecision says which addresses PocketBase may take as verified. It is
// asked and never assumed, for PocketBase links accounts by verified address.
type EmailDecision string

// The e-mail decisions.
const (
	EmailTrustAll       EmailDecision = "trust-all"
	EmailTrustAttribute EmailDecision = "trust-attribute"
	EmailLeave          EmailDecision = "leave"
)

// Existing says what to do with an application or provider that has the
// wanted slug, name or redirect URI but is not plainly of this link.
type Existing string

// The answers to Existing. The zero value is to stop and ask.
const (
	ExistingAsk Existing = ""
	ExistingUse Existing = "use"
	ExistingNew Existing = "new"
)

// The defaults of what a spec leaves open.
const (
	DefaultSlug        = "pocketbase"
	DefaultName        = "PocketBase"
	DefaultCollection  = "users"
	DefaultDisplayName = "authentik"
	RedirectPath       = "/api/oauth2-redirect"

	DefaultAuthorizationFlow = "default-provider-authorization-implicit-consent"
	DefaultInvalidationFlow  = "default-provider-invalidation-flow"
)

// Slots are the three OpenID Connect places of an auth collection, in the
// order in which they are filled (PocketBase tools/auth/oidc.go).
func Slots() []string { return []string{"oidc", "oidc2", "oidc3"} }

// Value returns what p points to, or fallback for nil.
func Value[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// Identity returns what of the spec says which link it is, without the rest.
func (s Spec) Identity() Spec {
	return Spec{
		AuthentikURL: s.AuthentikURL, PocketBaseURLs: s.PocketBaseURLs,
		Application: Application{Slug: s.Application.Slug}, PocketBase: PocketBase{Collection: s.PocketBase.Collection},
	}
}

// Allows tells whether authentik sends people back to u by this entry. A
// pattern has to match from end to end; one that only Python can read does
// not count.
func (r RedirectURI) Allows(u string) bool {
	if r.Mode != RedirectRegex {
		return r.URL == u
	}
	pattern, err := regexp.Compile(`^(?:` + r.URL + `)$`)
	return err == nil && pattern.MatchString(u)
}

// Query says what an observation for s has to look up.
func (s Spec) Query() Query {
	return Query{
		Slug:         Value(s.Application.Slug, DefaultSlug),
		ProviderName: Value(s.Provider.Name, DefaultProviderName(Value(s.Application.Name, DefaultName))),
		Collection:   Value(s.PocketBase.Collection, DefaultCollection),
		ClientID:     Value(s.Provider.ClientID, ""),
		Access:       s.Access,
	}
}

// DefaultProviderName is what authentik's own wizard proposes.
func DefaultProviderName(application string) string { return "Provider for " + application }
