package journal

import (
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// A form is how a type of link stands in the file. Its fields are those of
// link's type, in the same order, so that Go's conversion between the two
// does not compile once link's type has a field that the form lacks.
//
// Lists and pointers are kept nil where they were nil.

type mappingForm struct {
	link.Ref
	Managed     string `json:"managed"`
	Scope       string `json:"scope"`
	Description string `json:"description"`
	Expression  string `json:"expression"`
}

type keyForm struct {
	Name      string `json:"name"`
	Algorithm string `json:"algorithm"`
	Days      int    `json:"days"`
}

type applicationForm struct {
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
	Provider         int    `json:"provider"`
	ProviderName     string `json:"provider_name"`
	ProviderKind     string `json:"provider_kind"`
}

type providerForm struct {
	PK                    int                `json:"pk"`
	Name                  string             `json:"name"`
	AuthorizationFlow     link.Ref           `json:"authorization_flow"`
	InvalidationFlow      link.Ref           `json:"invalidation_flow"`
	AuthenticationFlow    link.Ref           `json:"authentication_flow"`
	ClientType            string             `json:"client_type"`
	ClientID              string             `json:"client_id"`
	ClientSecret          secret.Text        `json:"-"`
	RedirectURIs          []link.RedirectURI `json:"redirect_uris"`
	SigningKey            link.Ref           `json:"signing_key"`
	EncryptionKey         link.Ref           `json:"encryption_key,omitzero"`
	AccessCodeValidity    string             `json:"access_code_validity"`
	AccessTokenValidity   string             `json:"access_token_validity"`
	RefreshTokenValidity  string             `json:"refresh_token_validity"`
	RefreshTokenThreshold string             `json:"refresh_token_threshold"`
	SubjectMode           string             `json:"subject_mode"`
	IssuerMode            string             `json:"issuer_mode"`
	IncludeClaims         bool               `json:"include_claims"`
	GrantTypes            []string           `json:"grant_types"`
	Mappings              []link.Ref         `json:"mappings"`
	ApplicationSlug       string             `json:"application_slug"`
	ApplicationName       string             `json:"application_name"`
}

type bindingForm struct {
	PK          string   `json:"pk"`
	Application link.Ref `json:"application"`
	Kind        string   `json:"kind"`
	Target      link.Ref `json:"target"`
	Order       int      `json:"order"`
	Timeout     int      `json:"timeout,omitzero"`
	Negate      bool     `json:"negate"`
	Enabled     bool     `json:"enabled"`
	Expires     string   `json:"expires,omitempty"`
}

type pairForm struct {
	Application applicationForm `json:"application"`
	Provider    providerForm    `json:"provider"`
	Bindings    []bindingForm   `json:"bindings"`
}

type settingsForm struct {
	AppName      string   `json:"app_name"`
	AppURL       string   `json:"app_url"`
	HideControls bool     `json:"hide_controls"`
	RateLimits   bool     `json:"rate_limits"`
	AuthLimit    string   `json:"auth_limit"`
	SuperuserIPs []string `json:"superuser_ips"`
}

// each converts a list and keeps nil nil.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, len(list))
	for i, one := range list {
		out[i] = convert(one)
	}
	return out
}
