// Package link holds the rules of a link between an authentik and a
// PocketBase as plain data and pure functions. It does no I/O.
package link

import "authpocket/internal/secret"

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

// Application is the authentik application: what people see.
type Application struct {
	Name             *string `yaml:"name" json:"name"`
	Slug             *string `yaml:"slug" json:"slug"` // default "pocketbase"
	Group            *string `yaml:"group" json:"group"`
	PolicyEngineMode *string `yaml:"policy_engine_mode" json:"policy_engine_mode"` // "any" or "all"
	LaunchURL        *string `yaml:"launch_url" json:"launch_url"`
	Icon             *string `yaml:"icon" json:"icon"` // URL or fa://name
	Publisher        *string `yaml:"publisher" json:"publisher"`
	Description      *string `yaml:"description" json:"description"`
	OpenInNewTab     *bool   `yaml:"open_in_new_tab" json:"open_in_new_tab"`
	Hide             *bool   `yaml:"hide" json:"hide"` // authentik 2026.5 and later
}

// Provider is the authentik OAuth2/OpenID provider. Flows are named by slug,
// signing key and scope mappings by name. Its client type is always
// confidential: PocketBase requires a client secret.
type Provider struct {
	Name                  *string       `yaml:"name" json:"name"`
	AuthorizationFlow     *string       `yaml:"authorization_flow" json:"authorization_flow"`
	InvalidationFlow      *string       `yaml:"invalidation_flow" json:"invalidation_flow"`
	AuthenticationFlow    *string       `yaml:"authentication_flow" json:"authentication_flow"` // empty: the brand's
	ClientID              *string       `yaml:"client_id" json:"client_id"`
	ClientSecret          *secret.Text  `yaml:"client_secret" json:"-"`
	RedirectURIs          []RedirectURI `yaml:"redirect_uris" json:"redirect_uris"` // nil: one per public address, others stay
	SigningKey            *string       `yaml:"signing_key" json:"signing_key"`
	AccessCodeValidity    *string       `yaml:"access_code_validity" json:"access_code_validity"` // "minutes=1"
	AccessTokenValidity   *string       `yaml:"access_token_validity" json:"access_token_validity"`
	RefreshTokenValidity  *string       `yaml:"refresh_token_validity" json:"refresh_token_validity"`
	RefreshTokenThreshold *string       `yaml:"refresh_token_threshold" json:"refresh_token_threshold"`
	SubjectMode           *string       `yaml:"subject_mode" json:"subject_mode"`
	IssuerMode            *string       `yaml:"issuer_mode" json:"issuer_mode"` // "per_provider" or "global"
	// ScopeMappings are the names of mappings beside openid, email and
	// profile. nil keeps the ones that are attached.
	ScopeMappings []string `yaml:"scope_mappings" json:"scope_mappings"`
}

// RedirectURI is one entry of a provider's redirect URIs.
type RedirectURI struct {
	URL  string `yaml:"url" json:"url"`
	Mode string `yaml:"mode" json:"mode"` // "strict" or "regex"
	Type string `yaml:"-" json:"type"`    // "authorization" or "logout", authentik 2026.5 and later
}

// UnmarshalYAML reads a plain address as a strict redirect URI.
func (r *RedirectURI) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&r.URL); err == nil {
		r.Mode = "strict"
		return nil
	}
	type whole RedirectURI
	return unmarshal((*whole)(r))
}

// regexMark ends the name of a redirect URI that is a regular expression.
const regexMark = " (regex)"

// String shows a strict URI plainly and marks any other.
func (r RedirectURI) String() string {
	s := r.URL
	if r.Mode == "regex" {
		s += regexMark
	}
	if r.Type == "logout" {
		s += " (logout)"
	}
	return s
}

// Access names who may use the application besides those that existing
// bindings let in. All lists empty means everyone who has an account.
type Access struct {
	Groups   []string `yaml:"groups" json:"groups"`     // by name
	Users    []string `yaml:"users" json:"users"`       // by username
	Policies []string `yaml:"policies" json:"policies"` // by name
}

// Empty tells whether a names nobody in particular.
func (a *Access) Empty() bool {
	return a == nil || len(a.Groups)+len(a.Users)+len(a.Policies) == 0
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

// PocketBase is what is wanted of the auth collection.
type PocketBase struct {
	Collection  *string `yaml:"collection" json:"collection"` // default "users"
	Slot        *string `yaml:"slot" json:"slot"`             // oidc, oidc2 or oidc3
	DisplayName *string `yaml:"display_name" json:"display_name"`
	AuthURL     *string `yaml:"auth_url" json:"auth_url"`
	TokenURL    *string `yaml:"token_url" json:"token_url"`
	UserInfoURL *string `yaml:"user_info_url" json:"user_info_url"`
	// UserInfo is "userinfo" or "id_token": where PocketBase reads the
	// claims from.
	UserInfo *string  `yaml:"user_info" json:"user_info"`
	JWKSURL  *string  `yaml:"jwks_url" json:"jwks_url"` // id_token only
	Issuers  []string `yaml:"issuers" json:"issuers"`   // id_token only
	PKCE     *bool    `yaml:"pkce" json:"pkce"`
	Enabled  *bool    `yaml:"enabled" json:"enabled"` // default true
	// Mapped fields: the collection's field that takes the claim, empty for
	// none.
	MapName     *string `yaml:"map_name" json:"map_name"`
	MapUsername *string `yaml:"map_username" json:"map_username"`
	MapAvatar   *string `yaml:"map_avatar" json:"map_avatar"`
	MapID       *string `yaml:"map_id" json:"map_id"`
	// ShowControls turns off "Hide collection create and edit controls",
	// the guide's step 2. The API does not need it.
	ShowControls bool `yaml:"show_controls" json:"show_controls"`
	// CreateRule and AuthRule replace the collection's rules where the admin
	// accepted an offered change. nil leaves them alone.
	CreateRule *string `yaml:"create_rule" json:"create_rule"`
	AuthRule   *string `yaml:"auth_rule" json:"auth_rule"`
	// RewriteSecret writes the client secret again even when nothing else
	// differs: PocketBase never shows it, so only a check can tell.
	RewriteSecret bool `yaml:"-" json:"rewrite_secret"`
}

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
