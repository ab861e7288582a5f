package link

import (
	"cmp"
	"encoding/json"
	"slices"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// PocketBase is what a spec sets of the auth collection.
type PocketBase struct {
	Collection  *string `yaml:"collection" json:"collection"` // default "users"
	Slot        *string `yaml:"slot" json:"slot"`             // oidc, oidc2 or oidc3
	DisplayName *string `yaml:"display_name" json:"display_name"`
	AuthURL     *string `yaml:"auth_url" json:"auth_url"`
	TokenURL    *string `yaml:"token_url" json:"token_url"`
	UserInfoURL *string `yaml:"user_info_url" json:"user_info_url"`
	// UserInfo is "userinfo" or "id_token": where PocketBase reads the claims.
	UserInfo *string  `yaml:"user_info" json:"user_info"`
	JWKSURL  *string  `yaml:"jwks_url" json:"jwks_url"` // id_token only
	Issuers  []string `yaml:"issuers" json:"issuers"`   // id_token only
	PKCE     *bool    `yaml:"pkce" json:"pkce"`
	Enabled  *bool    `yaml:"enabled" json:"enabled"` // default true
	// Mapped fields: the collection's field for each claim, empty for none.
	MapName     *string `yaml:"map_name" json:"map_name"`
	MapUsername *string `yaml:"map_username" json:"map_username"`
	MapAvatar   *string `yaml:"map_avatar" json:"map_avatar"`
	MapID       *string `yaml:"map_id" json:"map_id"`
	// ShowControls turns off "Hide/Lock collection and record controls", step 2 of the guide. The API does not
	// need it.
	ShowControls bool `yaml:"show_controls" json:"show_controls"`
	// CreateRule and AuthRule replace the collection's rules if the admin
	// accepted an offered change. nil keeps them.
	CreateRule *string `yaml:"create_rule" json:"create_rule"`
	AuthRule   *string `yaml:"auth_rule" json:"auth_rule"`
	// Groups are the fields that the exported hook sets, from a claim. No apply writes them.
	Groups      []GroupField `yaml:"groups" json:"groups,omitzero"`
	GroupsClaim *string      `yaml:"groups_claim" json:"groups_claim,omitempty"` // default "groups"
	// PasswordAuth and OTP are the collection's own ways in. They are turned off only after a proof. nil keeps them.
	PasswordAuth *bool `yaml:"password_auth" json:"password_auth,omitempty"`
	OTP          *bool `yaml:"otp" json:"otp,omitempty"`
	// RewriteSecret writes the client secret again even if nothing else differs. PocketBase never shows it, so
	// only a check can detect a wrong one.
	RewriteSecret bool `yaml:"-" json:"rewrite_secret"`
}

// CollectionState is an auth collection.
type CollectionState struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	System        bool        `json:"system"`
	Updated       string      `json:"updated"`
	OAuth2        OAuth2State `json:"oauth2"`
	CreateRule    *string     `json:"create_rule"` // nil: superusers only
	AuthRule      *string     `json:"auth_rule"`
	MFAEnabled    bool        `json:"mfa_enabled"`
	MFARule       string      `json:"mfa_rule"`
	EmailRequired bool        `json:"email_required"`
	// PasswordAuth and OTP report whether a password and a one-time password sign people in, nil where PocketBase
	// does not tell.
	PasswordAuth *bool             `json:"password_auth,omitempty"`
	OTP          *bool             `json:"otp,omitempty"`
	Fields       []CollectionField `json:"fields"`
	// Indexes are the CREATE INDEX statements, nil where they were not asked for.
	Indexes []string `json:"-"`
}

// CollectionField is one field of a collection's schema.
type CollectionField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	System   bool   `json:"system"`
	Required bool   `json:"required"`
	// Options is the field as PocketBase gave it, with the options of its type, nil where they were not asked for.
	Options json.RawMessage `json:"-"`
}

