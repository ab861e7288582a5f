package link

import (
	"cmp"
	"slices"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Query is what an observation looks up in addition to the lists that it always reads.
type Query struct {
	Slug string // the application's
	// ApplicationPK is the application's primary key, if it may have another slug by now: all applications are read
	// for it. Slug is then not looked up.
	ApplicationPK string
	ProviderName  string // to find another kind of provider with this name
	Collection    string // the auth collection's name
	ClientID      string // if the spec sets one
	SigningKey    string // if the spec names one
	Access        *Access
	// Few has authentik's first providers read only, if there are many.
	Few bool
	// Linked means that the link seems to be there, for the order of the requests.
	Linked bool
	// Hurried has everything asked at once while connecting, also what other answers may make needless.
	Hurried bool
	// AddressesStay means that nobody warns of people who change their own e-mail address, and that authentik's public
	// address is not proposed: the system settings are not read where the brand shows who may use an application.
	AddressesStay bool
	// Unwarned leaves out what only a plan's warnings and problems tell of, for who wants the desired state.
	Unwarned bool
	// Only has nothing but these providers read. nil reads everything.
	Only *ProviderQuery
}

// ProviderQuery names OAuth2 providers by their client IDs or their name. The zero value names all.
type ProviderQuery struct {
	ClientIDs []string
	Name      string
	Count     int // how many there are at most, if that is known
}

// AuthentikSnapshot is the current state of an authentik, as far as a link needs it.
type AuthentikSnapshot struct {
	Taken    time.Time
	URL      string // the address that was read
	Version  string
	Features Features

	Application *ApplicationState // the one with the queried slug
	Providers   []ProviderState   // the OAuth2 providers: all, unless the query asks for few
	// Partial reports whether there may be others. ProviderCount is then how many there are at most, 0 if that is not
	// known.
	Partial       bool
	ProviderCount int
	// NameTaken is the kind of the non-OAuth2 provider that has the queried name. Names are unique across all
	// kinds.
	NameTaken string
	Flows     []Flow
	Keys      []Key
	// KeysUnread reports whether Keys were left out, because the link's provider has one and the query names none.
	KeysUnread bool
	Mappings   []Mapping
	Bindings   []BindingState // of Application
	Groups     []Ref          // those that the query names and that exist
	Users      []Ref
	Policies   []Ref
	// EmailChangeAllowed reports whether users may change their own address (default_user_change_email). nil if
	// the token may not read it.
	EmailChangeAllowed *bool
	// ClosedByDefault reports whether an application without bindings admits nobody (the flag
	// core_default_app_access is off). False if unknown.
	ClosedByDefault bool
	// AccessUnknown reports whether that flag could not be read.
	AccessUnknown bool
	// BaseURL is the address that authentik has for itself, without a path (base_url). Empty if it has none, if the
	// token may not read it, and before 2026.8.
	BaseURL string
	// SecretsElsewhere reports whether providers come without their client secret, as in drafts of authentik 2026.11,
	// where it is an object of its own.
	SecretsElsewhere bool
	// Missing are the permissions that refused reads require, such as "authentik_flows.view_flow".
	Missing []report.Permission
	// SeesAll are the permissions, of those that decide who left, that the token is known to have for all objects.
	SeesAll []report.Permission
	// MissingForProof are the permissions for a proof that the token's roles lack.
	MissingForProof []report.Permission
}

// SecretProblem returns the problem of an authentik whose client secrets cannot be read, nil for any other.
func (s *AuthentikSnapshot) SecretProblem() *report.Problem {
	if !s.SecretsElsewhere {
		return nil
	}
	return &report.Problem{Field: "authentik.url", Summary: say.Of(SecretsElsewhere),
		Todo: say.Of(SecretsElsewhereTodo)}
}

// What is said about an authentik whose client secrets cannot be read.
const (
	SecretsElsewhere = "This authentik keeps client secrets elsewhere, and this version of authpocket cannot read " +
		"them." // #nosec G101 -- a sentence
	SecretsElsewhereTodo = "Use a version of authpocket that supports this version of authentik." // #nosec G101
)

// NameReferences sets the names of objects that providers and bindings refer to by primary key. Objects that the token
// can't list have no name.
func (a *AuthentikSnapshot) NameReferences() {
	names := map[string]string{}
	for _, f := range a.Flows {
		names[f.ID] = f.Name
	}
	for _, k := range a.Keys {
		names[k.ID] = k.Name
	}
	for _, m := range a.Mappings {
		names[m.ID] = m.Name
	}
	name := func(r *Ref) { r.Name = names[r.ID] }
	for i := range a.Providers {
		p := &a.Providers[i]
		for _, r := range []*Ref{&p.AuthorizationFlow, &p.InvalidationFlow, &p.AuthenticationFlow, &p.SigningKey} {
			name(r)
		}
		for m := range p.Mappings {
			name(&p.Mappings[m])
		}
	}
	for i := range a.Bindings {
		a.Bindings[i].Application.Name = a.Application.Slug
	}
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

// Usable reports whether authentik and PocketBase both support tokens signed with k: with Ed25519, authentik's
// discovery returns 500.
func (k Key) Usable() bool { return k.Type == "rsa" || k.Type == "ec" || k.Type == "" }

// PocketBaseSnapshot is the current state of a PocketBase.
type PocketBaseSnapshot struct {
	Taken       time.Time
	URL         string
	Version     string // empty if unknown
	Collections []CollectionState
	// SecretsByPlace reports whether this PocketBase may keep client secrets by their provider's position in
	// the list, as versions before 0.40.1 do.
	SecretsByPlace bool
	Settings       SettingsState
	// Linked counts the users of the queried collection who have signed in through each slot.
	Linked map[string]int
}

// Collection returns the auth collection with that name, or nil.
func (s *PocketBaseSnapshot) Collection(name string) *CollectionState {
	return Find(s.Collections, func(c CollectionState) bool { return c.Name == name })
}

// Uses reports whether a slot of any auth collection has the client ID.
func (s *PocketBaseSnapshot) Uses(clientID string) bool {
	return slices.ContainsFunc(s.Collections, func(c CollectionState) bool { return c.SlotWith(clientID) != "" })
}

// UsedBesides returns another auth collection that signs in with the client ID, empty if this one does too or
// none does.
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

// SlotWith returns the slot with the client ID, empty for none.
func (c *CollectionState) SlotWith(clientID string) string {
	for _, o := range c.OAuth2.Providers {
		if IsSlot(o.Slot) && o.ClientID == clientID && clientID != "" {
			return o.Slot
		}
	}
	return ""
}

// ProviderByPK returns the provider with the primary key, nil for none.
func (a *AuthentikSnapshot) ProviderByPK(pk int) *ProviderState {
	return Find(a.Providers, func(p ProviderState) bool { return p.PK == pk && pk != 0 })
}

// ProviderByClient returns the provider with the client ID, nil for none.
func (a *AuthentikSnapshot) ProviderByClient(clientID string) *ProviderState {
	return Find(a.Providers, func(p ProviderState) bool { return p.ClientID == clientID })
}

// MappingByID returns the scope mapping with the primary key, nil for none.
func (a *AuthentikSnapshot) MappingByID(id string) *Mapping {
	return Find(a.Mappings, func(m Mapping) bool { return m.ID == id })
}

// MappingByName returns the scope mapping with the name, nil for none.
func (a *AuthentikSnapshot) MappingByName(name string) *Mapping {
	return Find(a.Mappings, func(m Mapping) bool { return m.Name == name })
}

// NameRefs fills in the names of objects that a provider refers to by key only, so that both sides of a diff use the
// same names.
func (a *AuthentikSnapshot) NameRefs(p *ProviderState) {
	for _, flow := range p.Flows() {
		if f := Find(a.Flows, func(f Flow) bool { return f.ID == flow.Ref.ID }); f != nil {
			*flow.Ref = f.Ref
		}
	}
	if k := Find(a.Keys, func(k Key) bool { return k.ID == p.SigningKey.ID }); k != nil {
		p.SigningKey = k.Ref
	}
	p.Mappings = slices.Clone(p.Mappings)
	for i, ref := range p.Mappings {
		if m := a.MappingByID(ref.ID); m != nil {
			p.Mappings[i] = m.Ref
		}
	}
	p.RedirectURIs = slices.Clone(p.RedirectURIs)
	for i := range p.RedirectURIs {
		p.RedirectURIs[i].Type = cmp.Or(p.RedirectURIs[i].Type, RedirectAuthorization)
	}
}
