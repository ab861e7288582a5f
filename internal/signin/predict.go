package signin

import (
	"cmp"
	"encoding/json"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Claims are the claims about a user that PocketBase uses.
type Claims struct {
	Subject  string
	Email    string
	Verified bool // as PocketBase reads email_verified
	Name     string
	Username string
	Picture  string
}

// Person is what authentik's user tells of a sign-in without a preview of its claims.
type Person struct {
	Inactive bool // may not sign in at all
	Email    string
	Subject  string // empty if unknown
}

// Account is the part of an auth record that matters for a sign-in.
type Account struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Verified bool   `json:"verified"`
	// LinkedSubject is the subject that the record is linked to in the link's slot, empty for none.
	LinkedSubject string `json:"linked_subject"`
	// Gone reports whether there is only the link left, of an account that was deleted without it.
	Gone bool `json:"-"`
	// Values are the record's fields as PocketBase shows them to a superuser.
	Values map[string]json.RawMessage `json:"-"`
}

// Outcome is what a sign-in leads to in PocketBase.
type Outcome string

// The outcomes.
const (
	OutcomeNew     Outcome = "new"     // a new account is created
	OutcomeLinked  Outcome = "linked"  // an existing account is linked by its address
	OutcomeReturns Outcome = "returns" // the user has signed in through this slot before
	OutcomeRefused Outcome = "refused"
)

// Prediction is the expected outcome of a sign-in.
type Prediction struct {
	Outcome Outcome        `json:"outcome"`
	Account Account        `json:"account"`         // with linked and returns
	Cause   report.CauseID `json:"cause,omitempty"` // with refused, or of Unknown
	// Fields are the fields that PocketBase refuses, with refused.
	Fields   []FieldFault `json:"fields,omitempty"`
	Email    string       `json:"email"`    // address of the record after the sign-in
	Verified bool         `json:"verified"` // whether the record's address counts as verified after the sign-in
	Words    say.Text     `json:"words"`    // describes the outcome
	// Unknown is what may refuse the sign-in and cannot be known before, empty if nothing.
	Unknown say.Text `json:"unknown,omitzero"`
	// Resets reports whether PocketBase resets the account's password and, since 0.37.4, removes its links,
	// because it was never verified.
	Resets bool `json:"resets"`
	// Subject is the user's subject claim, empty if no user was named.
	Subject string `json:"subject"`
	// Sent are all claims that authentik would send about the user.
	Sent map[string]string `json:"sent,omitempty"`
}

// FieldFault is a field that PocketBase refuses, with the code of its validation error.
type FieldFault struct {
	Field string `json:"field"`
	Code  string `json:"code"`
}

// ResetWords returns what PocketBase does to a never verified account at the sign-in, empty if nothing.
func (p *Prediction) ResetWords() say.Text {
	if !p.Resets {
		return say.Text{}
	}
	return say.Of("The account “%s” was never verified. At the sign-in PocketBase resets its password and, since "+
		"0.37.4, removes its links to other providers. This can't be undone.", p.Account.Title())
}

// PredictNoAccess returns the prediction for a user whom authentik doesn't authorise.
func PredictNoAccess(d *link.Desired) Prediction {
	return Prediction{Outcome: OutcomeRefused, Cause: report.CauseNoAccess, Words: say.Of("authentik doesn't let this "+
		"user open “%s”: its bindings don't include the user.", d.Application.Name)}
}

// Title returns the account's address, or its ID if it has none.
func (a Account) Title() string { return cmp.Or(a.Email, a.ID) }
