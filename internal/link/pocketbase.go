package link

import (
	"cmp"

	"authpocket/internal/report"
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

// SettingsState is the part of PocketBase's settings that a link needs.
type SettingsState struct {
	AppName      string   `json:"app_name"`
	AppURL       string   `json:"app_url"`
	HideControls bool     `json:"hide_controls"`
	RateLimits   bool     `json:"rate_limits"` // enabled
	AuthLimit    string   `json:"auth_limit"`  // the rule for sign-ins, such as "2 per 3 s", or empty
	SuperuserIPs []string `json:"superuser_ips"`
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

// Values returns the values of the settings that a link may change.
func (s *SettingsState) Values() []FieldValue { return Values(SettingsAttrs(), s, Features{}) }
