package journal

import (
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The forms of a spec. See forms.go for the rule.

type specForm struct {
	AuthentikURL   string             `json:"authentik_url"`
	PocketBaseURLs []string           `json:"pocketbase_urls"`
	Application    link.Application   `json:"-"`
	Provider       link.Provider      `json:"-"`
	Access         *link.Access       `json:"-"`
	Email          link.EmailDecision `json:"email"`
	PocketBase     link.PocketBase    `json:"-"`
	Existing       link.Existing      `json:"existing"`
}

type wantedApplication struct {
	Name             *string `json:"name"`
	Slug             *string `json:"slug"`
	Group            *string `json:"group"`
	PolicyEngineMode *string `json:"policy_engine_mode"`
	LaunchURL        *string `json:"launch_url"`
	Icon             *string `json:"icon"`
	Publisher        *string `json:"publisher"`
	Description      *string `json:"description"`
	OpenInNewTab     *bool   `json:"open_in_new_tab"`
	Hide             *bool   `json:"hide"`
}

type wantedProvider struct {
	Name                  *string            `json:"name"`
	AuthorizationFlow     *string            `json:"authorization_flow"`
	InvalidationFlow      *string            `json:"invalidation_flow"`
	AuthenticationFlow    *string            `json:"authentication_flow"`
	ClientID              *string            `json:"client_id"`
	ClientSecret          *secret.Text       `json:"-"`
	RedirectURIs          []link.RedirectURI `json:"redirect_uris"`
	SigningKey            *string            `json:"signing_key"`
	AccessCodeValidity    *string            `json:"access_code_validity"`
	AccessTokenValidity   *string            `json:"access_token_validity"`
	RefreshTokenValidity  *string            `json:"refresh_token_validity"`
	RefreshTokenThreshold *string            `json:"refresh_token_threshold"`
	SubjectMode           *string            `json:"subject_mode"`
	IssuerMode            *string            `json:"issuer_mode"`
	ScopeMappings         []string           `json:"scope_mappings"`
}

type wantedAccess struct {
	Groups   []string `json:"groups"`
	Users    []string `json:"users"`
	Policies []string `json:"policies"`
}

type wantedPocketBase struct {
	Collection    *string  `json:"collection"`
	Slot          *string  `json:"slot"`
	DisplayName   *string  `json:"display_name"`
	AuthURL       *string  `json:"auth_url"`
	TokenURL      *string  `json:"token_url"`
	UserInfoURL   *string  `json:"user_info_url"`
	UserInfo      *string  `json:"user_info"`
	JWKSURL       *string  `json:"jwks_url"`
	Issuers       []string `json:"issuers"`
	PKCE          *bool    `json:"pkce"`
	Enabled       *bool    `json:"enabled"`
	MapName       *string  `json:"map_name"`
	MapUsername   *string  `json:"map_username"`
	MapAvatar     *string  `json:"map_avatar"`
	MapID         *string  `json:"map_id"`
	ShowControls  bool     `json:"show_controls"`
	CreateRule    *string  `json:"create_rule"`
	AuthRule      *string  `json:"auth_rule"`
	RewriteSecret bool     `json:"rewrite_secret"`
}

type specEntry struct {
	specForm
	WantedApplication wantedApplication `json:"application"`
	WantedProvider    wantedProvider    `json:"provider"`
	WantedAccess      *wantedAccess     `json:"access"`
	WantedPocketBase  wantedPocketBase  `json:"pocketbase"`
	NotKept           []string          `json:"not_kept"`
}

// packSpec leaves the client secret out. notKept is what was known to be left
// out before, of a spec that came from a file.
func packSpec(s link.Spec, notKept []string) specEntry {
	if s.Provider.ClientSecret != nil {
		notKept = markSecret("provider.client_secret", *s.Provider.ClientSecret)
	}
	return specEntry{
		specForm:          specForm(s),
		WantedApplication: wantedApplication(s.Application),
		WantedProvider:    wantedProvider(s.Provider),
		WantedAccess:      (*wantedAccess)(s.Access),
		WantedPocketBase:  wantedPocketBase(s.PocketBase),
		NotKept:           notKept,
	}
}

func unpackSpec(e specEntry) link.Spec {
	s := link.Spec(e.specForm)
	s.Application = link.Application(e.WantedApplication)
	s.Provider = link.Provider(e.WantedProvider)
	s.Access = (*link.Access)(e.WantedAccess)
	s.PocketBase = link.PocketBase(e.WantedPocketBase)
	return s
}
