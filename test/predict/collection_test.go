package predict_test

import (
	"encoding/json"
	"fmt"

	"authpocket/internal/link"
)

// collection is a collection as PocketBase answers it.
type collection struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	System     bool              `json:"system"`
	Updated    string            `json:"updated"`
	CreateRule *string           `json:"createRule"`
	AuthRule   *string           `json:"authRule"`
	Indexes    []string          `json:"indexes"`
	Fields     []json.RawMessage `json:"fields"`
	MFA        struct {
		Enabled bool   `json:"enabled"`
		Rule    string `json:"rule"`
	} `json:"mfa"`
	OAuth2 struct {
		Enabled   bool              `json:"enabled"`
		Mapped    link.MappedFields `json:"mappedFields"`
		Providers []json.RawMessage `json:"providers"`
	} `json:"oauth2"`
}

// state returns the collection as a prediction takes it.
func (c collection) state() (link.CollectionState, error) {
	s := link.CollectionState{ID: c.ID, Name: c.Name, System: c.System, Updated: c.Updated, CreateRule: c.CreateRule,
		AuthRule: c.AuthRule, MFAEnabled: c.MFA.Enabled, MFARule: c.MFA.Rule, Indexes: c.Indexes,
		OAuth2: link.OAuth2State{Enabled: c.OAuth2.Enabled, Mapped: c.OAuth2.Mapped}}
	for _, raw := range c.Fields {
		f := link.CollectionField{Options: raw}
		if err := json.Unmarshal(raw, &f); err != nil {
			return s, fmt.Errorf("decoding a field: %w", err)
		}
		s.Fields = append(s.Fields, f)
		if f.Name == "email" {
			s.EmailRequired = f.Required
		}
	}
	for _, raw := range c.OAuth2.Providers {
		var p struct{ Name, DisplayName, ClientID, AuthURL, TokenURL, UserInfoURL string }
		if err := json.Unmarshal(raw, &p); err != nil {
			return s, fmt.Errorf("decoding a provider: %w", err)
		}
		s.OAuth2.Providers = append(s.OAuth2.Providers, link.OAuth2Provider{Slot: p.Name, DisplayName: p.DisplayName,
			ClientID: p.ClientID, AuthURL: p.AuthURL, TokenURL: p.TokenURL, UserInfoURL: p.UserInfoURL, Raw: raw})
	}
	return s, nil
}
