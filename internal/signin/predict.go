package signin

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// Claims are what authentik would send about a person.
type Claims struct {
	Subject  string
	Email    string
	Verified bool // as PocketBase reads email_verified
	Name     string
	Username string
	Picture  string
}

// Account is a record of the auth collection as far as a sign-in is concerned.
type Account struct {
	ID       string
	Email    string
	Verified bool
	// LinkedSubject is the subject that this record is linked with in the
	// link's slot, empty for none.
	LinkedSubject string
}

// Outcome is what a sign-in leads to in PocketBase.
type Outcome string

// The outcomes.
const (
	OutcomeNew     Outcome = "new"     // a new account is made
	OutcomeLinked  Outcome = "linked"  // an account that is there is linked by its address
	OutcomeReturns Outcome = "returns" // the person has signed in through this slot before
	OutcomeRefused Outcome = "refused"
)

// Prediction is an outcome, with the account it concerns and, for a refusal,
// its cause in the catalogue.
type Prediction struct {
	Outcome Outcome
	Account Account      // linked and returns
	Cause   link.CauseID // refused
	Email   string       // the address the record will have
	Words   string       // for people
	// Unsure tells that a rule, named by Cause, may refuse what is predicted:
	// authpocket does not work rules out.
	Unsure bool
	// Resets tells that PocketBase gives the account another password and, since
	// 0.37.4, removes its links: it was never verified.
	Resets bool
	// Subject is whom it is about, as authentik names them to PocketBase;
	// empty where nobody was named.
	Subject string
	// Sent is everything that authentik would send about them.
	Sent map[string]string
}

// Predict tells what PocketBase will do at a sign-in with these claims, in
// the order in which it decides (apis/record_auth_with_oauth2.go): it finds,
// links or makes the account, and only then asks whether it may sign in.
// bySubject is the record linked with the subject, byEmail the one with the
// address; nil for none.
func Predict(claims Claims, c link.CollectionState, bySubject, byEmail *Account) Prediction {
	email := claims.Email
	if !claims.Verified {
		email = ""
	}
	var p Prediction
	switch {
	case bySubject != nil:
		p = Prediction{Outcome: OutcomeReturns, Account: *bySubject, Email: bySubject.Email,
			Words: "Signs in to the account " + link.Quote(shown(*bySubject)) + ", which is linked already."}
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
			" may refuse it; authpocket does not work it out."
	}
	return predictEntry(c, p)
}

// predictEntry is for an account that was found or made: PocketBase keeps it
// so even where it then lets nobody in.
func predictEntry(c link.CollectionState, p Prediction) Prediction {
	refuse := func(cause link.CauseID, words string) Prediction {
		if p.Outcome == OutcomeNew {
			words += " The account is made all the same."
		}
		return Prediction{Outcome: OutcomeRefused, Cause: cause, Words: words, Account: p.Account, Resets: p.Resets}
	}
	doubt := func(cause link.CauseID, words string) {
		p.Words += " " + words + " may refuse it; authpocket does not work it out."
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
		return refuse(link.CauseMFA, "PocketBase asks for a second factor: MFA is on in "+c.Name+
			", and OAuth2 alone is not enough.")
	default:
		doubt(link.CauseMFA, "The MFA rule of "+c.Name)
	}
	return p
}

// predictNew is for somebody without an account. email is empty where
// PocketBase drops it.
func predictNew(claims Claims, c link.CollectionState, email string) Prediction {
	switch {
	case c.CreateRule == nil:
		return refused(link.CauseCreateRule, "PocketBase refuses new people: only superusers may create records in "+
			c.Name+".")
	case email == "" && c.EmailRequired:
		cause := link.CauseEmailUnverified
		if claims.Email == "" {
			cause = link.CauseEmailBlank
		}
		return refused(cause, "PocketBase refuses the sign-in with “email: Cannot be blank”: authentik sends no "+
			"verified address, and "+c.Name+" requires one.")
	case c.OAuth2.Mapped.ID == "id":
		return refused(link.CauseMappedField, "PocketBase refuses new people: the subject is mapped to the record's "+
			"own id, which it never fits.")
	case requiredEmpty(c, claims) != "":
		return refused(link.CauseRequiredField, "PocketBase refuses new people: "+c.Name+" requires "+
			requiredEmpty(c, claims)+", which a sign-in leaves empty.")
	case email == "":
		return Prediction{Outcome: OutcomeNew, Words: "A new account is made, without an e-mail address."}
	}
	return Prediction{Outcome: OutcomeNew, Email: email, Words: "A new account is made for " + email + "."}
}

func predictLink(claims Claims, there Account) Prediction {
	other := there.LinkedSubject != "" && there.LinkedSubject != claims.Subject
	if other && !there.Verified {
		return Prediction{Outcome: OutcomeLinked, Account: there, Email: there.Email,
			Words: "Is linked to the account " + link.Quote(shown(there)) +
				", which has the same address and was never verified: PocketBase 0.37.4 and later drop its link with " +
				"another subject, earlier ones refuse the sign-in."}
	}
	if other {
		return refused(link.CauseOtherSubject, "PocketBase refuses the sign-in: the account "+link.Quote(shown(there))+
			" is linked with another subject in this slot.")
	}
	return Prediction{Outcome: OutcomeLinked, Account: there, Email: there.Email,
		Words: "Is linked to the account " + link.Quote(shown(there)) + ", which has the same address."}
}

// ResetWords says what PocketBase does to an account that was never verified
// before it signs somebody in to it, empty where it does nothing.
func (p Prediction) ResetWords() string {
	if !p.Resets {
		return ""
	}
	return "The account " + link.Quote(shown(p.Account)) + " was never verified. At the sign-in PocketBase gives it " +
		"another password, so that the old one works no more, and since 0.37.4 removes its links with other " +
		"sign-ins. That cannot be taken back."
}

// requiredEmpty names a required field of the collection that a new record
// would leave empty, or is empty itself.
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

// PredictNoAccess is for somebody whom authentik does not let through.
func PredictNoAccess(d link.Desired) Prediction {
	return refused(link.CauseNoAccess, "authentik does not let this person use “"+d.Application.Name+
		"”: its bindings let other people in.")
}

func shown(a Account) string {
	if a.Email != "" {
		return a.Email
	}
	return a.ID
}

// Truthy reads email_verified as PocketBase does (cast.ToBool in
// tools/auth/oidc.go): true, "true", 1 and the like.
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
