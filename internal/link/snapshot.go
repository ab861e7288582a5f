package link

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"authpocket/internal/secret"
)

// System is one of the two outside systems.
type System string

// The two systems.
const (
	Authentik System = "authentik"
	PB        System = "pocketbase"
)

// Label is the system's own name.
func (s System) Label() string {
	if s == PB {
		return "PocketBase"
	}
	return "authentik"
}

// Ref names an object of authentik: its primary key, and the slug or name
// that people know it by.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Query says what an observation has to look up besides the lists that every
// observation reads.
type Query struct {
	Slug         string // the application's
	ProviderName string // to find a provider of another kind that has it
	Collection   string // the auth collection's name
	ClientID     string // where the spec gives one
	Access       *Access
}

// AuthentikSnapshot is what an authentik holds now, as far as a link is
// concerned.
type AuthentikSnapshot struct {
	Taken    time.Time
	URL      string // the address it was read at
	Version  string
	Features Features

	Application *ApplicationState // the one with the slug asked for
	Providers   []ProviderState   // all OAuth2 providers
	// NameTaken is the kind of a provider that is no OAuth2 provider and has
	// the queried name. Names are unique over all kinds.
	NameTaken string
	Flows     []Flow
	Keys      []Key
	Mappings  []Mapping
	Bindings  []BindingState // of Application
	Groups    []Ref          // those the query named, as found
	Users     []Ref
	Policies  []Ref
	// EmailChangeAllowed tells whether people may change their own address
	// (default_user_change_email). nil: the token may not read it.
	EmailChangeAllowed *bool
	// ClosedByDefault tells that an application without bindings lets nobody
	// in (the flag core_default_app_access is off). Unread settings say no.
	ClosedByDefault bool
	// Missing are the permissions that a refused read showed to be lacking,
	// such as "authentik_flows.view_flow".
	Missing []string
}

// Features are what servers of some versions lack.
type Features struct {
	GrantTypes  bool // 2026.5
	MetaHide    bool // 2026.5
	RedirectURI bool // redirect_uri_type, 2026.5
}

// ApplicationState is an application as it stands or as it is wanted.
type ApplicationState struct {
	PK               string `json:"pk"`
	Slug             string `json:"slug"`
	Name             string `json:"name"`
	Group            string `json:"group"`
	PolicyEngineMode string `json:"policy_engine_mode"`
	LaunchURL        string `json:"launch_url"`
	Icon             string `json:"icon"`
	Publisher        string `json:"publisher"`
	Description      string `json:"description"`
	OpenInNewTab     bool   `json:"open_in_new_tab"`
	Hide             bool   `json:"hide"`
	Provider         int    `json:"provider"`      // primary key, 0 for none
	ProviderName     string `json:"provider_name"` // for people
	ProviderKind     string `json:"provider_kind"` // "OAuth2/OpenID Provider" and the like, as authentik names it
}

// ProviderState is an OAuth2 provider as it stands or as it is wanted.
type ProviderState struct {
	PK                    int           `json:"pk"`
	Name                  string        `json:"name"`
	AuthorizationFlow     Ref           `json:"authorization_flow"`
	InvalidationFlow      Ref           `json:"invalidation_flow"`
	AuthenticationFlow    Ref           `json:"authentication_flow"`
	ClientType            string        `json:"client_type"`
	ClientID              string        `json:"client_id"`
	ClientSecret          secret.Text   `json:"-"`
	RedirectURIs          []RedirectURI `json:"redirect_uris"`
	SigningKey            Ref           `json:"signing_key"`
	EncryptionKey         Ref           `json:"encryption_key,omitzero"` // kept as it is
	AccessCodeValidity    string        `json:"access_code_validity"`
	AccessTokenValidity   string        `json:"access_token_validity"`
	RefreshTokenValidity  string        `json:"refresh_token_validity"`
	RefreshTokenThreshold string        `json:"refresh_token_threshold"`
	SubjectMode           string        `json:"subject_mode"`
	IssuerMode            string        `json:"issuer_mode"`
	IncludeClaims         bool          `json:"include_claims"` // include_claims_in_id_token
	GrantTypes            []string      `json:"grant_types"`
	Mappings              []Ref         `json:"mappings"`
	ApplicationSlug       string        `json:"application_slug"` // assigned application, empty for none
	ApplicationName       string        `json:"application_name"`
}

// Flow is an authentik flow.
type Flow struct {
	Ref
	Title       string
	Designation string // authorization, invalidation, authentication, ...
}

// Key is a certificate-key pair that can sign.
type Key struct {
	Ref
	Type string // rsa, ec, ed25519, ed448, dsa
}

// Usable tells whether PocketBase and authentik can both work with tokens
// signed by k: Ed25519 makes authentik's discovery answer 500.
func (k Key) Usable() bool { return k.Type == "rsa" || k.Type == "ec" || k.Type == "" }

// Mapping is a scope mapping.
type Mapping struct {
	Ref
	Managed     string `json:"managed"` // "goauthentik.io/providers/oauth2/scope-email", or empty
	Scope       string `json:"scope"`
	Description string `json:"description"`
	Expression  string `json:"expression"`
}

