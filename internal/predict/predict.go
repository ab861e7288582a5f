// Package predict predicts what PocketBase does at a sign-in with OAuth2.
package predict

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"

	"authpocket/internal/link"
	"authpocket/internal/predict/record"
	"authpocket/internal/predict/rule"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// World is everything that decides a sign-in in PocketBase.
type World struct {
	// Version is PocketBase's version, such as "0.39.11", empty if unknown.
	Version    string
	Collection link.CollectionState
	Slot       string
	// Claims are the claims about the person as authentik sends them, with their JSON types.
	Claims map[string]json.RawMessage
	// BySubject is the account linked to the subject in the slot, ByEmail the one with the verified address, as
	// PocketBase finds it. nil means none.
	BySubject, ByEmail *signin.Account
	// Holds reports whether a record of the collection has the value in the field. Without it, or with an error,
	// uniqueness cannot be known.
	Holds record.Lookup
	// Exists reports whether a collection, given by its ID, has a record. Without it that cannot be known.
	Exists record.Existence
}

// Predict returns what PocketBase does at the sign-in. Like PocketBase (apis/record_auth_with_oauth2.go) it reads
// the claims, finds, links or creates the account, and then decides whether the account may sign in.
func Predict(w *World) signin.Prediction {
	user, err := record.Read(w.Claims, w.Version)
	if err != nil {
		return refuseClaim(err)
	}
	var p signin.Prediction
	var after rule.Record
	switch {
	case w.BySubject != nil && w.BySubject.Gone:
		return refuse(report.CauseOtherSubject, say.Of("PocketBase refuses the sign-in: the account %s, to which the "+
			"subject is linked, is gone.", w.BySubject.ID))
	case w.BySubject != nil:
		p, after = w.signInTo(*w.BySubject, signin.OutcomeReturns, user)
	case w.ByEmail != nil && user.Email != "" && !(w.before("0.25.0") && w.ByEmail.Email != user.Email):
		p, after = w.signInTo(*w.ByEmail, signin.OutcomeLinked, user)
	default:
		p, after = w.create(user)
	}
	if p.Outcome == signin.OutcomeRefused {
		return p
	}
	if faults := record.Link(user); p.Outcome != signin.OutcomeNew && len(faults) > 0 {
		refused := refuse(report.CauseNoSubject, say.Of("PocketBase refuses the sign-in: it can't keep the subject "+
			"(sub) that authentik sends, which is empty or too long."))
		refused.Fields, refused.Unknown = fieldFaults(faults), p.Unknown
		return refused
	}
	return w.enter(p, after)
}

// Finds returns the subject and the address by which PocketBase looks for the account of a person. They are empty if
// it can't read the claims.
func Finds(claims map[string]json.RawMessage, version string) (subject, email string) {
	user, err := record.Read(claims, version)
	if err != nil {
		return "", ""
	}
	return user.ID, user.Email
}

// Between predicts the sign-in for a PocketBase whose version is only known to lie between two. What differs between
// them cannot be known.
func Between(oldest, newest string, w World) signin.Prediction {
	w.Version = newest
	p := Predict(&w)
	if oldest == newest {
		return p
	}
	w.Version = oldest
	if old := Predict(&w); old.Outcome != p.Outcome || old.Cause != p.Cause {
		doubt(&p, cmp.Or(old.Cause, p.Cause), say.Of("it depends on the version of this PocketBase, which is not "+
			"known"))
	}
	return p
}

func refuse(cause report.CauseID, words say.Text) signin.Prediction {
	return signin.Prediction{Outcome: signin.OutcomeRefused, Cause: cause, Words: words}
}

// refuseClaim predicts the refusal for claims that PocketBase cannot decode.
func refuseClaim(err error) signin.Prediction {
	var claim *record.ClaimError
	if !errors.As(err, &claim) {
		return refuse(report.CauseClaimType, say.Of("PocketBase cannot read the claims: %s.", err.Error()))
	}
	return refuse(report.CauseClaimType, say.Of("PocketBase refuses the sign-in with “Failed to fetch OAuth2 user”: "+
		"the claim %s is %s, and PocketBase reads only %s.", claim.Claim, claim.Got, claim.Want))
}

// signInTo predicts the sign-in to an existing account.
func (w *World) signInTo(a signin.Account, outcome signin.Outcome, user record.User) (signin.Prediction, rule.Record) {
	p := signin.Prediction{Outcome: outcome, Account: a, Email: a.Email, Verified: a.Verified,
		Resets: !a.Verified, Words: say.Of("Signs in to the account “%s”, which is already linked.", a.Title())}
	// a subject that can't be kept is refused first
	linkedElsewhere := len(record.Link(user)) == 0 && a.LinkedSubject != "" && a.LinkedSubject != user.ID
	if outcome == signin.OutcomeLinked {
		p.Words = say.Of("Is linked to the account “%s”, which has the same address.", a.Title())
	}
	values := w.saved(&p, a, user)
	switch {
	case values == nil:
		return p, rule.Record{}
	case linkedElsewhere && (a.Verified || w.before("0.37.4")):
		unknown := p.Unknown // refused in any case, perhaps for another reason
		p = refuse(report.CauseOtherSubject, say.Of("PocketBase refuses the sign-in: the account “%s” is linked to "+
			"another subject in this slot.", a.Title()))
		p.Unknown = unknown
		for _, field := range []string{"collectionRef", "provider", "recordRef"} { // of _externalAuths
			p.Fields = append(p.Fields, signin.FieldFault{Field: field, Code: "validation_not_unique"})
		}
		return p, rule.Record{}
	case linkedElsewhere:
		p.Words = say.Join(p.Words,
			say.Of("PocketBase removes its link to another subject, because the account was never verified."))
	}
	return p, w.stored(values)
}