// OAuth2State is the collection's oauth2 object.
type OAuth2State struct {
	Enabled   bool             `json:"enabled"`
	Providers []OAuth2Provider `json:"providers"` // in the order read, which must be kept
	Mapped    MappedFields     `json:"mapped_fields"`
}

// MappedFields holds the field for each claim, empty for none.
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
	ClientSecret secret.Text `json:"-"` // only when wanted: PocketBase never shows it
	AuthURL      string      `json:"auth_url"`
	TokenURL     string      `json:"token_url"`
	UserInfoURL  string      `json:"user_info_url"`
	PKCE         *bool       `json:"pkce"`
	JWKSURL      string      `json:"jwks_url"` // extra.jwksURL
	Issuers      []string    `json:"issuers"`  // extra.issuers
	// Raw is the element as it was read. Elements that a plan does not touch
	// are written back unchanged.
	Raw json.RawMessage `json:"-"`
}

// IDTokenMode reports whether PocketBase reads claims from the ID token, as it does without a user-info URL
// (tools/auth/oidc.go).
func (p *OAuth2Provider) IDTokenMode() bool { return p.UserInfoURL == "" }

// SettingsState is the part of PocketBase's settings that a link needs.
type SettingsState struct {
	AppName      string   `json:"app_name"`
	AppURL       string   `json:"app_url"`
	HideControls bool     `json:"hide_controls"`
	RateLimits   bool     `json:"rate_limits"` // enabled
	AuthLimit    string   `json:"auth_limit"`  // the rule for sign-ins, such as "2 per 3 s", or empty
	SuperuserIPs []string `json:"superuser_ips"`
}

// PlaceAttrs returns the table of the fields that locate the link in PocketBase.
func PlaceAttrs() []*Attr[*PocketBase, *CollectionState] {
	type W = *PocketBase
	collection := text(&Meta{
		Key: "name", Spec: "pocketbase.collection", Label: "Collection", check: checkCollection,
		Ask: Ask{Control: AskChoice, Group: AskCollection, Label: "Auth collection",
			Hint: "New users are created in this collection"},
		Doc: Doc{"auth collection", "`" + DefaultCollection + "`"},
	}, func(s *CollectionState) *string { return &s.Name }, func(w W) **string { return &w.Collection })
	slot := text[W, *CollectionState](&Meta{
		Spec: "pocketbase.slot", Label: "Slot", Values: Slots(),
		Ask: Ask{
			Control: AskChoice, Group: AskSlot, Open: true, Given: true,
			Hint: "A collection has three slots for OpenID Connect. Your app uses the slot's name to sign in",
		},
		Doc: Doc{"`oidc`, `oidc2` or `oidc3`", "that of the link, or the first free one"},
	}, nil, func(w W) **string { return &w.Slot })
	return []*Attr[W, *CollectionState]{collection, slot}
}

