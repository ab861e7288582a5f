package engine

import (
	"context"
	"errors"
	"strings"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/predict/record"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// PlanProof returns a plan for a proof: a test sign-in of a person who is made
// for it in authentik, and removed after it with the account that PocketBase
// creates. address is the person's e-mail address, empty for one that no mail
// reaches. The error is report.Problems if a new person cannot sign in; there is
// also a plan if a person with another address could.
func (e *Engine) PlanProof(ctx context.Context, spec *link.Spec, address string) (link.Plan, error) {
	plan, snaps, err := e.plan(ctx, *spec, e.observeLink)
	if err != nil {
		return link.Plan{}, err
	}
	if plan.Generated.Person, err = newPerson(address); err != nil {
		return link.Plan{}, err
	}
	if err := e.markSuperusers(ctx, snaps.Authentik.Bindings); err != nil {
		return link.Plan{}, err
	}
	proof, problems := plans.NewProof(&plan, &snaps.Authentik, snaps.PocketBase)
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	return proof, e.checkAddress(ctx, &proof)
}

// The lengths of the random values of a person.
const (
	personIDLength = 10
	markLength     = 24
	passwordLength = 40
)

func newPerson(address string) (link.PersonState, error) {
	id, err := randomText(personIDLength)
	if err != nil {
		return link.PersonState{}, err
	}
	mark, err := randomText(markLength)
	if err != nil {
		return link.PersonState{}, err
	}
	password, err := randomText(passwordLength)
	password += "-aA1" // what password policies ask for
	return link.NewPerson(strings.ToLower(id), mark, address, secret.New(password)), err
}

// checkAddress returns a problem if the person's address is none, or an account
// in PocketBase has it: the sign-in would be linked to that.
func (e *Engine) checkAddress(ctx context.Context, plan *link.Plan) error {
	person := plan.Generated.Person
	if person.Unreachable() {
		return nil
	}
	if !record.IsEmail(person.Email) {
		return report.Problems{{Summary: say.Of("“%s” is not an e-mail address.", person.Email),
			Todo: say.Of("Enter one such as name@example.com.")}}
	}
	_, account, err := e.pocketbase.Accounts(ctx, plan.Desired, "", person.Email)
	if err != nil || account == nil {
		return err
	}
	return report.Problems{{Summary: say.Of("An account in %s has the address %s, so the test would sign in to it.",
		plan.Desired.Collection.Name, person.Email), Todo: say.Of("Choose another address for the person.")}}
}

// Prove carries out the plan of a proof and returns the check of its sign-in, as
// SignInAs does. Whatever happens after the person is made, it deletes the
// account and then the person, also after ctx has ended. The error says why
// there was no sign-in, or what is left in the systems: the next proof or Apply
// removes that.
func (e *Engine) Prove(ctx context.Context, plan *link.Plan, hook apply.Hook) (report.Check, *signin.Verdict, error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return report.Check{}, nil, orTold(ctx, err)
	}
	defer unlock()
	if err := e.endProofs(ctx); err != nil {
		return report.Check{}, nil, orTold(ctx, err)
	}
	fresh, err := e.confirm(ctx, *plan, Among{})
	if err == nil {
		err = e.checkAddress(ctx, &fresh)
	}
	if err != nil {
		return report.Check{}, nil, orTold(ctx, err)
	}
	receipt, err := e.begin(&fresh)
	if err != nil {
		return report.Check{}, nil, err
	}
	p := newProof(e, &fresh, receipt, hook)
	if err = p.makePerson(ctx); err == nil {
		err = p.signIn(ctx)
	}
	left := p.remove(ctx)
	outcome := journal.Completed
	if err != nil || p.account.ID == "" {
		outcome = journal.Stopped
	}
	return p.check, p.verdict, errors.Join(err, p.end(left, outcome))
}
