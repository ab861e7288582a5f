// Package people compares the accounts that are linked through a slot with the users of authentik, and says who can no
// longer sign in. It sends no request and keeps no more than the accounts.
package people

import (
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// User is a user of authentik, as far as it decides about sign-ins.
type User struct {
	PK        int
	Username  string
	Email     string
	Active    bool
	Groups    []string          // primary keys of the groups that the user is in itself
	LastLogin time.Time         // zero for never, or if unknown
	Subjects  map[string]string // by the provider's subject mode, without those that are unknown
}

// Account is an account of PocketBase that is linked through a slot.
type Account struct {
	ID      string
	Email   string
	Subject string // by which PocketBase knows the person
	Updated string // as PocketBase writes it, empty if the collection keeps no times
}

// Reason is why somebody can no longer sign in.
type Reason string

// The reasons.
const (
	Inactive   Reason = "inactive"
	Gone       Reason = "gone"
	NotAllowed Reason = "not allowed"
)

// Words says the reason in a sentence about a person, who is named if known.
func (r Reason) Words(person string) say.Text {
	switch {
	case r == Inactive:
		return say.Of("%s is not active in authentik.", person)
	case r == NotAllowed:
		return say.Of("%s may not use the application any more.", person)
	}
	return say.Of("authentik no longer has the person.")
}

// Leaver is an account whose person can no longer sign in.
type Leaver struct {
	Account string `json:"account"`
	Email   string `json:"email"`
	Subject string `json:"subject"`
	Person  string `json:"person,omitempty"` // the username, unknown of somebody who is gone
	Reason  Reason `json:"reason" jsonschema:"enum=inactive,enum=gone,enum=not allowed"`
	// SignedOut is when the receipts say that the account was signed out, nil if they do not.
	SignedOut *time.Time `json:"signed_out,omitempty"`
	// Updated is when the account was changed, as PocketBase writes it.
	Updated   string    `json:"-"`
	LastLogin time.Time `json:"-"`
}

// Name returns what people know the account by.
func (l Leaver) Name() string {
	if l.Email != "" {
		return l.Email
	}
	return l.Account
}

// Unsure says of how many accounts it is not known whether their people may still sign in, and why.
type Unsure struct {
	Doubt    Doubt    `json:"doubt"`
	Accounts int      `json:"accounts"`
	Why      say.Text `json:"why"`
}

// Report is the result of a comparison.
type Report struct {
	Linked int      `json:"linked"` // accounts that are linked through the slot
	Left   []Leaver `json:"left"`
	Unsure []Unsure `json:"not_known"`
}

// MostSignOuts is how many accounts one plan signs out, so that it can be reviewed, and its receipt stays small.
const MostSignOuts = 200

// Open returns the accounts that are not signed out yet.
func (r Report) Open() []Leaver {
	var open []Leaver
	for _, l := range r.Left {
		if l.SignedOut == nil {
			open = append(open, l)
		}
	}
	return open
}

// Blind reports whether the token may not see what has to be known.
func (r Report) Blind() bool {
	return link.Find(r.Unsure, func(u Unsure) bool { return u.Doubt.permission() != "" }) != nil
}

// Doubts returns the number of accounts of which it is not known.
func (r Report) Doubts() (n int) {
	for _, u := range r.Unsure {
		n += u.Accounts
	}
	return n
}

// unix returns the time of Unix seconds, zero for that of a zero time.
func unix(seconds int64) time.Time {
	if t := time.Unix(seconds, 0); t.Year() > 1 {
		return t
	}
	return time.Time{}
}

// Headline sums up the report in one line.
func (r Report) Headline() say.Text {
	open := len(r.Open())
	of := say.Count(r.Linked, "%d linked account", "%d linked accounts")
	switch {
	case open > 0:
		return say.Count(open, "%d person of %s can no longer sign in.", "%d people of %s can no longer sign in.", of)
	case r.Blind():
		return say.Of("It is not known who can no longer sign in.")
	case len(r.Left) > 0:
		return say.Of("Everybody who can no longer sign in is signed out.")
	case r.Linked == 0:
		return say.Of("Nobody has signed in through this link yet.")
	}
	return say.Of("Nobody has left: %s.", of)
}

// Meaning says what it means that somebody can no longer sign in.
func Meaning() say.Text {
	return say.Of("They can no longer sign in, but they are not signed out: the app's API rules may still accept the " +
		"tokens that they have until these expire.")
}
