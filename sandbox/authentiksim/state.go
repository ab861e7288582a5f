package authentiksim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"
)

// state is everything a server knows. Handlers change it under Server.mu.
type state struct {
	secret string // salts the users' hashed ids

	users    table[int, User]
	groups   table[string, Group]
	roles    table[string, Role]
	tokens   table[string, Token] // by identifier
	flows    table[string, Flow]
	keys     table[string, KeyPair]
	mappings table[string, ScopeMapping]

	providers    table[int, Provider]
	applications table[string, Application]
	bindings     table[string, Binding]
	policies     table[string, Policy]
	events       []*Event

	lastUser, lastProvider, lastPermission int
	settings                               settings
	brand                                  brand

	sessions map[string]*session
	codes    map[string]*authorizationCode
	access   map[string]*grantedToken // access tokens by their value
	refresh  map[string]*grantedToken // refresh tokens by their value

	byProvider map[int]string             // provider → key of its application
	appLists   map[appListKey][]cachedApp // the per-user cache of GET core/applications/
	consents   map[consentKey]time.Time   // until when a consent holds
}

func newState() *state {
	return &state{
		secret:       randomText(50),
		users:        newTable[int, User](),
		groups:       newTable[string, Group](),
		roles:        newTable[string, Role](),
		tokens:       newTable[string, Token](),
		flows:        newTable[string, Flow](),
		keys:         newTable[string, KeyPair](),
		mappings:     newTable[string, ScopeMapping](),
		providers:    newTable[int, Provider](),
		applications: newTable[string, Application](),
		bindings:     newTable[string, Binding](),
		policies:     newTable[string, Policy](),
		sessions:     map[string]*session{},
		codes:        map[string]*authorizationCode{},
		access:       map[string]*grantedToken{},
		refresh:      map[string]*grantedToken{},
		byProvider:   map[int]string{},
		appLists:     map[appListKey][]cachedApp{},
		consents:     map[consentKey]time.Time{},
	}
}

// clone copies what an import can change, to go back to if it fails.
func (st *state) clone() *state {
	copied := *st
	copied.groups, copied.flows, copied.keys = st.groups.clone(), st.flows.clone(), st.keys.clone()
	copied.mappings, copied.providers = st.mappings.clone(), st.providers.clone()
	copied.applications, copied.bindings = st.applications.clone(), st.bindings.clone()
	copied.events, copied.byProvider = slices.Clone(st.events), maps.Clone(st.byProvider)
	return &copied
}

// uid is the hashed id of a user.
func (st *state) uid(pk int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d-%s", pk, st.secret))
	return hex.EncodeToString(sum[:])
}

func newID() string { return uuid.NewString() }

// newHex is a random id without dashes, as request ids and codes are.
func newHex() string {
	id := uuid.New()
	return hex.EncodeToString(id[:])
}

// randomText is n letters and digits, each as likely as any other.
func randomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		// crypto/rand never fails on a supported system; it ends the program instead.
		k, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		text[i] = letters[k.Int64()]
	}
	return string(text)
}

// bigDigits is an id read as one large number, in decimal.
func bigDigits(id []byte) string { return new(big.Int).SetBytes(id).String() }
