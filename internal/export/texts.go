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

// texts are all texts of the state that a plan leads to.
func texts(p link.Plan) []text {
	t := texter{}
	t.authentik(p.Desired)
	t.access(p.Desired)
	t.pocketBase(p.Desired)
	t.before(p)
	return t
}

type texter []text

func (t *texter) add(system link.System, field, label, value string) {
	*t = append(*t, text{system, field, label, value})
}

func (t *texter) authentik(d link.Desired) {
	add := func(field, label, value string) { t.add(link.Authentik, field, label, value) }
	add("authentik.url", "authentik address", d.AuthentikURL)
	a, v := d.Application, d.Provider
	add("application.name", "application name", a.Name)
	add("application.slug", "slug", a.Slug)
	add("application.group", "group", a.Group)
	add("application.policy_engine_mode", "policy engine mode", a.PolicyEngineMode)
	add("application.launch_url", "launch URL", a.LaunchURL)
	add("application.icon", "icon", a.Icon)
	add("application.publisher", "publisher", a.Publisher)
	add("application.description", "description", a.Description)
	add("provider.name", "provider name", v.Name)
	t.ref("provider.authorization_flow", "authorization flow", v.AuthorizationFlow)
	t.ref("provider.invalidation_flow", "invalidation flow", v.InvalidationFlow)
	t.ref("provider.authentication_flow", "authentication flow", v.AuthenticationFlow)
	t.ref("provider.signing_key", "signing key", v.SigningKey)
	add("", "client type", v.ClientType)
	add("provider.client_id", "client ID", v.ClientID)
	for i, r := range v.RedirectURIs {
		add(at("provider.redirect_uris", i), "redirect URI", r.URL)
		add(at("provider.redirect_uris", i), "matching mode", r.Mode)
		add(at("provider.redirect_uris", i), "kind of the redirect URI", r.Type)
	}
	add("provider.access_code_validity", "access code validity", v.AccessCodeValidity)
	add("provider.access_token_validity", "access token validity", v.AccessTokenValidity)
	add("provider.refresh_token_validity", "refresh token validity", v.RefreshTokenValidity)
	add("provider.refresh_token_threshold", "refresh token threshold", v.RefreshTokenThreshold)
	add("provider.subject_mode", "subject mode", v.SubjectMode)
	add("provider.issuer_mode", "issuer mode", v.IssuerMode)
	for _, grant := range v.GrantTypes {
		add("", "grant type", grant)
	}
	for i, m := range v.Mappings {
		t.ref(at("provider.scope_mappings", i), "scope mapping", m)
	}
}

func (t *texter) access(d link.Desired) {
	if k := d.Key; k != nil {
		t.add(link.Authentik, "provider.signing_key", "signing key", k.Name)
		t.add(link.Authentik, "provider.signing_key", "algorithm of the signing key", k.Algorithm)
	}
	if m := d.Mapping; m != nil {
		t.ref("email", "e-mail mapping", m.Ref)
		t.add(link.Authentik, "email", "scope of the e-mail mapping", m.Scope)
		t.add(link.Authentik, "email", "description of the e-mail mapping", m.Description)
		t.add(link.Authentik, "email", "expression of the e-mail mapping", m.Expression)
	}
	for i, b := range d.Bindings {
		t.add(link.Authentik, at("access", i), "kind of the binding", b.Kind)
		t.ref(at("access", i), b.Kind, b.Target)
		t.ref(at("access", i), "application of the binding", b.Application)
		t.add(link.Authentik, at("access", i), "key of the binding", b.PK)
	}
}

func (t *texter) pocketBase(d link.Desired) {
	add := func(field, label, value string) { t.add(link.PB, field, label, value) }
	add("pocketbase.url", "PocketBase address", d.PocketBaseURL)
	add("pocketbase.collection", "collection", d.Collection.Name)
	add("", "id of the collection", d.Collection.ID)
	add("", "time of the collection's last change", d.Collection.Updated)
	add("pocketbase.create_rule", "create rule", link.Value(d.Collection.CreateRule, ""))
	add("pocketbase.auth_rule", "auth rule", link.Value(d.Collection.AuthRule, ""))
	t.mapped(d.Collection.OAuth2.Mapped)
	t.slot(d.Slot)
}

func (t *texter) mapped(m link.MappedFields) {
	t.add(link.PB, "pocketbase.map_id", "field for the ID", m.ID)
	t.add(link.PB, "pocketbase.map_name", "field for the name", m.Name)
	t.add(link.PB, "pocketbase.map_username", "field for the username", m.Username)
	t.add(link.PB, "pocketbase.map_avatar", "field for the avatar", m.AvatarURL)
}

func (t *texter) slot(o link.OAuth2Provider) {
	add := func(field, label, value string) { t.add(link.PB, field, label, value) }
	add("pocketbase.slot", "slot", o.Slot)
	add("pocketbase.display_name", "display name", o.DisplayName)
	add("provider.client_id", "client ID", o.ClientID)
	add("pocketbase.auth_url", "auth URL", o.AuthURL)
	add("pocketbase.token_url", "token URL", o.TokenURL)
	add("pocketbase.user_info_url", "user info URL", o.UserInfoURL)
	add("pocketbase.jwks_url", "JWKS URL", o.JWKSURL)
	for i, issuer := range o.Issuers {
		add(at("pocketbase.issuers", i), "issuer", issuer)
	}
	add("pocketbase.slot", "slot as PocketBase has it", string(o.Raw))
}

// before are the texts of what was there, which a migration puts back.
func (t *texter) before(p link.Plan) {
	was := pocketBaseBefore(p, link.KindOAuth2)
	if now := slotOf(was, p.Desired.Slot.Slot); now != nil {
		t.slot(*now)
	}
	t.mapped(was.OAuth2.Mapped)
	for _, other := range was.OAuth2.Providers {
		t.add(link.PB, "", "provider "+other.Slot+" of the collection", string(other.Raw))
	}
	rules := pocketBaseBefore(p, link.KindRules)
	t.add(link.PB, "pocketbase.create_rule", "create rule", link.Value(rules.CreateRule, ""))
	t.add(link.PB, "pocketbase.auth_rule", "auth rule", link.Value(rules.AuthRule, ""))
}

func (t *texter) ref(field, label string, r link.Ref) {
	t.add(link.Authentik, field, label, r.Name)
	t.add(link.Authentik, field, "key of the "+label, r.ID)
}

func at(field string, i int) string { return fmt.Sprintf("%s.%d", field, i) }
