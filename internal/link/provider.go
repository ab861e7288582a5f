package link

import (
	"errors"
	"slices"
	"strings"
	"time"

	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Provider is what a spec sets of the authentik OAuth2/OpenID provider. Flows are named by slug, signing key and scope
// mappings by name. The client type is always confidential, because PocketBase requires a client secret.
type Provider struct {
	Name               *string      `yaml:"name" json:"name"`
	AuthorizationFlow  *string      `yaml:"authorization_flow" json:"authorization_flow"`
	InvalidationFlow   *string      `yaml:"invalidation_flow" json:"invalidation_flow"`
	AuthenticationFlow *string      `yaml:"authentication_flow" json:"authentication_flow"` // empty: the brand's
	ClientID           *string      `yaml:"client_id" json:"client_id"`
	ClientSecret       *secret.Text `yaml:"client_secret" json:"-"`
	// nil adds one per public address
	RedirectURIs          []RedirectURI `yaml:"redirect_uris" json:"redirect_uris"`
	SigningKey            *string       `yaml:"signing_key" json:"signing_key"`
	AccessCodeValidity    *string       `yaml:"access_code_validity" json:"access_code_validity"` // "minutes=1"
	AccessTokenValidity   *string       `yaml:"access_token_validity" json:"access_token_validity"`
	RefreshTokenValidity  *string       `yaml:"refresh_token_validity" json:"refresh_token_validity"`
	RefreshTokenThreshold *string       `yaml:"refresh_token_threshold" json:"refresh_token_threshold"`
	SubjectMode           *string       `yaml:"subject_mode" json:"subject_mode"`
	IssuerMode            *string       `yaml:"issuer_mode" json:"issuer_mode"` // "per_provider" or "global"
	// ScopeMappings are the names of mappings in addition to openid, email
	// and profile. nil keeps the attached ones.
	ScopeMappings []string `yaml:"scope_mappings" json:"scope_mappings"`
	// GroupsClaim limits the claim AppGroupsClaim. nil keeps the mapping that sends it.
	GroupsClaim *GroupsLimit `yaml:"groups_claim" json:"groups_claim,omitempty"`
}

// ProviderState is an OAuth2 provider, current or wanted.
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
	EncryptionKey         Ref           `json:"encryption_key,omitzero"` // never changed
	AccessCodeValidity    string        `json:"access_code_validity"`
	AccessTokenValidity   string        `json:"access_token_validity"`
	RefreshTokenValidity  string        `json:"refresh_token_validity"`
	RefreshTokenThreshold string        `json:"refresh_token_threshold"`
	SubjectMode           string        `json:"subject_mode"`
	IssuerMode            string        `json:"issuer_mode"`
	IncludeClaims         bool          `json:"include_claims"` // include_claims_in_id_token
	GrantTypes            []string      `json:"grant_types"`
	Mappings              []Ref         `json:"mappings"`
	Other                 []string      `json:"other,omitzero"`   // settings that no link has, with their values
	ApplicationSlug       string        `json:"application_slug"` // assigned application, empty for none
	ApplicationName       string        `json:"application_name"`
}

