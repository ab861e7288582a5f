package signin

import (
	"slices"
	"strings"

	"authpocket/internal/link"
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

// Account is the part of an auth record that matters for a sign-in.
type Account struct {
	ID       string
	Email    string
	Verified bool
	// LinkedSubject is the subject that the record is linked to in the link's slot, empty for none.
	LinkedSubject string
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
	Outcome Outcome
	Account Account      // with linked and returns
	Cause   link.CauseID // with refused, or of Unsure
	Email   string       // address of the record after the sign-in
	Words   string       // describes the outcome
	// Unsure reports whether the rule named by Cause may refuse the sign-in. authpocket doesn't evaluate rules.
	Unsure bool
	// Resets reports whether PocketBase resets the account's password and, since 0.37.4, removes its links,
	// because it was never verified.
	Resets bool
	// Subject is the user's subject claim, empty if no user was named.
	Subject string
	// Sent are all claims that authentik would send about the user.
	Sent map[string]string
}

// Predict returns what PocketBase does at a sign-in with these claims. Like PocketBase
// (apis/record_auth_with_oauth2.go) it finds, links or creates the account first, and then decides whether it
// may sign in. bySubject is the record linked to the subject, byEmail the one with the address; nil for none.
func Predict(claims Claims, c link.CollectionState, bySubject, byEmail *Account) Prediction {
	email := claims.Email
	if !claims.Verified {
		email = ""
	}
	var p Prediction
	switch {
	case bySubject != nil:
		p = Prediction{Outcome: OutcomeReturns, Account: *bySubject, Email: bySubject.Email,
			Words: "Signs in to the account " + link.Quote(shown(*bySubject)) + ", which is already linked."}
	case byEmail != nil && email != "":
		p = predictLink(claims, *byEmail)
	default:
		p = predictNew(claims, c, email)
	}
	if p.Outcome == OutcomeRefused {
		return p
	}
	p.Resets = p.Outcome != OutcomeNew && !p.Account.Verified
	if p.Outcome == OutcomeNew && !link.PlainlyOpen(c.CreateRule) {
		p.Unsure, p.Cause, p.Words = true, link.CauseCreateRule, p.Words+" The create rule of "+c.Name+
			" may refuse it; authpocket doesn't evaluate rules."
	}
	return predictEntry(c, p)
}

// predictEntry decides whether an account that was found or created may sign in. PocketBase keeps the account
// even if not.
func predictEntry(c link.CollectionState, p Prediction) Prediction {
	refuse := func(cause link.CauseID, words string) Prediction {
		if p.Outcome == OutcomeNew {
			words += " The account is created anyway."
		}
		return Prediction{Outcome: OutcomeRefused, Cause: cause, Words: words, Account: p.Account, Resets: p.Resets}
	}
	doubt := func(cause link.CauseID, words string) {
		p.Words += " " + words + " may refuse it; authpocket doesn't evaluate rules."
		if !p.Unsure {
			p.Unsure, p.Cause = true, cause
		}
	}
	if c.AuthRule == nil {
		return refuse(link.CauseAuthRule, "PocketBase refuses everyone: the auth rule of "+c.Name+
			" lets nobody sign in.")
	}
	if strings.TrimSpace(*c.AuthRule) != "" {
		doubt(link.CauseAuthRule, "The auth rule of "+c.Name)
	}
	switch {
	case !c.MFAEnabled || link.ExemptsOAuth2(c.MFARule):
	case c.MFARule == "":
		return refuse(link.CauseMFA, "PocketBase requires a second factor: MFA is on in "+c.Name+
			", and OAuth2 alone is not enough.")
	default:
		doubt(link.CauseMFA, "The MFA rule of "+c.Name)
	}
	return p
}

// predictNew predicts the sign-in of a user without an account. email is empty if PocketBase drops it.
func predictNew(claims Claims, c link.CollectionState, email string) Prediction {
	switch {
	case c.CreateRule == nil:
		return refused(link.CauseCreateRule, "PocketBase refuses new users: only superusers may create records in "+
			c.Name+".")
	case email == "" && c.EmailRequired:
		cause := link.CauseEmailUnverified
		if claims.Email == "" {
			cause = link.CauseEmailBlank
		}
		return refused(cause, "PocketBase refuses the sign-in with “email: Cannot be blank”: authentik sends no "+
			"verified address, and "+c.Name+" requires one.")
	case c.OAuth2.Mapped.ID == "id":
		return refused(link.CauseMappedField, "PocketBase refuses new users: the subject is mapped to the record's "+
			"own id, which can't hold it.")
	case requiredEmpty(c, claims) != "":
		return refused(link.CauseRequiredField, "PocketBase refuses new users: "+c.Name+" requires "+
			requiredEmpty(c, claims)+", which a sign-in doesn't set.")
	case email == "":
		return Prediction{Outcome: OutcomeNew, Words: "A new account is created, without an e-mail address."}
	}
	return Prediction{Outcome: OutcomeNew, Email: email, Words: "A new account is created for " + email + "."}
}

func predictLink(claims Claims, there Account) Prediction {
	other := there.LinkedSubject != "" && there.LinkedSubject != claims.Subject
	if other && !there.Verified {
		return Prediction{Outcome: OutcomeLinked, Account: there, Email: there.Email,
			Words: "Is linked to the account " + link.Quote(shown(there)) +
				", which has the same address and was never verified. PocketBase 0.37.4 and later drop its link to " +
				"another subject; earlier versions refuse the sign-in."}
	}
	if other {
		return refused(link.CauseOtherSubject, "PocketBase refuses the sign-in: the account "+link.Quote(shown(there))+
			" is linked to another subject in this slot.")
	}
	return Prediction{Outcome: OutcomeLinked, Account: there, Email: there.Email,
		Words: "Is linked to the account " + link.Quote(shown(there)) + ", which has the same address."}
}

// ResetWords returns what PocketBase does to a never verified account at the sign-in, empty if nothing.
func (p Prediction) ResetWords() string {
	if !p.Resets {
		return ""
	}
	return "The account " + link.Quote(shown(p.Account)) + " was never verified. At the sign-in PocketBase " +
		"resets its password and, since 0.37.4, removes its links to other providers. This can't be undone."
}

// requiredEmpty returns the name of a required field that a new record would leave empty, empty for none.
func requiredEmpty(c link.CollectionState, claims Claims) string {
	m := c.OAuth2.Mapped
	filled := []string{"id", "email", "password", "tokenKey"}
	for field, value := range map[string]string{m.ID: claims.Subject, m.Name: claims.Name, m.Username: claims.Username,
		m.AvatarURL: claims.Picture} {
		if value != "" {
			filled = append(filled, field)
		}
	}
	for _, f := range c.Fields {
		if f.Required && !f.System && !slices.Contains(filled, f.Name) {
			return f.Name
		}
	}
	return ""
}

func refused(cause link.CauseID, words string) Prediction {
	return Prediction{Outcome: OutcomeRefused, Cause: cause, Words: words}
}

// PredictNoAccess returns the prediction for a user whom authentik doesn't authorise.
func PredictNoAccess(d link.Desired) Prediction {
	return refused(link.CauseNoAccess, "authentik doesn't let this user open “"+d.Application.Name+
		"”: its bindings don't include the user.")
}

func shown(a Account) string {
	if a.Email != "" {
		return a.Email
	}
	return a.ID
}

// Truthy reports whether PocketBase reads the email_verified claim as true: true, "true", 1 and the like
// (cast.ToBool in tools/auth/oidc.go).
func Truthy(claim any) bool {
	switch v := claim.(type) {
	case bool:
		return v
	case string:
		return slices.Contains([]string{"1", "t", "T", "TRUE", "true", "True"}, v)
	case float64:
		return v != 0
	}
	return false
}
