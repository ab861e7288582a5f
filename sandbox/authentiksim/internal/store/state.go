package store

import (
	"maps"
	"slices"
	"time"
)

// state is everything a server knows. Handlers change it under Server.mu.
type State struct {
	selfSigned bool // whether ensureSelfSigned has run

	secret string // salts the users' hashed ids

	Users    table[int, User]
	Groups   table[string, Group]
	Roles    table[string, Role]
	Tokens   table[string, Token] // by identifier
	Flows    table[string, Flow]
	Keys     table[string, KeyPair]
	Mappings table[string, ScopeMapping]

	Providers    table[int, Provider]
	Applications table[string, Application]
	Bindings     table[string, Binding]
	Policies     table[string, Policy]
	Events       []*Event

	LastUser, lastProvider, LastPermission int
	Settings                               settings
	Brand                                  Brand

	Sessions map[string]*Session
	Codes    map[string]*AuthorizationCode
	Access   map[string]*GrantedToken // access tokens by their value
	Refresh  map[string]*GrantedToken // refresh tokens by their value

	ByProvider map[int]string             // provider → key of its application
	AppLists   map[AppListKey][]CachedApp // the per-user cache of GET core/applications/
	Consents   map[ConsentKey]time.Time   // until when a consent holds
}

func NewState() *State {
	return &State{
		secret:       RandomText(50),
		Users:        newTable[int, User](),
		Groups:       newTable[string, Group](),
		Roles:        newTable[string, Role](),
		Tokens:       newTable[string, Token](),
		Flows:        newTable[string, Flow](),
		Keys:         newTable[string, KeyPair](),
		Mappings:     newTable[string, ScopeMapping](),
		Providers:    newTable[int, Provider](),
		Applications: newTable[string, Application](),
		Bindings:     newTable[string, Binding](),
		Policies:     newTable[string, Policy](),
		Sessions:     map[string]*Session{},
		Codes:        map[string]*AuthorizationCode{},
		Access:       map[string]*GrantedToken{},
		Refresh:      map[string]*GrantedToken{},
		ByProvider:   map[int]string{},
		AppLists:     map[AppListKey][]CachedApp{},
		Consents:     map[ConsentKey]time.Time{},
	}
}

// clone copies what an import can change, to go back to if it fails.
func (st *State) Clone() *State {
	copied := *st
	copied.Groups, copied.Flows, copied.Keys = st.Groups.clone(), st.Flows.clone(), st.Keys.clone()
	copied.Mappings, copied.Providers = st.Mappings.clone(), st.Providers.clone()
	copied.Applications, copied.Bindings = st.Applications.clone(), st.Bindings.clone()
	copied.Events, copied.ByProvider = slices.Clone(st.Events), maps.Clone(st.ByProvider)
	return &copied
}

// after is now, or just after the youngest event if the clock has not moved.
func (st *State) After(now time.Time) time.Time {
	if n := len(st.Events); n > 0 && !now.After(st.Events[n-1].Created) {
		return st.Events[n-1].Created.Add(time.Microsecond)
	}
	return now
}

const AnonymousName = "AnonymousUser"

// obj is a JSON object.
type obj = map[string]any
