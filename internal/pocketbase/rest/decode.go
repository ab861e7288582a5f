package rest

import (
	"encoding/json"
	"fmt"
	"strings"

	"authpocket/internal/link"
)

// collection is an auth collection as the list endpoint returns it.
type collection struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	System     bool    `json:"system"`
	Updated    string  `json:"updated"`
	CreateRule *string `json:"createRule"`
	AuthRule   *string `json:"authRule"`
	OAuth2     struct {
		Enabled      bool              `json:"enabled"`
		MappedFields link.MappedFields `json:"mappedFields"`
		Providers    []json.RawMessage `json:"providers"`
	} `json:"oauth2"`
	MFA struct {
		Enabled bool   `json:"enabled"`
		Rule    string `json:"rule"`
	} `json:"mfa"`
	PasswordAuth *struct {
		Enabled bool `json:"enabled"`
	} `json:"passwordAuth"` // nil if PocketBase doesn't tell
	OTP *struct {
		Enabled bool `json:"enabled"`
	} `json:"otp"`
	Indexes []string          `json:"indexes"`
	Fields  []json.RawMessage `json:"fields"`
}

func (c collection) state() link.CollectionState {
	s := link.CollectionState{
		ID:         c.ID,
		Name:       c.Name,
		System:     c.System,
		Updated:    c.Updated,
		CreateRule: c.CreateRule,
		AuthRule:   c.AuthRule,
		MFAEnabled: c.MFA.Enabled,
		MFARule:    c.MFA.Rule,
		Indexes:    c.Indexes,
		OAuth2:     link.OAuth2State{Enabled: c.OAuth2.Enabled, Mapped: c.OAuth2.MappedFields},
	}
	if c.PasswordAuth != nil {
		s.PasswordAuth = &c.PasswordAuth.Enabled
	}
	if c.OTP != nil {
		s.OTP = &c.OTP.Enabled
	}
	for _, raw := range c.Fields {
		var f link.CollectionField
		_ = json.Unmarshal(raw, &f) // an unreadable field is left empty, rather than losing the collection
		f.Options = raw
		s.Fields = append(s.Fields, f)
		if f.Name == "email" {
			s.EmailRequired = f.Required
		}
	}
	for _, raw := range c.OAuth2.Providers {
		s.OAuth2.Providers = append(s.OAuth2.Providers, readProvider(raw))
	}
	return s
}

// readProvider decodes one element of oauth2.providers and keeps the original in Raw. A key of an unexpected type is
// left empty, rather than losing the element.
func readProvider(raw json.RawMessage) link.OAuth2Provider {
	p := link.OAuth2Provider{Raw: raw}
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return p
	}
	_ = json.Unmarshal(keys["name"], &p.Slot)
	for _, a := range link.SlotAttrs() {
		if a.Held() {
			_ = json.Unmarshal(under(keys, a.Key), a.At(&p))
		}
	}
	return p
}

// under returns the value of a key, which may be nested: "extra.issuers".
func under(keys map[string]json.RawMessage, path string) json.RawMessage {
	key, inner, deeper := strings.Cut(path, ".")
	if deeper {
		return ReadExtra(keys[key])[inner]
	}
	return keys[key]
}

// SetKey sets the value of a key, which may be nested: "extra.issuers".
func SetKey(keys map[string]any, path string, value any) {
	key, inner, deeper := strings.Cut(path, ".")
	if !deeper {
		keys[key] = value
		return
	}
	below, _ := keys[key].(map[string]any)
	if below == nil {
		below = map[string]any{}
		keys[key] = below
	}
	below[inner] = value
}

// ExtraPrefix is the prefix of the keys of a provider's extra options, which concern the ID token (tools/auth/oidc.go).
const ExtraPrefix = "extra."

// ReadExtra decodes a provider's extra. It treats null and {} alike.
func ReadExtra(raw json.RawMessage) map[string]json.RawMessage {
	var extra map[string]json.RawMessage
	_ = json.Unmarshal(raw, &extra)
	return extra
}

// settings is the part of PocketBase's settings that a link needs.
type settings struct {
	Meta struct {
		AppName      string `json:"appName"`
		AppURL       string `json:"appURL"`
		HideControls bool   `json:"hideControls"`
	} `json:"meta"`
	RateLimits struct {
		Enabled bool        `json:"enabled"`
		Rules   []rateLimit `json:"rules"`
	} `json:"rateLimits"`
	SuperuserIPs []string `json:"superuserIPs"`
}

type rateLimit struct {
	Label       string `json:"label"`
	Audience    string `json:"audience"`
	Duration    int    `json:"duration"` // seconds
	MaxRequests int    `json:"maxRequests"`
}

func (s settings) state(collection string) link.SettingsState {
	return link.SettingsState{
		AppName:      s.Meta.AppName,
		AppURL:       s.Meta.AppURL,
		HideControls: s.Meta.HideControls,
		RateLimits:   s.RateLimits.Enabled,
		AuthLimit:    authLimit(s.RateLimits.Rules, collection),
		SuperuserIPs: s.SuperuserIPs,
	}
}

// authLimit describes the rate limit on guests' sign-ins to the collection. PocketBase takes the first label that has a
// rule, an exact one before a prefix (core/settings_model.go, FindRateLimitRule).
func authLimit(rules []rateLimit, collection string) string {
	path := "/api/collections/" + collection + "/auth-with-oauth2"
	for _, label := range []string{collection + ":authWithOAuth2", "*:authWithOAuth2", collection + ":auth", "*:auth",
		"POST " + path, path} {
		best := rateLimit{}
		for _, r := range rules {
			begins := strings.HasSuffix(r.Label, "/") && strings.HasPrefix(label+"/", r.Label)
			if r.Audience != "@auth" && (r.Label == label || begins) && len(r.Label) > len(best.Label) {
				best = r
			}
		}
		if best.Label != "" {
			return fmt.Sprintf("%d per %d s", best.MaxRequests, best.Duration)
		}
	}
	return ""
}
