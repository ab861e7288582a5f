package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// addApplication stores a new application, which empties the cached lists.
func (st *State) AddApplication(a *Application) {
	st.Applications.Put(a.PK, a)
	st.LinkProvider(a)
	clear(st.AppLists)
}

func (st *State) LinkProvider(a *Application) {
	if a.Provider != 0 {
		st.ByProvider[a.Provider] = a.PK
	}
}

// newProvider is a provider with the defaults of the model: no grant types and
// no scope mappings unless they are sent.
func (st *State) NewProvider() *Provider {
	return &Provider{
		PK: st.lastProvider + 1, ClientType: "confidential", ClientID: RandomText(40), ClientSecret: RandomText(128),
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0", ClaimsInIDToken: true, SubMode: "hashed_user_id", IssuerMode: "per_provider",
		LogoutMethod: "backchannel", PropertyMappings: []string{}, GrantTypes: []string{}, RedirectURIs: []RedirectURI{},
		FederationSources: []string{}, FederationProviders: []int{},
	}
}

func (st *State) AddProvider(p *Provider) {
	st.lastProvider = max(st.lastProvider, p.PK)
	st.Providers.Put(p.PK, p)
}

// removeProvider deletes a provider. Its application stays without one.
func (st *State) RemoveProvider(p *Provider) {
	st.Providers.Remove(p.PK)
	if app := st.ApplicationOf(p.PK); app != nil {
		app.Provider = 0
		delete(st.ByProvider, p.PK)
	}
}

func NewBinding() *Binding { return &Binding{PK: NewID(), Enabled: true, Timeout: 30} }

// addBinding stores a new binding, which empties the cached application lists.
func (st *State) AddBinding(b *Binding) {
	st.Bindings.Put(b.PK, b)
	clear(st.AppLists)
}

// freshUser is a new user with its defaults. It has no place in the table yet.
func (st *State) NewUser(now time.Time) *User {
	pk := st.LastUser + 1
	return &User{
		PK: pk, UUID: NewID(), UID: st.uid(pk), Active: true, Attributes: obj{}, Roles: []string{},
		Path: "users", Type: "internal", Joined: now, PasswordChanged: now, Updated: now,
	}
}

func (st *State) AddUser(u *User) {
	st.LastUser = max(st.LastUser, u.PK)
	st.Users.Put(u.PK, u)
}

func NewRole(name string) *Role {
	return &Role{PK: NewID(), Name: name, Permissions: map[string]bool{}, OnObjects: map[string][]string{}}
}

// uid is the hashed id of a user.
func (st *State) uid(pk int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d-%s", pk, st.secret))
	return hex.EncodeToString(sum[:])
}