// SlotAttrs returns the table of the fields of one element of a collection's OAuth2 providers, except its slot
// and its client secret, which is never shown.
func SlotAttrs() []*Attr[*PocketBase, *OAuth2Provider] {
	type (
		W = *PocketBase
		S = *OAuth2Provider
	)
	userInfo := text[W, S](&Meta{
		Spec: "pocketbase.user_info", Label: "Source of user info", Values: []string{"userinfo", "id_token"},
		Ask: Ask{Control: AskChoice, Group: AskUserInfo, Label: "Fetch user info from",
			Answers: []say.Name{"User info URL", "ID token"}, Named: true},
		Doc: Doc{"`userinfo` or `id_token`: where the claims come from", "`userinfo`"},
	}, nil, func(w W) **string { return &w.UserInfo })
	userInfo.answer = func(s S) string {
		if s.Slot != "" && s.IDTokenMode() {
			return "id_token"
		}
		return "userinfo"
	}
	userInfoURL := text(&Meta{
		Key: "userInfoURL", Spec: "pocketbase.user_info_url", Label: "User info URL",
		Ask: Ask{Control: AskCode, Group: AskURLs, Open: true, Given: true},
		Doc: Doc{"the address at which PocketBase reaches authentik", "authentik's userinfo endpoint"},
	}, func(s S) *string { return &s.UserInfoURL }, func(w W) **string { return &w.UserInfoURL })
	userInfoURL.judge = func(p *report.Problems, m *Meta, w W) {
		// Without one, PocketBase reads the ID token and checks nothing.
		if w.UserInfoURL != nil && (*w.UserInfoURL != "" || Value(w.UserInfo, "userinfo") == "userinfo") {
			checkURL(p, m, *w.UserInfoURL)
		}
	}
	clientID := text[W](&Meta{Key: "clientId", Label: "Client ID", Follows: "provider.client_id"},
		func(s S) *string { return &s.ClientID }, nil)
	return []*Attr[W, S]{
		text(&Meta{
			Key: "displayName", Spec: "pocketbase.display_name", Label: "Display name", check: required,
			Ask: Ask{Control: AskText, Hint: "Your app can show it on the sign-in button", Needed: true, Short: true},
			Doc: Doc{"text of the sign-in button", "`" + DefaultDisplayName + "`"},
		}, func(s S) *string { return &s.DisplayName }, func(w W) **string { return &w.DisplayName }),
		clientID,
		text(&Meta{
			Key: "authURL", Spec: "pocketbase.auth_url", Label: "Auth URL", check: checkURL,
			Ask: Ask{Control: AskCode, Group: AskURLs, Open: true, Given: true},
			Doc: Doc{"", "authentik's authorize endpoint"},
		}, func(s S) *string { return &s.AuthURL }, func(w W) **string { return &w.AuthURL }),
		text(&Meta{
			Key: "tokenURL", Spec: "pocketbase.token_url", Label: "Token URL", check: checkURL,
			Ask: Ask{Control: AskCode, Group: AskURLs, Open: true, Given: true,
				Hint: "Only PocketBase calls it, so an internal address works"},
			Doc: Doc{"the address at which PocketBase reaches authentik", "authentik's token endpoint"},
		}, func(s S) *string { return &s.TokenURL }, func(w W) **string { return &w.TokenURL }),
		userInfo,
		userInfoURL,
		orNull(&Meta{
			// null means on
			Key: "pkce", Spec: "pocketbase.pkce", Label: "PKCE", Theirs: "Support PKCE", Default: "true", Always: true,
			Ask: Ask{Control: AskTick, Label: "Use PKCE"},
			Doc: Doc{What: "`true` or `false`"},
		}, func(s S) **bool { return &s.PKCE }, func(w W) **bool { return &w.PKCE }),
		text(&Meta{
			Key: "extra.jwksURL", Spec: "pocketbase.jwks_url", Label: "JWKS URL", Theirs: "JWKS verification URL",
			check: checkOptionalURL,
			Ask: Ask{Control: AskCode, Group: AskIDToken, Open: true, Given: true,
				Hint: "Only used with “ID token”. PocketBase verifies the token's signature with it"},
			Doc: Doc{"with `id_token`", "the application's JWKS"},
		}, func(s S) *string { return &s.JWKSURL }, func(w W) **string { return &w.JWKSURL }),
		texts(&Meta{
			Key: "extra.issuers", Spec: "pocketbase.issuers", Label: "Issuer", Theirs: "Issuers", check: checkURL,
			Ask: Ask{Control: AskLines, Group: AskIDToken, Label: "Issuers", Given: true},
			Doc: Doc{"with `id_token`, a list", "the application's issuer"},
		}, func(s S) *[]string { return &s.Issuers }, func(w W) *[]string { return &w.Issuers }),
	}
}

