package web

import (
	"cmp"
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// fill makes the form's values of a spec and of what it comes to. What the
// spec leaves open and what follows from other answers stays empty; the page
// says what it comes to.
func fill(s link.Spec, d link.Desired) url.Values {
	v := url.Values{}
	fillApplication(v, d.Application)
	fillProvider(v, s.Provider, d)
	fillPocketBase(v, s.PocketBase, d)
	set(v, "email", string(s.Email))
	set(v, "authentik.public_url", s.AuthentikURL)
	set(v, "pocketbase.public_urls", strings.Join(s.PocketBaseURLs, "\n"))
	if s.Access != nil {
		set(v, "access.groups", strings.Join(s.Access.Groups, "\n"))
		set(v, "access.users", strings.Join(s.Access.Users, "\n"))
		set(v, "access.policies", strings.Join(s.Access.Policies, "\n"))
	}
	return v
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

func setTick(v url.Values, name string, ticked bool) {
	if ticked {
		v.Set(name, "yes")
	}
}

func fillApplication(v url.Values, a link.ApplicationState) {
	set(v, "application.name", a.Name)
	set(v, "application.slug", a.Slug)
	set(v, "application.group", a.Group)
	set(v, "application.policy_engine_mode", a.PolicyEngineMode)
	set(v, "application.launch_url", a.LaunchURL)
	set(v, "application.icon", a.Icon)
	set(v, "application.publisher", a.Publisher)
	set(v, "application.description", a.Description)
	setTick(v, "application.open_in_new_tab", a.OpenInNewTab)
	setTick(v, "application.hide", a.Hide)
}

func fillProvider(v url.Values, s link.Provider, d link.Desired) {
	p := d.Provider
	set(v, "provider.name", link.Value(s.Name, ""))
	set(v, "provider.client_id", link.Value(s.ClientID, ""))
	set(v, "provider.authorization_flow", p.AuthorizationFlow.Name)
	set(v, "provider.invalidation_flow", p.InvalidationFlow.Name)
	set(v, "provider.authentication_flow", cmp.Or(p.AuthenticationFlow.Name, p.AuthenticationFlow.ID)) // a flow that the token may not see has no name
	if d.Key == nil {
		set(v, "provider.signing_key", p.SigningKey.Name)
	}
	set(v, "provider.access_code_validity", p.AccessCodeValidity)
	set(v, "provider.access_token_validity", p.AccessTokenValidity)
	set(v, "provider.refresh_token_validity", p.RefreshTokenValidity)
	set(v, "provider.refresh_token_threshold", p.RefreshTokenThreshold)
	set(v, "provider.subject_mode", p.SubjectMode)
	set(v, "provider.issuer_mode", p.IssuerMode)
	for _, m := range p.Mappings {
		v.Add("provider.scope_mappings", m.Name)
	}
	var uris []string
	for _, r := range s.RedirectURIs {
		if r.Mode == "regex" {
			r.URL = regexMark + r.URL
		}
		uris = append(uris, r.URL)
	}
	set(v, "provider.redirect_uris", strings.Join(uris, "\n"))
}

func fillPocketBase(v url.Values, s link.PocketBase, d link.Desired) {
	set(v, "pocketbase.collection", d.Collection.Name)
	set(v, "pocketbase.slot", link.Value(s.Slot, ""))
	set(v, "pocketbase.display_name", d.Slot.DisplayName)
	set(v, "pocketbase.auth_url", link.Value(s.AuthURL, ""))
	set(v, "pocketbase.token_url", link.Value(s.TokenURL, ""))
	set(v, "pocketbase.user_info_url", link.Value(s.UserInfoURL, ""))
	set(v, "pocketbase.jwks_url", link.Value(s.JWKSURL, ""))
	set(v, "pocketbase.issuers", strings.Join(s.Issuers, "\n"))
	set(v, "pocketbase.user_info", "userinfo")
	if d.Slot.Slot != "" && d.Slot.IDTokenMode() {
		set(v, "pocketbase.user_info", "id_token")
	}
	setTick(v, "pocketbase.enabled", link.Value(s.Enabled, true))
	setTick(v, "pocketbase.pkce", link.Value(d.Slot.PKCE, true))
	setTick(v, "pocketbase.show_controls", s.ShowControls)
	setTick(v, "pocketbase.rewrite_secret", s.RewriteSecret)
	m := d.Collection.OAuth2.Mapped
	set(v, "pocketbase.map_name", m.Name)
	set(v, "pocketbase.map_username", m.Username)
	set(v, "pocketbase.map_avatar", m.AvatarURL)
	set(v, "pocketbase.map_id", m.ID)
	v.Set("pocketbase.create_rule", link.Value(s.CreateRule, view.KeepRule))
	v.Set("pocketbase.auth_rule", link.Value(s.AuthRule, view.KeepRule))
}