// BindingState lets one group, user or policy use the application.
type BindingState struct {
	PK          string `json:"pk"`
	Application Ref    `json:"application"` // ID is empty while the application is still to be made; Name is its slug
	Kind        string `json:"kind"`        // "group", "user" or "policy"
	Target      Ref    `json:"target"`
	Order       int    `json:"order"`
	Timeout     int    `json:"timeout,omitzero"` // in seconds, of one that is there
	Negate      bool   `json:"negate"`
	Enabled     bool   `json:"enabled"`
	Expires     string `json:"expires,omitempty"` // when authentik ends it by itself, since 2026.8; empty for never
}

// PocketBaseSnapshot is what a PocketBase holds now.
type PocketBaseSnapshot struct {
	Taken       time.Time
	URL         string
	Version     string // empty: not known
	Collections []CollectionState
	// SecretsByPlace tells that this PocketBase may keep client secrets by
	// their provider's place in the list, as versions before 0.40.1 do.
	SecretsByPlace bool
	Settings       SettingsState
	// Linked counts the people of the queried collection who have signed in
	// through a slot before, by slot.
	Linked map[string]int
}

// Collection returns the auth collection with that name, or nil.
func (s *PocketBaseSnapshot) Collection(name string) *CollectionState {
	for i := range s.Collections {
		if s.Collections[i].Name == name {
			return &s.Collections[i]
		}
	}
	return nil
}

// ManagedBy names the app that sets the collections' rules itself at each
// start, empty where none is known. Rules changed there do not last, so they
// are told about and never offered as a change.
func (s *PocketBaseSnapshot) ManagedBy() string {
	if strings.Contains(strings.ToLower(s.Settings.AppName), "beszel") {
		return "Beszel"
	}
	return ""
}

// uses tells whether a slot of any auth collection has the client id.
func (s *PocketBaseSnapshot) uses(clientID string) bool {
	return slices.ContainsFunc(s.Collections, func(c CollectionState) bool { return c.slotWith(clientID) != "" })
}

// usedBesides names an auth collection other than this one that signs in with
// the client id; empty where this one does too, or none.
func (s *PocketBaseSnapshot) usedBesides(collection, clientID string) string {
	other := ""
	for _, c := range s.Collections {
		has := c.slotWith(clientID) != ""
		switch {
		case has && c.Name == collection:
			return ""
		case has && other == "":
			other = c.Name
		}
	}
	return other
}

// slotWith is the slot that has the client id, empty for none.
func (c CollectionState) slotWith(clientID string) string {
	for _, o := range c.OAuth2.Providers {
		if isSlot(o.Slot) && o.ClientID == clientID && clientID != "" {
			return o.Slot
		}
	}
	return ""
}

// CollectionState is an auth collection.
type CollectionState struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	System        bool              `json:"system"`
	Updated       string            `json:"updated"`
	OAuth2        OAuth2State       `json:"oauth2"`
	CreateRule    *string           `json:"create_rule"` // nil: superusers only
	AuthRule      *string           `json:"auth_rule"`
	MFAEnabled    bool              `json:"mfa_enabled"`
	MFARule       string            `json:"mfa_rule"`
	EmailRequired bool              `json:"email_required"`
	Fields        []CollectionField `json:"fields"`
}

// CollectionField is one field of a collection's schema.
type CollectionField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	System   bool   `json:"system"`
	Required bool   `json:"required"`
}

// OAuth2State is the collection's oauth2 object.
type OAuth2State struct {
	Enabled   bool             `json:"enabled"`
	Providers []OAuth2Provider `json:"providers"` // in the order read, which must be kept
	Mapped    MappedFields     `json:"mapped_fields"`
}

// MappedFields says which field takes which claim; empty for none.
type MappedFields struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Username  string `json:"username"`
	AvatarURL string `json:"avatarURL"`
}

// OAuth2Provider is one element of oauth2.providers.
type OAuth2Provider struct {
	Slot         string      `json:"slot"` // PocketBase calls it name
	DisplayName  string      `json:"display_name"`
	ClientID     string      `json:"client_id"`
	ClientSecret secret.Text `json:"-"` // wanted only: PocketBase never shows it
	AuthURL      string      `json:"auth_url"`
	TokenURL     string      `json:"token_url"`
	UserInfoURL  string      `json:"user_info_url"`
	PKCE         *bool       `json:"pkce"`
	JWKSURL      string      `json:"jwks_url"` // extra.jwksURL
	Issuers      []string    `json:"issuers"`  // extra.issuers
	// Raw is the element exactly as it was read. Elements that a plan does
	// not touch are sent back as they came.
	Raw json.RawMessage `json:"-"`
}

// IDTokenMode tells whether PocketBase reads claims from the ID token: it
// does so whenever there is no user-info URL (tools/auth/oidc.go).
func (p OAuth2Provider) IDTokenMode() bool { return p.UserInfoURL == "" }

// SettingsState is what a link needs to know of PocketBase's settings.
type SettingsState struct {
	AppName      string   `json:"app_name"`
	AppURL       string   `json:"app_url"`
	HideControls bool     `json:"hide_controls"`
	RateLimits   bool     `json:"rate_limits"` // enabled
	AuthLimit    string   `json:"auth_limit"`  // the rule that hits sign-ins, "2 per 3 s", or empty
	SuperuserIPs []string `json:"superuser_ips"`
}