// OAuth2Attrs returns the table of a collection's OAuth2 options, except its providers.
func OAuth2Attrs() []*Attr[*PocketBase, *OAuth2State] {
	type (
		W = *PocketBase
		S = *OAuth2State
	)
	return []*Attr[W, S]{
		tick(&Meta{
			Key: "enabled", Spec: "pocketbase.enabled", Label: "Whether OAuth2 is on", Theirs: "OAuth2",
			Default: "true",
			Ask:     Ask{Control: AskTick, Label: "Enable OAuth2 for the collection", Given: true, Named: true},
			Doc:     Doc{What: "whether OAuth2 is on in the collection"},
		}, func(s S) *bool { return &s.Enabled }, func(w W) **bool { return &w.Enabled }),
		mapped("id", "id", "Field for the ID", "ID", "OAuth2 id", "OAuth2 ID goes to", "",
			func(s S) *string { return &s.Mapped.ID }, func(w W) **string { return &w.MapID }),
		mapped("name", "name", "Field for the name", "name", "OAuth2 full name", "Full name goes to",
			"field to store the name in; empty for none",
			func(s S) *string { return &s.Mapped.Name }, func(w W) **string { return &w.MapName }),
		mapped("username", "username", "Field for the username", "username", "OAuth2 username", "Username goes to", "",
			func(s S) *string { return &s.Mapped.Username }, func(w W) **string { return &w.MapUsername }),
		mapped("avatarURL", "avatar", "Field for the avatar", "avatar", "OAuth2 avatar", "Avatar goes to", "",
			func(s S) *string { return &s.Mapped.AvatarURL }, func(w W) **string { return &w.MapAvatar }),
	}
}

// mapped returns the attribute of a mapped field.
func mapped(key, name string, label, claim, theirs, ask say.Name, what string,
	at func(*OAuth2State) *string, want func(*PocketBase) **string,
) *Attr[*PocketBase, *OAuth2State] {
	return text(&Meta{
		Key: mappedPrefix + key, Spec: "pocketbase.map_" + name, Label: label, Theirs: theirs,
		Claim: claim,
		Ask:   Ask{Control: AskChoice, Group: AskMapped, Label: ask, Named: true},
		Doc:   Doc{what, "the current value"},
	}, at, want)
}

const mappedPrefix = "mappedFields."

// RuleAttrs returns the table of a collection's rules.
func RuleAttrs() []*Attr[*PocketBase, *CollectionState] {
	type (
		W = *PocketBase
		S = *CollectionState
	)
	return []*Attr[W, S]{
		rule(&Meta{
			Key: "createRule", Spec: "pocketbase.create_rule", Label: "Create rule",
			Ask: Ask{Control: AskRule, Given: true, Hint: "Who may create records. The first sign-in of a new user " +
				"creates one"},
			Doc: Doc{"a PocketBase rule that says who may create records: empty for everyone, `@request.context = " +
				"\"oauth2\"` for sign-ins with a provider", "the current value"},
		}, func(s S) **string { return &s.CreateRule }, func(w W) **string { return &w.CreateRule }),
		rule(&Meta{
			Key: "authRule", Spec: "pocketbase.auth_rule", Label: "Auth rule",
			Ask: Ask{Control: AskRule, Given: true, Hint: "Who may sign in. Changing it signs out everyone in the " +
				"collection"},
			Doc: Doc{"who may sign in; a change signs out everyone", "the current value"},
		}, func(s S) **string { return &s.AuthRule }, func(w W) **string { return &w.AuthRule }),
	}
}