// saved returns the account's values after the sign-in, or nil if PocketBase cannot save the account again.
func (w World) saved(p *signin.Prediction, a signin.Account, user record.User) map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	maps.Copy(values, a.Values)
	reset := !a.Verified && (a.Email != "" || !w.before("0.37.4")) // the password
	gains := a.Email == "" && user.Email != ""
	if gains {
		values["email"], p.Email = quoted(user.Email), user.Email
	}
	confirms := !a.Verified && (p.Email == "" || p.Email == user.Email)
	if confirms {
		values["verified"], p.Verified = json.RawMessage("true"), true
	}
	if !reset && !gains && !confirms {
		return values
	}
	faults, doubts := record.Resave(&w.Collection, values, record.Changes{Password: reset, Email: gains,
		Verified: confirms}, w.Version, record.Known{Holds: w.lookup(), Exists: w.Exists})
	if len(doubts) > 0 {
		doubt(p, report.CauseAccountFields, say.Of("it depends on %s", say.And(doubts...)))
	}
	if len(faults) == 0 && gains && w.ByEmail != nil && w.ByEmail.ID != a.ID { // which the database notices last
		faults = append(faults, record.Fault{Field: "email", Code: "validation_not_unique"})
	}
	if len(faults) == 0 {
		return values
	}
	unknown := p.Unknown
	*p = refuse(report.CauseAccountFields, say.Of("PocketBase refuses the sign-in: it has to save the account “%s” "+
		"again, and %s.", a.Title(), fieldWords(faults)))
	p.Fields, p.Account, p.Unknown = fieldFaults(faults), a, unknown
	return nil
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always marshals
	return raw
}

// create predicts the creation of an account.
func (w *World) create(user record.User) (signin.Prediction, rule.Record) {
	c := w.Collection
	if c.CreateRule == nil {
		return refuse(report.CauseCreateRule, say.Of("PocketBase refuses new users: only superusers may create "+
			"records in %s.", c.Name)), rule.Record{}
	}
	p := signin.Prediction{Outcome: signin.OutcomeNew, Words: say.Of("A new account is created for %s.", user.Email)}
	if user.Email == "" {
		p.Words = say.Of("A new account is created, without an e-mail address.")
	}
	draft := record.New(&c, user, w.Version, record.Known{Holds: w.lookup(), Exists: w.Exists})
	p.Email, _ = draft.After["email"].(string)
	p.Verified, _ = draft.After["verified"].(bool)
	answer := rule.Decide(c.CreateRule, w.createRequest(draft), rule.Record{Fields: c.Fields, Values: draft.Before,
		Unknown: keysIn(draft.Unknown, draft.Before), New: true})
	switch {
	case draft.BeforeRule:
		return w.refuseFields(draft.Faults), rule.Record{}
	case answer.Broken:
		return refuse(report.CauseCreateRule, say.Of("PocketBase refuses new users: it can't evaluate the create rule "+
			"of %s.", c.Name)), rule.Record{}
	case answer.Truth == rule.No:
		return refuse(report.CauseCreateRule, say.Of("PocketBase refuses new users: the create rule of %s rejects "+
			"this sign-in.", c.Name)), rule.Record{}
	case answer.Truth == rule.Unknown:
		doubt(&p, report.CauseCreateRule, say.Of("the create rule of %s depends on %s", c.Name, answer.Unknown))
	}
	if len(draft.Doubts) > 0 {
		doubt(&p, report.CauseMappedField, say.Of("it depends on %s", say.And(draft.Doubts...)))
	}
	if len(draft.Faults) > 0 {
		refused := w.refuseFields(draft.Faults)
		if draft.Again {
			refused.Cause = report.CauseAccountFields
		}
		refused.Unknown = p.Unknown // refused in any case, perhaps for another reason
		return refused, rule.Record{}
	}
	return p, rule.Record{Fields: c.Fields, Values: draft.After, Unknown: keysIn(draft.Unknown, draft.After)}
}

// refuseFields predicts the refusal for values that a new record may not have.
func (w *World) refuseFields(faults []record.Fault) signin.Prediction {
	fields := fieldFaults(faults)
	if len(fields) == 0 {
		return refuse(report.CauseMappedField, say.Of("PocketBase refuses new users: %s.", fieldWords(faults)))
	}
	claims, mapped := signin.ReadClaims(w.Claims), w.Collection.OAuth2.Mapped
	p := refuse(signin.CauseOfFields(fields, claims, mapped), say.Of("PocketBase refuses new users: %s.",
		fieldWords(faults)))
	p.Fields = fields
	switch p.Cause {
	case report.CauseEmailUnverified, report.CauseEmailBlank:
		p.Words = say.Of("PocketBase refuses the sign-in with “email: Cannot be blank”: authentik sends no verified "+
			"address, and %s requires one.", w.Collection.Name)
	case report.CauseUsernameDropped:
		p.Words = say.Of("PocketBase refuses new users: it leaves out the user name “%s”, which doesn't fit the "+
			"field %s or is taken, and the field requires a value.", claims.Username, mapped.Username)
	}
	return p
}

// lookup returns Holds, or one that knows nothing.
func (w *World) lookup() record.Lookup {
	if w.Holds != nil {
		return w.Holds
	}
	return func(string, string, bool) (bool, error) { return false, errors.New("nobody was asked") }
}

func doubt(p *signin.Prediction, cause report.CauseID, what say.Text) {
	if p.Unknown.Empty() {
		p.Cause, p.Unknown = cause, what
		return
	}
	p.Unknown = say.Of("%s; %s", p.Unknown, what)
}
