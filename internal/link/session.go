package link

import (
	"cmp"
	"slices"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// SessionState is what keeps an account of PocketBase signed in: its token key, which PocketBase never shows.
type SessionState struct {
	Collection Ref    `json:"collection"`
	Slot       string `json:"slot"`
	ID         string `json:"id"`
	Email      string `json:"email"`
	Subject    string `json:"subject"` // by which PocketBase knows the person
	Person     string `json:"person"`  // the username in authentik, empty if unknown
	Reason     string `json:"reason"`  // why the person can no longer sign in
	Updated    string `json:"updated"` // when the account was changed before
}

// Name returns what people know the account by.
func (s SessionState) Name() string { return cmp.Or(s.Email, s.ID) }

// TokenKey is the name of the field that signs an account out.
const TokenKey = "tokenKey" // #nosec G101 -- a name

// SignOut returns the change that gives an account a new token key. Fields has the only one that it writes.
func SignOut(s SessionState, why say.Text) Change {
	name := s.ID
	if s.Email != "" {
		name = s.Email + ", " + s.ID
	}
	return Change{System: report.PB, Kind: KindSession, Action: Update, Before: &s, After: new(s), Why: why,
		Object: say.Of("tokens of %s in %s", name, s.Collection.Name),
		Fields: []Field{{Name: TokenKey, Before: ShowMask(MaskedSet), After: ShowMask(MaskedNew), Sensitive: true,
			Generated: true}}}
}

// SignsOut reports whether the changes only sign accounts out.
func SignsOut(changes []Change) bool {
	return len(changes) > 0 && !slices.ContainsFunc(changes, func(c Change) bool { return c.Kind != KindSession })
}
