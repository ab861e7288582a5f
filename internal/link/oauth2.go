package link

import (
	"encoding/json"
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

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

// Values returns the values of the OAuth2 options, and of the slot's element if it is there. An empty slot is none.
func (o *OAuth2State) Values(slot string) []FieldValue {
	list := Values(OAuth2Attrs(), o, Features{})
	if at := SlotIndex(o, slot); at >= 0 {
		list = append(list, o.Providers[at].Values()...)
	}
	return list
}

// Client returns the client ID of a slot, empty for none.
func (o *OAuth2State) Client(slot string) string {
	if at := SlotIndex(o, slot); at >= 0 {
		return o.Providers[at].ClientID
	}
	return ""
}

// Restore restores the element of one slot and the mapped fields. An element that did not exist before is removed.
func (o *OAuth2State) Restore(was OAuth2State, slot string, fields []Field) {
	Restore(OAuth2Attrs(), o, &was, fields)
	o.Providers = slices.Clone(o.Providers)
	at, before := SlotIndex(o, slot), SlotIndex(&was, slot)
	switch {
	case at < 0 && before >= 0:
		o.Providers = append(o.Providers, was.Providers[before])
	case at < 0:
	case before < 0:
		o.Providers = slices.Delete(o.Providers, at, at+1)
	default:
		o.Providers[at].restore(was.Providers[before], fields)
	}
}

func (p *OAuth2Provider) restore(was OAuth2Provider, fields []Field) {
	for _, f := range fields {
		if key, own := strings.CutPrefix(f.Name, was.Slot+"."); own {
			Restore(SlotAttrs(), p, &was, []Field{{Name: key}})
		}
	}
}

// KeepSecrets gives the elements after element i that have the same client its secret, which PocketBase before 0.40.1
// needs if that element goes.
func (o *OAuth2State) KeepSecrets(i int, client secret.Text) {
	for j := i + 1; j < len(o.Providers); j++ {
		if next := &o.Providers[j]; next.ClientID == o.Providers[i].ClientID {
			next.ClientSecret = client
		}
	}
}

// Values returns the element's fields for a diff, prefixed with its slot.
func (p OAuth2Provider) Values() []FieldValue {
	return prefixed(p.Slot+".", Values(SlotAttrs(), &p, Features{}))
}