// ProviderAttrs returns the table of a provider's fields.
func ProviderAttrs() []*Attr[*Provider, *ProviderState] {
	type (
		W = *Provider
		S = *ProviderState
	)
	validity := func(key string, label say.Name, fallback, what string, at func(S) *string,
		want func(W) **string) *Attr[W, S] {
		check := checkLifetime
		if key == "refresh_token_threshold" { // 0 renews a refresh token at each use
			check = checkValidity
		}
		return text(&Meta{
			Key: key, Spec: "provider." + key, Label: label, Default: fallback, check: check,
			Ask: Ask{Control: AskCode, Group: AskValidities, Needed: true}, Doc: Doc{What: what},
		}, at, want)
	}
	return []*Attr[W, S]{
		text(&Meta{
			Key: "name", Spec: "provider.name", Label: "Provider name", check: required,
			Ask: Ask{Control: AskText, Group: AskNames, Open: true, Given: true},
			Doc: Doc{"", "`Provider for` and the application's name"},
		}, func(s S) *string { return &s.Name }, func(w W) **string { return &w.Name }),
		ref(&Meta{
			Key: "authorization_flow", Spec: "provider.authorization_flow", Label: "Authorization flow",
			Flow: "authorization", Default: DefaultAuthorizationFlow,
			Ask: Ask{Control: AskChoice, Group: AskFlows, Open: true,
				Hint: "With explicit consent, users confirm once that their data is sent to PocketBase"},
			Doc: Doc{What: "slug"},
		}, func(s S) *Ref { return &s.AuthorizationFlow }, func(w W) **string { return &w.AuthorizationFlow }),
		ref(&Meta{
			Key: "invalidation_flow", Spec: "provider.invalidation_flow", Label: "Invalidation flow",
			Flow: "invalidation", Default: DefaultInvalidationFlow,
			Ask: Ask{Control: AskChoice, Group: AskFlows, Open: true},
			Doc: Doc{What: "slug"},
		}, func(s S) *Ref { return &s.InvalidationFlow }, func(w W) **string { return &w.InvalidationFlow }),
		ref(&Meta{
			Key: "authentication_flow", Spec: "provider.authentication_flow", Label: "Authentication flow",
			Flow: "authentication",
			Ask:  Ask{Control: AskChoice, Group: AskFlows},
			Doc:  Doc{"slug; empty for the brand's", "the brand's"},
		}, func(s S) *Ref { return &s.AuthenticationFlow }, func(w W) **string { return &w.AuthenticationFlow }),
		text[W](&Meta{Key: "client_type", Label: "Client type"}, func(s S) *string { return &s.ClientType }, nil),
		text(&Meta{
			Key: "client_id", Spec: "provider.client_id", Label: "Client ID", check: required,
			Ask: Ask{Control: AskCode, Group: AskNames, Open: true, Given: true},
			Doc: Doc{"", "generated, 40 characters"},
		}, func(s S) *string { return &s.ClientID }, func(w W) **string { return &w.ClientID }),
		sensitive(&Meta{
			Key: "client_secret", Spec: "provider.client_secret", Label: "Client secret", check: checkSecret,
			Doc: Doc{"", "generated, 128 characters"},
		}, func(s S) *secret.Text { return &s.ClientSecret }, func(w W) **secret.Text { return &w.ClientSecret }),
		redirects(&Meta{
			Key: "redirect_uris", Spec: "provider.redirect_uris", Label: "Redirect URIs",
			Ask: Ask{Control: AskLines, Given: true, Hint: "One per line. Leave empty to keep the existing ones " +
				"and add one per PocketBase address. An app without a pop-up needs its own, too. Start a " +
				"pattern with regex: and an address for after the logout with logout:"},
			Doc: Doc{"list of addresses, or of `url:` with `mode: strict` or `regex`, and `type: logout` for where " +
				"people go [after the logout](logout.md) (authentik 2026.5)",
				"the existing ones, and one per public address"},
		}, func(s S) *[]RedirectURI { return &s.RedirectURIs }, func(w W) *[]RedirectURI { return &w.RedirectURIs }),
		ref(&Meta{
			Key: "signing_key", Spec: "provider.signing_key", Label: "Signing key",
			Ask: Ask{Control: AskChoice, Open: true,
				Hint: "RSA or EC. authentik cannot sign with Ed25519 or Ed448 keys"},
			Doc: Doc{"name of an RSA or EC key", "authentik's self-signed one"},
		}, func(s S) *Ref { return &s.SigningKey }, func(w W) **string { return &w.SigningKey }),
		validity("access_code_validity", "Access code validity", "minutes=1", "such as `minutes=1`",
			func(s S) *string { return &s.AccessCodeValidity }, func(w W) **string { return &w.AccessCodeValidity }),
		validity("access_token_validity", "Access token validity", "hours=1", "",
			func(s S) *string { return &s.AccessTokenValidity },
			func(w W) **string { return &w.AccessTokenValidity }),
		validity("refresh_token_validity", "Refresh token validity", "days=30", "",
			func(s S) *string { return &s.RefreshTokenValidity },
			func(w W) **string { return &w.RefreshTokenValidity }),
		validity("refresh_token_threshold", "Refresh token threshold", "seconds=0", "",
			func(s S) *string { return &s.RefreshTokenThreshold },
			func(w W) **string { return &w.RefreshTokenThreshold }),
		text(&Meta{
			Key: "sub_mode", Spec: "provider.subject_mode", Label: "Subject mode", Default: "hashed_user_id",
			Values: SubjectModes(),
			Ask: Ask{
				Control: AskChoice, Group: AskModes, Hint: "Identifies users in PocketBase. Changing it later " +
					"disconnects existing accounts",
				Answers: []say.Name{"The user's hashed ID (authentik's default)", "The user's ID", "The user's UUID",
					"The username", "The e-mail address", "The UPN"},
			},
		}, func(s S) *string { return &s.SubjectMode }, func(w W) **string { return &w.SubjectMode }),
		text(&Meta{
			Key: "issuer_mode", Spec: "provider.issuer_mode", Label: "Issuer mode", Default: "per_provider",
			Values: []string{"per_provider", "global"},
			Ask: Ask{Control: AskChoice, Group: AskModes, Answers: []say.Name{"Each application has its own issuer",
				"One issuer for all applications"}},
		}, func(s S) *string { return &s.IssuerMode }, func(w W) **string { return &w.IssuerMode }),
		tick[W](&Meta{Key: "include_claims_in_id_token", Label: "Claims in the ID token",
			Theirs: "Include claims in id_token", Default: "true"},
			func(s S) *bool { return &s.IncludeClaims }, nil),
		refs[W](&Meta{
			Key: "property_mappings", Spec: mappingsPlace, Label: "Scope mapping", Theirs: "Scopes",
			Unordered: true,
			Ask: Ask{Label: "More scope mappings", Hint: "openid, profile and the e-mail mapping you chose are " +
				"always included"},
			Doc: Doc{"names of mappings besides openid, email and profile", "the attached ones"},
		}, func(s S) *[]Ref { return &s.Mappings }),
		texts[W](&Meta{
			Key: "grant_types", Label: "Grant type", Theirs: "Grant types", Unordered: true, Since: "2026.5",
			needs: func(f Features) bool { return f.GrantTypes },
		}, func(s S) *[]string { return &s.GrantTypes }, nil),
	}
}

