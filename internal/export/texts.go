package export

import (
	"fmt"

	"authpocket/internal/link"
)

// text is one text of a plan that an export may have to carry.
type text struct {
	system link.System
	field  string // the spec's path, where it has one
	label  string // for people
	value  string
}

// texter collects texts.
type texter []text

func (t *texter) add(system link.System, field, label, value string) {
	*t = append(*t, text{system, field, label, value})
}

// desired are the texts of the state that a plan leads to.
func (t *texter) desired(d link.Desired) {
	t.add(link.Authentik, "authentik.url", "authentik address", d.AuthentikURL)
	t.add(link.PB, "pocketbase.url", "PocketBase address", d.PocketBaseURL)
	t.add(link.Authentik, "email", "e-mail decision", string(d.Email))
	t.application(d.Application)
	t.provider(d.Provider)
	if d.Key != nil {
		t.key(*d.Key)
	}
	if d.Mapping != nil {
		t.mapping(*d.Mapping)
	}
	t.bindings(d.Bindings)
	t.collection(d.Collection)
	t.slot(d.Slot)
}

// The texts of what a change has before or after it.

func (t *texter) Mapping(e link.Edit[link.Mapping])              { t.mapping(*e.After) }
func (t *texter) Key(e link.Edit[link.KeyState])                 { t.key(*e.After) }
func (t *texter) Provider(e link.Edit[link.ProviderState])       { t.provider(*e.After) }
func (t *texter) Application(e link.Edit[link.ApplicationState]) { t.application(*e.After) }
func (t *texter) Binding(e link.Edit[link.BindingState])         { t.bindings([]link.BindingState{*e.After}) }
func (t *texter) Collection(e link.Edit[link.CollectionState])   { t.collection(*e.After) }

func (t *texter) Pair(e link.Edit[link.PairState]) {
	t.application(e.After.Application)
	t.provider(e.After.Provider)
	t.bindings(e.After.Bindings)
}

// Settings has no text that an export carries.
func (*texter) Settings(link.Edit[link.SettingsState]) {}

func (t *texter) application(a link.ApplicationState) {
	add := func(field, label, value string) { t.add(link.Authentik, "application."+field, label, value) }
	add("name", "application name", a.Name)
	add("slug", "slug", a.Slug)
	add("group", "group", a.Group)
	add("policy_engine_mode", "policy engine mode", a.PolicyEngineMode)
	add("launch_url", "launch URL", a.LaunchURL)
	add("icon", "icon", a.Icon)
	add("publisher", "publisher", a.Publisher)
	add("description", "description", a.Description)
}

func (t *texter) provider(v link.ProviderState) {
	add := func(field, label, value string) { t.add(link.Authentik, "provider."+field, label, value) }
	add("name", "provider name", v.Name)
	t.ref("provider.authorization_flow", "authorization flow", v.AuthorizationFlow)
	t.ref("provider.invalidation_flow", "invalidation flow", v.InvalidationFlow)
	t.ref("provider.authentication_flow", "authentication flow", v.AuthenticationFlow)
	t.ref("provider.signing_key", "signing key", v.SigningKey)
	add("client_type", "client type", v.ClientType)
	add("client_id", "client ID", v.ClientID)
	for i, r := range v.RedirectURIs {
		add(at("redirect_uris", i), "redirect URI", r.URL)
		add(at("redirect_uris", i), "matching mode", r.Mode)
		add(at("redirect_uris", i), "kind of the redirect URI", r.Type)
	}
	add("access_code_validity", "access code validity", v.AccessCodeValidity)
	add("access_token_validity", "access token validity", v.AccessTokenValidity)
	add("refresh_token_validity", "refresh token validity", v.RefreshTokenValidity)
	add("refresh_token_threshold", "refresh token threshold", v.RefreshTokenThreshold)
	add("subject_mode", "subject mode", v.SubjectMode)
	add("issuer_mode", "issuer mode", v.IssuerMode)
	for i, grant := range v.GrantTypes {
		add(at("grant_types", i), "grant type", grant)
	}
	for i, m := range v.Mappings {
		t.ref(at("provider.scope_mappings", i), "scope mapping", m)
	}
}

func (t *texter) key(k link.KeyState) {
	t.add(link.Authentik, "provider.signing_key", "signing key", k.Name)
	t.add(link.Authentik, "provider.signing_key", "algorithm of the signing key", k.Algorithm)
}

func (t *texter) mapping(m link.Mapping) {
	t.ref("email", "e-mail mapping", m.Ref)
	t.add(link.Authentik, "email", "scope of the e-mail mapping", m.Scope)
	t.add(link.Authentik, "email", "description of the e-mail mapping", m.Description)
	t.add(link.Authentik, "email", "expression of the e-mail mapping", m.Expression)
}

func (t *texter) bindings(list []link.BindingState) {
	for i, b := range list {
		field := at("access", i)
		t.add(link.Authentik, field, "kind of a binding", b.Kind)
		t.ref(field, "name that a binding lets in", b.Target)
		t.ref(field, "application of a binding", b.Application)
		t.add(link.Authentik, field, "key of a binding", b.PK)
	}
}

func (t *texter) collection(c link.CollectionState) {
	add := func(field, label, value string) { t.add(link.PB, "pocketbase."+field, label, value) }
	add("collection", "collection", c.Name)
	add("collection", "id of the collection", c.ID)
	add("collection", "time of the collection's last change", c.Updated)
	add("create_rule", "create rule", link.Value(c.CreateRule, ""))
	add("auth_rule", "auth rule", link.Value(c.AuthRule, ""))
	add("map_id", "field for the ID", c.OAuth2.Mapped.ID)
	add("map_name", "field for the name", c.OAuth2.Mapped.Name)
	add("map_username", "field for the username", c.OAuth2.Mapped.Username)
	add("map_avatar", "field for the avatar", c.OAuth2.Mapped.AvatarURL)
	for _, one := range c.OAuth2.Providers {
		t.slot(one)
	}
}

func (t *texter) slot(o link.OAuth2Provider) {
	add := func(field, label, value string) { t.add(link.PB, "pocketbase."+field, label, value) }
	add("slot", "slot", o.Slot)
	add("display_name", "display name", o.DisplayName)
	t.add(link.PB, "provider.client_id", "client ID", o.ClientID)
	add("auth_url", "auth URL", o.AuthURL)
	add("token_url", "token URL", o.TokenURL)
	add("user_info_url", "user info URL", o.UserInfoURL)
	add("jwks_url", "JWKS URL", o.JWKSURL)
	for i, issuer := range o.Issuers {
		add(at("issuers", i), "issuer", issuer)
	}
	add("slot", "slot as PocketBase has it", string(o.Raw))
}

func (t *texter) ref(field, label string, r link.Ref) {
	t.add(link.Authentik, field, label, r.Name)
	t.add(link.Authentik, field, "key of the "+label, r.ID)
}

// account are the texts of what a person is told about a change.
func (t *texter) account(c link.Change) {
	for _, s := range []string{c.Object, c.Why, c.Step, c.Lost, string(c.Kind), string(c.Action)} {
		t.add(c.System, "", "description of a change", s)
	}
	for _, f := range c.Fields {
		for _, s := range textsOf(f.Name, f.Before, f.After) {
			t.add(c.System, f.Name, "field "+f.Name, s)
		}
	}
}

// textsOf are the texts in a field's values.
func textsOf(values ...any) []string {
	var list []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			list = append(list, v)
		case []string:
			list = append(list, v...)
		}
	}
	return list
}

func at(field string, i int) string { return fmt.Sprintf("%s.%d", field, i) }
