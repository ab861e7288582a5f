// Package store holds the state of a simulated authentik: its objects and the rules that connect them.
package store

import (
	"maps"
	"slices"
	"time"
)

// State is everything a server knows. Handlers change it one at a time.
type State struct {
	selfSigned bool // EnsureSelfSigned has run

	secret string // salt of the users' hashed IDs

	Users  Table[int, User]
	Groups Table[string, Group]
	Roles  Table[string, Role]
	Tokens Table[string, Token] // by identifier
	Flows  Table[string, Flow]
	// StageBindings are the stages of all flows.
	StageBindings Table[string, StageBinding]
	Keys          Table[string, KeyPair]
	Mappings      Table[string, ScopeMapping]

	Providers    Table[int, Provider]
	Applications Table[string, Application]
	Bindings     Table[string, Binding]
	Policies     Table[string, Policy]
	Events       []*Event

	LastUser, lastProvider, LastPermission int
	Settings                               Settings
	Brand                                  Brand
	Login                                  LoginFlow
	Devices                                map[int]*Devices // by user

	Sessions map[string]*Session
	Codes    map[string]*AuthorizationCode
	Access   map[string]*GrantedToken // access tokens by value
	Refresh  map[string]*GrantedToken // refresh tokens by value

	ByProvider map[int]string             // provider → key of its application
	AppLists   map[AppListKey][]CachedApp // the per-user cache of GET core/applications/
	Consents   map[ConsentKey]time.Time   // consents and when they expire
}

// NewState returns an empty state.
func NewState() *State {
	return &State{
		secret: RandomText(50),
		Users:  newTable[int, User](),
		Groups: newTable[string, Group](),
		Roles:  newTable[string, Role](),
		Tokens: newTable[string, Token](),
		Flows:  newTable[string, Flow](),

		StageBindings: newTable[string, StageBinding](),
		Keys:          newTable[string, KeyPair](),
		Mappings:      newTable[string, ScopeMapping](),
		Providers:     newTable[int, Provider](),
		Applications:  newTable[string, Application](),
		Bindings:      newTable[string, Binding](),
		Policies:      newTable[string, Policy](),
		Sessions:      map[string]*Session{},
		Codes:         map[string]*AuthorizationCode{},
		Access:        map[string]*GrantedToken{},
		Refresh:       map[string]*GrantedToken{},
		ByProvider:    map[int]string{},
		AppLists:      map[AppListKey][]CachedApp{},
		Consents:      map[ConsentKey]time.Time{},
		Devices:       map[int]*Devices{},
	}
}

// Clone copies everything but what running sign-ins share: sessions, codes and tokens.
func (st *State) Clone() *State {
	copied := *st
	copied.Users, copied.Roles, copied.Tokens = st.Users.clone(), st.Roles.clone(), st.Tokens.clone()
	copied.Groups, copied.Flows, copied.Keys = st.Groups.clone(), st.Flows.clone(), st.Keys.clone()
	copied.Mappings, copied.Providers = st.Mappings.clone(), st.Providers.clone()
	copied.Applications, copied.Bindings = st.Applications.clone(), st.Bindings.clone()
	copied.StageBindings, copied.Policies = st.StageBindings.clone(), st.Policies.clone()
	copied.Events, copied.ByProvider = slices.Clone(st.Events), maps.Clone(st.ByProvider)
	copied.AppLists, copied.Consents = maps.Clone(st.AppLists), maps.Clone(st.Consents)
	copied.Settings.Values = maps.Clone(st.Settings.Values)
	return &copied
}

// After returns now, or the next microsecond after the latest event if the clock has not moved.
func (st *State) After(now time.Time) time.Time {
	if n := len(st.Events); n > 0 && !now.After(st.Events[n-1].Created) {
		return st.Events[n-1].Created.Add(time.Microsecond)
	}
	return now
}

// AnonymousName is the user name of the anonymous user.
const AnonymousName = "AnonymousUser"

// obj is a JSON object.
type obj = map[string]any