// MethodAttrs returns the table of a collection's own ways to sign in.
func MethodAttrs() []*Attr[*PocketBase, *CollectionState] {
	type (
		W = *PocketBase
		S = *CollectionState
	)
	return []*Attr[W, S]{
		orNull(&Meta{
			Key: "passwordAuth.enabled", Spec: "pocketbase.password_auth", Label: "Passwords",
			Theirs: "Identity/Password", Default: "true",
			Ask: Ask{Control: AskTick, Group: AskMethods, Label: report.PasswordsLabel, Named: true,
				Hint: "Turned off only after a sign-in with authentik has worked"},
			Doc: Doc{"whether people can sign in with a password; `false` is applied only with a sign-in that proves " +
				"the link: see [one way in](one-way-in.md)", "the current value"},
		}, func(s S) **bool { return &s.PasswordAuth }, func(w W) **bool { return &w.PasswordAuth }),
		orNull(&Meta{
			Key: "otp.enabled", Spec: "pocketbase.otp", Label: "One-time passwords", Theirs: "One-time password (OTP)",
			Default: "false",
			Ask: Ask{Control: AskTick, Group: AskMethods, Label: "People can sign in with a one-time password",
				Named: true},
			Doc: Doc{"whether people can sign in with a one-time password sent by e-mail, as `password_auth`",
				"the current value"},
		}, func(s S) **bool { return &s.OTP }, func(w W) **bool { return &w.OTP }),
	}
}

// FlatAttrs returns the table of the fields of a collection that a kind of change writes, other than its OAuth2
// options.
func FlatAttrs(kind Kind) []*Attr[*PocketBase, *CollectionState] {
	switch kind {
	case KindRules:
		return RuleAttrs()
	case KindMethods:
		return MethodAttrs()
	}
	return nil
}

// SettingsAttrs returns the table of the settings of PocketBase that a link may change, and of what it may
// write again.
func SettingsAttrs() []*Attr[*PocketBase, *SettingsState] {
	type (
		W = *PocketBase
		S = *SettingsState
	)
	controls := tick[W](&Meta{
		Key: "meta.hideControls", Spec: "pocketbase.show_controls", Label: "Hide collection and record controls",
		Ask: Ask{
			Control: AskTick, Given: true, Named: true, Label: "Turn off “Hide/Lock collection and record controls”",
			Hint: "A step of authentik's PocketBase guide. The link does not need it",
		},
		Doc: Doc{"turn off “Hide/Lock collection and record controls”", "`false`: the link does not need it"},
	}, func(s S) *bool { return &s.HideControls }, nil)
	controls.wish, controls.want = wishTick(), func(w W) any { return &w.ShowControls }
	rewrite := &Attr[W, S]{Meta: &Meta{
		Spec: "pocketbase.rewrite_secret", Label: report.RewriteLabel,
		Ask: Ask{Control: AskTick, Given: true, Hint: "PocketBase never shows its copy. Use this if a check reports " +
			"that the secret is rejected"},
	}, wish: wishTick(), want: func(w W) any { return &w.RewriteSecret }}
	return []*Attr[W, S]{controls, rewrite}
}

// IsSlot reports whether name is one of the OpenID Connect slots.
func IsSlot(name string) bool { return slices.Contains(Slots(), name) }

// SlotIndex returns the index of the slot's element, -1 for none.
func SlotIndex(o *OAuth2State, slot string) int {
	return slices.IndexFunc(o.Providers, func(p OAuth2Provider) bool { return p.Slot == slot })
}

// MappableTypes returns the field types that can hold a claim, as offered by PocketBase's dashboard.
func MappableTypes(claim say.Name) []string {
	types := []string{"text", "editor", "url", "email", "json"}
	if claim == "avatar" {
		types = append(types, "file")
	}
	return types
}

// GroupField is a field of PocketBase's accounts that the exported hook sets from a person's groups at each sign-in.
type GroupField struct {
	Field string `yaml:"field" json:"field"`
	// When is the group whose members have the field set, for a field of the type bool.
	When string `yaml:"when" json:"when,omitempty"`
	// Values are the values by group. Other groups then count for nothing. nil takes the groups' names.
	Values map[string]string `yaml:"values" json:"values"`
	// By is the field of the related collection that has the value, for a relation. Empty is DefaultGroupBy.
	By string `yaml:"by" json:"by,omitempty"`
}

// DefaultGroupBy is the field of a related collection that a relation's value is looked up in.
const DefaultGroupBy = "name"

// LookUp returns the field of the related collection that has the value.
func (g GroupField) LookUp() string { return cmp.Or(g.By, DefaultGroupBy) }
