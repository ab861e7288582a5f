package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// AddApplication stores a new application and clears the cached lists.
func (st *State) AddApplication(a *Application) {
	st.Applications.Put(a.PK, a)
	st.LinkProvider(a)
	clear(st.AppLists)
}

// LinkProvider indexes an application by its provider.
func (st *State) LinkProvider(a *Application) {
	if a.Provider != 0 {
		st.ByProvider[a.Provider] = a.PK
	}
}

// NewProvider returns a provider with the defaults of the model, which have no grant types and no scope mappings.
func (st *State) NewProvider() *Provider {
	return &Provider{
		PK: st.lastProvider + 1, ClientType: "confidential", ClientID: RandomText(40), ClientSecret: RandomText(128),
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0", ClaimsInIDToken: true, LogoutMethod: "backchannel",
		SubMode: "hashed_user_id", IssuerMode: "per_provider", PropertyMappings: []string{}, GrantTypes: []string{},
		RedirectURIs: []RedirectURI{}, FederationSources: []string{}, FederationProviders: []int{},
	}
}

// AddProvider stores a new provider.
func (st *State) AddProvider(p *Provider) {
	st.lastProvider = max(st.lastProvider, p.PK)
	st.Providers.Put(p.PK, p)
}

// RemoveProvider deletes a provider and keeps its application.
func (st *State) RemoveProvider(p *Provider) {
	st.Providers.Remove(p.PK)
	if app := st.ApplicationOf(p.PK); app != nil {
		app.Provider = 0
		delete(st.ByProvider, p.PK)
	}
}

// NewBinding returns a binding with the defaults of the model.
func NewBinding() *Binding { return &Binding{PK: NewID(), Enabled: true, Timeout: 30} }

// AddBinding stores a new binding and clears the cached application lists.
func (st *State) AddBinding(b *Binding) {
	st.Bindings.Put(b.PK, b)
	clear(st.AppLists)
}

// NewUser returns a user with the defaults of the model. It is not stored yet.
func (st *State) NewUser(now time.Time) *User {
	pk := st.LastUser + 1
	return &User{
		PK: pk, UUID: NewID(), UID: st.uid(pk), Active: true, Attributes: obj{}, Roles: []string{},
		Path: "users", Type: "internal", Joined: now, PasswordChanged: now, Updated: now,
	}
}

// AddUser stores a new user.
func (st *State) AddUser(u *User) {
	st.LastUser = max(st.LastUser, u.PK)
	st.Users.Put(u.PK, u)
}

// NewGroup returns an empty group.
func NewGroup(name string, users ...int) *Group {
	return &Group{PK: NewID(), Name: name, Users: append([]int{}, users...), Roles: []string{}, Parents: []string{},
		Attributes: obj{}}
}

// NewRole returns a role without permissions.
func NewRole(name string) *Role {
	return &Role{PK: NewID(), Name: name, Permissions: map[string]bool{}, OnObjects: map[string][]string{}}
}

// uid returns the hashed ID of a user.
func (st *State) uid(pk int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d-%s", pk, st.secret))
	return hex.EncodeToString(sum[:])
}
