package link

import (
	"slices"
	"strings"
	"time"
)

// System is one of the two outside systems.
type System string

// The two systems.
const (
	Authentik System = "authentik"
	PB        System = "pocketbase"
)

// Label is the system's own name.
func (s System) Label() string {
	if s == PB {
		return "PocketBase"
	}
	return "authentik"
}

// Ref names an object of authentik: its primary key, and the slug or name
// that people know it by.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Query says what an observation has to look up besides the lists that every
// observation reads.
type Query struct {
	Slug         string // the application's
	ProviderName string // to find a provider of another kind that has it
	Collection   string // the auth collection's name
	ClientID     string // where the spec gives one
	Access       *Access
}

// AuthentikSnapshot is what an authentik holds now, as far as a link is
// concerned.
type AuthentikSnapshot struct {
	Taken    time.Time
	URL      string // the address it was read at
	Version  string
	Features Features

	Application *ApplicationState // the one with the slug asked for
	Providers   []ProviderState   // all OAuth2 providers
	// NameTaken is the kind of a provider that is no OAuth2 provider and has
	// the queried name. Names are unique over all kinds.
	NameTaken string
	Flows     []Flow
	Keys      []Key
	Mappings  []Mapping
	Bindings  []BindingState // of Application
	Groups    []Ref          // those the query named, as found
	Users     []Ref
	Policies  []Ref
	// EmailChangeAllowed tells whether people may change their own address
	// (default_user_change_email). nil: the token may not read it.
	EmailChangeAllowed *bool
	// ClosedByDefault tells that an application without bindings lets nobody
	// in (the flag core_default_app_access is off). Unread settings say no.
	ClosedByDefault bool
	// Missing are the permissions that a refused read showed to be lacking,
	// such as "authentik_flows.view_flow".
	Missing []Permission
}

// Features are what servers of some versions lack.
type Features struct {
	GrantTypes  bool // 2026.5
	MetaHide    bool // 2026.5
	RedirectURI bool // redirect_uri_type, 2026.5
}

// Flow is an authentik flow.
type Flow struct {
	Ref
	Title       string
	Designation string // authorization, invalidation, authentication, ...
}

// Key is a certificate-key pair that can sign.
type Key struct {
	Ref
	Type string // rsa, ec, ed25519, ed448, dsa
}

// Usable tells whether PocketBase and authentik can both work with tokens
// signed by k: Ed25519 makes authentik's discovery answer 500.
func (k Key) Usable() bool { return k.Type == "rsa" || k.Type == "ec" || k.Type == "" }

// PocketBaseSnapshot is what a PocketBase holds now.
type PocketBaseSnapshot struct {
	Taken       time.Time
	URL         string
	Version     string // empty: not known
	Collections []CollectionState
	// SecretsByPlace tells that this PocketBase may keep client secrets by
	// their provider's place in the list, as versions before 0.40.1 do.
	SecretsByPlace bool
	Settings       SettingsState
	// Linked counts the people of the queried collection who have signed in
	// through a slot before, by slot.
	Linked map[string]int
}

// Collection returns the auth collection with that name, or nil.
func (s *PocketBaseSnapshot) Collection(name string) *CollectionState {
	for i := range s.Collections {
		if s.Collections[i].Name == name {
			return &s.Collections[i]
		}
	}
	return nil
}

// ManagedBy names the app that sets the collections' rules itself at each
// start, empty where none is known. Rules changed there do not last, so they
// are told about and never offered as a change.
func (s *PocketBaseSnapshot) ManagedBy() string {
	if strings.Contains(strings.ToLower(s.Settings.AppName), "beszel") {
		return "Beszel"
	}
	return ""
}

// Uses tells whether a slot of any auth collection has the client id.
func (s *PocketBaseSnapshot) Uses(clientID string) bool {
	return slices.ContainsFunc(s.Collections, func(c CollectionState) bool { return c.SlotWith(clientID) != "" })
}

// UsedBesides names an auth collection other than this one that signs in with
// the client id; empty where this one does too, or none.
func (s *PocketBaseSnapshot) UsedBesides(collection, clientID string) string {
	other := ""
	for _, c := range s.Collections {
		has := c.SlotWith(clientID) != ""
		switch {
		case has && c.Name == collection:
			return ""
		case has && other == "":
			other = c.Name
		}
	}
	return other
}

// SlotWith is the slot that has the client id, empty for none.
func (c CollectionState) SlotWith(clientID string) string {
	for _, o := range c.OAuth2.Providers {
		if IsSlot(o.Slot) && o.ClientID == clientID && clientID != "" {
			return o.Slot
		}
	}
	return ""
}