// FlowField is a field of a provider that names a flow.
type FlowField struct {
	*Meta
	Ref *Ref
}

// Flows returns the fields of the provider that name a flow.
func (p *ProviderState) Flows() []FlowField {
	var list []FlowField
	for _, a := range ProviderAttrs() {
		if ref, ok := a.at(p).(*Ref); ok && a.Flow != "" {
			list = append(list, FlowField{a.Meta, ref})
		}
	}
	return list
}

// SubjectModes returns the sources of the sub claim (authentik SubModes).
func SubjectModes() []string {
	return []string{"hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"}
}

// Kind returns what authentik calls this kind of provider.
func (p *ProviderState) Kind() say.Text {
	if p.Proxy() {
		return say.Of("proxy provider")
	}
	return say.Of("OAuth2/OpenID provider")
}

// LooksRegistered reports whether the provider looks as if a client had registered it for itself: authentik names such
// a provider and its application alike, or the application by the client ID, and gives it no signing key. Nothing else
// shows it.
func (p *ProviderState) LooksRegistered() bool {
	return p.ApplicationSlug != "" && p.SigningKey.ID == "" &&
		(p.ApplicationName == p.Name || p.ApplicationName == p.ClientID)
}

// OtherKind stands for a kind of provider that authentik gives no name.
const OtherKind = "provider of another kind"

// KindOfProvider returns the kind of a provider by authentik's name for it.
func KindOfProvider(name string) say.Text {
	if name == "" || name == OtherKind {
		return say.Of(OtherKind)
	}
	return say.Raw(name)
}

// Proxy reports whether this is a proxy provider. authentik lists it among the OAuth2 ones because it is built
// on one (goauthentik/authentik#11949).
func (p *ProviderState) Proxy() bool {
	return slices.ContainsFunc(p.RedirectURIs,
		func(r RedirectURI) bool { return strings.Contains(r.URL, "/outpost.goauthentik.io/callback") })
}

// GroupsLimit says of which groups authentik tells the app, in the claim AppGroupsClaim. The zero value tells of none
// and so needs no claim.
type GroupsLimit struct {
	Bound bool     `json:"bound,omitempty"` // those that the spec's access names
	Names []string `json:"names,omitzero"`
}

// BoundGroups is what a link file has in the place of names for GroupsLimit.Bound.
const BoundGroups = "bound"

// UnmarshalYAML reads BoundGroups or a list of names.
func (g *GroupsLimit) UnmarshalYAML(unmarshal func(any) error) error {
	*g = GroupsLimit{} // nothing of a file's defaults
	var word string
	if err := unmarshal(&word); err != nil {
		return unmarshal(&g.Names)
	}
	if word != BoundGroups {
		return errors.New("groups are neither bound nor a list of names")
	}
	g.Bound = true
	return nil
}

// Lifetime is how long a provider's codes or tokens of one kind are valid.
type Lifetime struct {
	*Meta
	Text string // in authentik's format
	// Needed reports whether every sign-in in PocketBase uses them.
	Needed bool
	// Useless is the longest time that PocketBase can't use, Enough the shortest that leaves it time.
	Useless, Enough time.Duration
}

// Lifetimes returns the lifetimes of the provider's codes and tokens. PocketBase asks for no refresh token. It takes an
// access token for expired 10 seconds early (golang.org/x/oauth2), and authentik gives whole seconds; userInfo reports
// whether it uses one.
func (p *ProviderState) Lifetimes(userInfo bool) []Lifetime {
	var list []Lifetime
	for _, key := range []string{"access_code_validity", "access_token_validity", "refresh_token_validity"} {
		a, _ := Named(ProviderAttrs(), key)
		text, ok := a.at(p).(*string)
		if !ok {
			continue
		}
		one := Lifetime{Meta: a.Meta, Text: *text, Needed: key != "refresh_token_validity", Enough: 10 * time.Second}
		if userInfo && key == "access_token_validity" {
			one.Useless, one.Enough = 11*time.Second-1, 30*time.Second
		}
		list = append(list, one)
	}
	return list
}

// Longer says how to change a lifetime that is too short.
func (l Lifetime) Longer() say.Text {
	return say.Of("Enter at least %d seconds in authentik, such as %s.", int(l.Enough.Seconds()), l.Default)
}

// Uses reports whether the provider, which may be nil, has the scope mapping.
func (p *ProviderState) Uses(m Mapping) bool {
	return p != nil && slices.ContainsFunc(p.Mappings, func(r Ref) bool { return r.ID == m.ID })
}

// Values returns the provider's fields for a diff.
func (p *ProviderState) Values(f Features) []FieldValue { return Values(ProviderAttrs(), p, f) }
