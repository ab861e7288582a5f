package journal

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The forms of an auth collection. See forms.go for the rule.

type collectionForm struct {
	ID            string                 `json:"id"`
	Name          string                 `json:"name"`
	System        bool                   `json:"system"`
	Updated       string                 `json:"updated"`
	OAuth2        link.OAuth2State       `json:"-"`
	CreateRule    *string                `json:"create_rule"`
	AuthRule      *string                `json:"auth_rule"`
	MFAEnabled    bool                   `json:"mfa_enabled"`
	MFARule       string                 `json:"mfa_rule"`
	EmailRequired bool                   `json:"email_required"`
	Fields        []link.CollectionField `json:"-"`
}

type fieldForm struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	System   bool   `json:"system"`
	Required bool   `json:"required"`
}

type oauth2Form struct {
	Enabled   bool                  `json:"enabled"`
	Providers []link.OAuth2Provider `json:"-"`
	Mapped    link.MappedFields     `json:"mapped_fields"`
}

type slotForm struct {
	Slot         string          `json:"slot"`
	DisplayName  string          `json:"display_name"`
	ClientID     string          `json:"client_id"`
	ClientSecret secret.Text     `json:"-"`
	AuthURL      string          `json:"auth_url"`
	TokenURL     string          `json:"token_url"`
	UserInfoURL  string          `json:"user_info_url"`
	PKCE         *bool           `json:"pkce"`
	JWKSURL      string          `json:"jwks_url"`
	Issuers      []string        `json:"issuers"`
	Raw          json.RawMessage `json:"-"`
}

// What the forms above leave to forms of their own.
type (
	collectionEntry struct {
		collectionForm
		Kept   oauth2Entry `json:"oauth2"`
		Schema []fieldForm `json:"fields"`
	}
	oauth2Entry struct {
		oauth2Form
		Slots []slotEntry `json:"providers"` // in the order read
	}
	slotEntry struct {
		slotForm
		AsRead asRead `json:"as_read"`
	}
)

func packCollection(c link.CollectionState) (collectionEntry, []string) {
	var notKept []string
	entry := collectionEntry{
		collectionForm: collectionForm(c),
		Kept: oauth2Entry{
			oauth2Form: oauth2Form(c.OAuth2),
			Slots: each(c.OAuth2.Providers, func(p link.OAuth2Provider) slotEntry {
				at := "oauth2.providers." + p.Slot
				raw, cut := withoutSecret(p.Raw)
				notKept = append(notKept, markSecret(at+".client_secret", p.ClientSecret)...)
				if cut {
					notKept = append(notKept, at+".as_read.clientSecret")
				}
				return slotEntry{slotForm: slotForm(p), AsRead: raw}
			}),
		},
		Schema: each(c.Fields, func(f link.CollectionField) fieldForm { return fieldForm(f) }),
	}
	return entry, notKept
}

func unpackCollection(e collectionEntry) link.CollectionState {
	c := link.CollectionState(e.collectionForm)
	c.OAuth2 = link.OAuth2State(e.Kept.oauth2Form)
	c.OAuth2.Providers = each(e.Kept.Slots, func(s slotEntry) link.OAuth2Provider {
		p := link.OAuth2Provider(s.slotForm)
		p.Raw = json.RawMessage(s.AsRead)
		return p
	})
	c.Fields = each(e.Schema, func(f fieldForm) link.CollectionField { return link.CollectionField(f) })
	return c
}

// asRead is an element of oauth2.providers to the byte, as a string of JSON in
// JSON: an undo sends it back as it came.
type asRead []byte

func (a asRead) MarshalJSON() ([]byte, error) {
	switch {
	case a == nil:
		return []byte("null"), nil
	case utf8.Valid(a):
		return encodeJSON(string(a))
	default:
		return encodeJSON(struct {
			Base64 []byte `json:"base64"`
		}{a})
	}
}

func (a *asRead) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*a = nil
		return nil
	}
	if b[0] == '{' {
		var form struct {
			Base64 []byte `json:"base64"`
		}
		err := decodeJSON(b, &form)
		*a = form.Base64
		return err
	}
	var text string
	err := json.Unmarshal(b, &text)
	*a = asRead(text)
	return err
}

// withoutSecret cuts a client secret out of an element of oauth2.providers.
// PocketBase leaves it out of every answer; this is for the day it does not.
func withoutSecret(raw json.RawMessage) (kept asRead, cut bool) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return asRead(raw), false
	}
	for key, value := range keys {
		empty := bytes.Equal(value, []byte(`""`)) || bytes.Equal(value, []byte("null"))
		if strings.EqualFold(key, "clientSecret") && !empty {
			delete(keys, key)
			cut = true
		}
	}
	if !cut {
		return asRead(raw), false
	}
	rest, err := encodeJSON(keys)
	if err != nil {
		return nil, true
	}
	return rest, true
}
