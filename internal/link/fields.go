package link

import (
	"slices"

	"authpocket/internal/secret"
)

func equalSecrets(a any, b any) bool {
	x, okX := a.(secret.Text)
	y, okY := b.(secret.Text)
	return okX && okY && x.Equal(y)
}

// The names below are the keys of the two systems' own APIs, so that a
// preview can be compared with their documentation.

func (m *Mapping) values() []value {
	return []value{
		{name: "name", of: m.Name},
		{name: "scope_name", of: m.Scope},
		{name: "description", of: m.Description},
		{name: "expression", of: m.Expression},
	}
}

func (k *KeyState) values() []value {
	return []value{
		{name: "common_name", of: k.Name},
		{name: "alg", of: k.Algorithm},
	}
}

func (a *ApplicationState) values(f Features) []value {
	list := []value{
		{name: "name", of: a.Name},
		{name: "slug", of: a.Slug},
		{name: "provider", of: a.ProviderName},
		{name: "group", of: a.Group},
		{name: "policy_engine_mode", of: a.PolicyEngineMode},
		{name: "meta_launch_url", of: a.LaunchURL},
		{name: "meta_icon", of: a.Icon},
		{name: "meta_publisher", of: a.Publisher},
		{name: "meta_description", of: a.Description},
		{name: "open_in_new_tab", of: a.OpenInNewTab},
	}
	if f.MetaHide {
		list = append(list, value{name: "meta_hide", of: a.Hide})
	}
	return list
}

func (p *ProviderState) values(f Features) []value {
	list := []value{
		{name: "name", of: p.Name},
		{name: "authorization_flow", of: refName(p.AuthorizationFlow)},
		{name: "invalidation_flow", of: refName(p.InvalidationFlow)},
		{name: "authentication_flow", of: refName(p.AuthenticationFlow)},
		{name: "client_type", of: p.ClientType},
		{name: "client_id", of: p.ClientID},
		{name: "client_secret", of: p.ClientSecret, sensitive: true},
		{name: "redirect_uris", of: redirectNames(p.RedirectURIs)},
		{name: "signing_key", of: refName(p.SigningKey)},
		{name: "access_code_validity", of: p.AccessCodeValidity},
		{name: "access_token_validity", of: p.AccessTokenValidity},
		{name: "refresh_token_validity", of: p.RefreshTokenValidity},
		{name: "refresh_token_threshold", of: p.RefreshTokenThreshold},
		{name: "sub_mode", of: p.SubjectMode},
		{name: "issuer_mode", of: p.IssuerMode},
		{name: "include_claims_in_id_token", of: p.IncludeClaims},
		{name: "property_mappings", of: refNames(p.Mappings), unordered: true},
	}
	if f.GrantTypes {
		list = append(list, value{name: "grant_types", of: slices.Clone(p.GrantTypes), unordered: true})
	}
	return list
}

func (b *BindingState) values() []value {
	return []value{
		{name: "target", of: b.Application.Name},
		{name: b.Kind, of: b.Target.Name},
		{name: "enabled", of: b.Enabled},
		{name: "negate", of: b.Negate},
	}
}

// prefixed names the fields of a part of a larger object.
func prefixed(prefix string, list []value) []value {
	out := slices.Clone(list)
	for i := range out {
		out[i].name = prefix + out[i].name
	}
	return out
}

func (p *PairState) values(f Features) []value {
	list := prefixed("application.", p.Application.values(f))
	list = append(list, prefixed("provider.", p.Provider.values(f))...)
	for _, b := range p.Bindings {
		list = append(list, value{name: "binding." + b.Kind, of: b.Target.Name})
	}
	return list
}

func (m MappedFields) values() []value {
	return []value{
		{name: "mappedFields.id", of: m.ID},
		{name: "mappedFields.name", of: m.Name},
		{name: "mappedFields.username", of: m.Username},
		{name: "mappedFields.avatarURL", of: m.AvatarURL},
	}
}

func (p OAuth2Provider) values() []value {
	list := []value{
		{name: "displayName", of: p.DisplayName},
		{name: "clientId", of: p.ClientID},
		{name: "authURL", of: p.AuthURL},
		{name: "tokenURL", of: p.TokenURL},
		{name: "userInfoURL", of: p.UserInfoURL},
		{name: "pkce", of: Value(p.PKCE, true), always: true}, // null means true for OpenID Connect
		{name: "extra.jwksURL", of: p.JWKSURL},
		{name: "extra.issuers", of: slices.Clone(p.Issuers)},
	}
	return prefixed(p.Slot+".", list)
}

func redirectNames(list []RedirectURI) []string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.String()
	}
	return names
}

func refNames(list []Ref) []string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = refName(r)
	}
	return names
}

// refName falls back on the primary key, for what the token may not list has
// no name.
func refName(r Ref) string {
	if r.Name == "" {
		return r.ID
	}
	return r.Name
}
