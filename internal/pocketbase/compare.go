package pocketbase

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// find returns the element of a slot, or nil.
func find(list []link.OAuth2Provider, slot string) *link.OAuth2Provider {
	i := slices.IndexFunc(list, func(p link.OAuth2Provider) bool { return p.Slot == slot })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// differences names in words what two oauth2 objects differ in, as far as it
// can be seen: client secrets never can.
func differences(a, b link.OAuth2State) []string {
	var list []string
	if a.Enabled != b.Enabled {
		list = append(list, "whether OAuth2 is on")
	}
	for _, m := range mappedPairs(a.Mapped, b.Mapped) {
		if m.a != m.b {
			list = append(list, "the field mapped to "+m.label)
		}
	}
	return append(list, listDifferences(a.Providers, b.Providers)...)
}

func listDifferences(a, b []link.OAuth2Provider) []string {
	var list []string
	for _, one := range a {
		other := find(b, one.Slot)
		if other == nil {
			list = append(list, "the provider "+one.Slot+", which is gone")
			continue
		}
		if labels := providerDifferences(one, *other); len(labels) > 0 {
			list = append(list, strings.Join(labels, ", ")+" of the provider "+one.Slot)
		}
	}
	for _, one := range b {
		if find(a, one.Slot) == nil {
			list = append(list, "the provider "+one.Slot+", which is new")
		}
	}
	sameOrder := slices.EqualFunc(a, b, func(x, y link.OAuth2Provider) bool { return x.Slot == y.Slot })
	if len(list) == 0 && !sameOrder {
		list = append(list, "the order of the providers")
	}
	return list
}

// providerDifferences returns the labels, as the dashboard has them, of the
// fields in which two elements differ.
func providerDifferences(a, b link.OAuth2Provider) []string {
	var labels []string
	note := func(differ bool, label string) {
		if differ {
			labels = append(labels, label)
		}
	}
	note(a.DisplayName != b.DisplayName, label("displayName"))
	note(a.ClientID != b.ClientID, label("clientId"))
	note(a.AuthURL != b.AuthURL, label("authURL"))
	note(a.TokenURL != b.TokenURL, label("tokenURL"))
	note(a.UserInfoURL != b.UserInfoURL, label("userInfoURL"))
	note(!reflect.DeepEqual(a.PKCE, b.PKCE), label("pkce"))
	note(a.JWKSURL != b.JWKSURL, label(keyJWKS))
	note(!slices.Equal(a.Issuers, b.Issuers), label(keyIssuers))
	if a.Raw != nil && b.Raw != nil {
		note(!reflect.DeepEqual(otherKeys(a.Raw), otherKeys(b.Raw)), "other options")
	}
	return labels
}

// label is what PocketBase's dashboard calls a provider's field.
func label(key string) string {
	switch key {
	case "name":
		return "Slot"
	case "clientId":
		return "Client ID"
	case "clientSecret":
		return "Client secret"
	case "authURL":
		return "Auth URL"
	case "tokenURL":
		return "Token URL"
	case "userInfoURL":
		return "User info URL"
	case "displayName":
		return "Display name"
	case "pkce":
		return "Support PKCE"
	case keyJWKS:
		return "JWKS verification URL"
	case keyIssuers:
		return "Issuers"
	}
	return key
}

// knownKeys are the keys of an element that OAuth2Provider has a field for.
func knownKeys() []string {
	return []string{"name", "clientId", "clientSecret", "authURL", "tokenURL", "userInfoURL", "displayName", "pkce", "extra"}
}

// otherKeys are the values of an element that OAuth2Provider has no field
// for, blank ones left out: null and {} mean the same.
func otherKeys(raw json.RawMessage) map[string]any {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(raw, &keys)
	other := map[string]any{}
	for key, value := range keys {
		if !slices.Contains(knownKeys(), key) && !blank(value) {
			other[key] = anyOf(value)
		}
	}
	for key, value := range readExtra(keys["extra"]) {
		if key != keyJWKS && key != keyIssuers && !blank(value) {
			other["extra."+key] = anyOf(value)
		}
	}
	return other
}

func anyOf(raw json.RawMessage) (v any) {
	_ = json.Unmarshal(raw, &v)
	return v
}

// blank tells whether a value is as good as none.
func blank(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}

type mappedPair struct{ field, label, a, b string }

// mappedPairs puts the mapped fields of two states side by side.
func mappedPairs(a, b link.MappedFields) []mappedPair {
	return []mappedPair{
		{"id", "OAuth2 id", a.ID, b.ID},
		{"name", "OAuth2 full name", a.Name, b.Name},
		{"username", "OAuth2 username", a.Username, b.Username},
		{"avatarURL", "OAuth2 avatar", a.AvatarURL, b.AvatarURL},
	}
}
