package engine

import (
	"context"
	"errors"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/engine/signins"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// proof is a running or interrupted proof.
type proof struct {
	e       *Engine
	plan    link.Plan
	receipt *apply.Receipt
	hook    apply.Hook
	since   time.Time // no later than the sign-in

	person   link.PersonState  // with its subject once that is known
	account  link.AccountState // with its ID once that is known
	expected signins.Expected
	// There may be a person in authentik, and an account in PocketBase.
	hasPerson, hasAccount bool

	check   report.Check
	verdict *signin.Verdict
}

func newProof(e *Engine, plan *link.Plan, receipt *apply.Receipt, hook apply.Hook) *proof {
	p := &proof{e: e, plan: *plan, receipt: receipt, hook: hook, since: time.Now()}
	if len(plan.Changes) == proofChanges {
		p.person = link.Value(link.As[link.PersonState](plan.Changes[makePerson].After), p.person)
		p.account = link.Value(link.As[link.AccountState](plan.Changes[signInPerson].After), p.account)
	}
	return p
}

// proofOf returns the proof that a receipt records, as far as it got.
func proofOf(e *Engine, r *journal.Receipt) *proof {
	plan := link.Plan{Changes: link.Each(r.Changes, func(c journal.Change) link.Change { return c.Change })}
	p := newProof(e, &plan, &apply.Receipt{Kept: r, Plan: &plan}, func(apply.Event) {})
	p.since = r.When
	if len(r.Changes) != proofChanges {
		return p
	}
	for _, step := range append(r.Changes[makePerson].Steps, r.Changes[signInPerson].Steps...) {
		p.person = link.Value(link.As[link.PersonState](step.After), p.person)
		p.account = link.Value(link.As[link.AccountState](step.After), p.account)
	}
	begun := func(i int) bool {
		state := r.Changes[i].State()
		return state == journal.AboutTo || state == journal.Done
	}
	p.hasPerson = begun(makePerson) && r.Changes[deletePerson].State() != journal.Done
	p.hasAccount = begun(signInPerson) && r.Changes[deleteAccount].State() != journal.Done
	return p
}

// step carries out one change and records it. do returns the object as it is
// afterwards, nil for none.
func (p *proof) step(ctx context.Context, i int, do func(context.Context) (link.Object, error)) error {
	tell := func(state apply.State, err error) error {
		event := apply.Event{Index: i, Change: p.plan.Changes[i], State: state, Receipt: p.receipt.ID()}
		if err != nil {
			event.Messages = []report.Message{report.MessageOf(err)}
		}
		p.hook(event)
		return err
	}
	if err := p.receipt.AboutTo(i); err != nil {
		return tell(apply.Failed, err)
	}
	_ = tell(apply.Running, nil)
	now, err := do(ctx)
	if err != nil {
		return tell(apply.Failed, errors.Join(err, p.receipt.Ended(i, err)))
	}
	if err := p.receipt.DoneAs(i, now); err != nil {
		return tell(apply.Failed, err)
	}
	return tell(apply.Done, nil)
}

// makePerson creates the person and finds out by which subject PocketBase will
// know them: the receipt needs it before the sign-in.
func (p *proof) makePerson(ctx context.Context) error {
	return p.step(ctx, makePerson, func(ctx context.Context) (link.Object, error) {
		ctx, cancel := apply.Finishing(ctx)
		defer cancel()
		p.hasPerson = true
		if err := p.e.authentik.Apply(ctx, p.plan.Changes[makePerson]); err != nil {
			p.hasPerson = report.WrittenBy(err) != report.WrittenNone
			return nil, err
		}
		pk, err := p.e.SignIns.FindUser(ctx, p.person.Username)
		if err != nil {
			return nil, report.WithWritten(err, report.WrittenSome)
		}
		foreseen, err := p.e.SignIns.Foresee(ctx, p.plan.Desired, pk)
		if err != nil {
			return nil, report.WithWritten(err, report.WrittenSome)
		}
		p.expected = signins.Expected{Person: pk, Prediction: &foreseen}
		p.person.PK, p.person.Subject = pk, foreseen.Subject
		return new(p.person), nil
	})
}

// signIn signs the person in. That no account was created is for the check to
// say, and no error.
func (p *proof) signIn(ctx context.Context) error {
	if ctx.Err() != nil {
		return toldToStop()
	}
	who := signin.Credentials{Name: p.person.Username, Password: p.person.Password}
	err := p.step(ctx, signInPerson, func(ctx context.Context) (link.Object, error) {
		p.hasAccount = true
		a := p.e.SignIns.Try(ctx, &p.plan.Desired, who, func() signins.Expected { return p.expected }, nil)
		p.check, p.verdict = *a.Check, a.Verdict
		return p.findAccount(ctx)
	})
	switch {
	case ctx.Err() != nil && (p.verdict == nil || !p.verdict.Works):
		p.check = report.Measured(ctx, []report.Check{p.check})[0]
		return toldToStop()
	case report.WrittenBy(err) == report.WrittenNone:
		return nil
	}
	return err
}

// orTold returns err, or that authpocket was told to stop, for which no server is to blame.
func orTold(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return toldToStop()
	}
	return err
}

func toldToStop() error {
	return &report.Fault{System: report.Authentik, Kind: report.FaultOther, Err: context.Canceled,
		Summary: say.Of("authpocket was told to stop before the test sign-in was over."),
		Todo:    say.Of("Start it again.")}
}

// findAccount returns the account that the person's sign-in created.
func (p *proof) findAccount(ctx context.Context) (link.Object, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signins.TidyTime)
	defer cancel()
	none := &report.Fault{System: report.PB, Kind: report.FaultRefused,
		Summary: say.Of("PocketBase created no account."),
		Details: []say.Text{p.check.Evidence}, Todo: p.check.Remedy, Written: report.WrittenNone}
	now, err := p.e.pocketbase.Collection(ctx, p.place())
	switch {
	case report.IsStale(err): // the collection is gone, with its accounts
		p.hasAccount = false
		return nil, none
	case err != nil:
		return nil, err
	}
	p.account.Collection.Name = now.Name
	account, _, err := p.e.pocketbase.Accounts(ctx, p.place(), p.person.Subject, "")
	switch {
	case err != nil:
		return nil, err
	case account == nil:
		p.hasAccount = false
		return nil, none
	}
	p.account.ID, p.account.Email = account.ID, account.Email
	return new(p.account), nil
}

// place returns the part of the link that the account belongs to.
func (p *proof) place() (d link.Desired) {
	d.Collection.ID, d.Collection.Name = p.account.Collection.ID, p.account.Collection.Name
	d.Slot.Slot = p.account.Slot
	return d
}

// remove deletes what the proof made, even after ctx has ended, and returns an
// error for each thing that is left. The person goes even if the account stays.
func (p *proof) remove(ctx context.Context) (left []error) {
	ctx = context.WithoutCancel(ctx)
	if p.hasAccount {
		if err := p.removeAccount(ctx); err != nil {
			left = append(left, p.stays(signInPerson, err))
		}
	}
	if !p.hasPerson {
		return left
	}
	err := p.step(ctx, deletePerson, func(ctx context.Context) (link.Object, error) {
		ctx, cancel := context.WithTimeout(ctx, signins.TidyTime)
		defer cancel()
		return nil, signins.Persistently(func() error { return p.e.authentik.Apply(ctx, p.plan.Changes[deletePerson]) })
	})
	if err != nil {
		left = append(left, p.stays(makePerson, err))
	}
	return left
}

func (p *proof) removeAccount(ctx context.Context) error {
	if p.account.ID == "" { // it is unknown whether there is one
		now, err := p.findAccount(ctx)
		switch {
		case !p.hasAccount:
			return p.receipt.Ended(signInPerson, err)
		case err != nil:
			return err
		}
		if err := p.receipt.DoneAs(signInPerson, now); err != nil {
			return err
		}
	}
	return p.step(ctx, deleteAccount, func(ctx context.Context) (link.Object, error) {
		ctx, cancel := context.WithTimeout(ctx, signins.TidyTime)
		defer cancel()
		isNew := p.person.Unreachable() || p.verdict != nil && p.verdict.Made
		return nil, signins.Persistently(func() error {
			return p.e.pocketbase.DeleteAccount(ctx, p.place(), p.account.ID, p.since, isNew)
		})
	})
}

// stays returns the fault for an object of the proof that could not be deleted.
func (p *proof) stays(i int, err error) error {
	c := p.plan.Changes[i]
	m := report.MessageOf(err)
	f := &report.Fault{System: c.System, Kind: report.FaultOther, Err: err, Details: []say.Text{m.What()},
		Summary: say.Of("The %s may still be in %s.", c.Object, c.System.Label()),
		Todo: say.Join(m.Todo, say.Of("The next proof, apply, undo, rotation or removal with the same state "+
			"directory deletes it."))}
	if p.receipt.Kept == nil {
		f.Todo = say.Join(m.Todo, say.Of("Delete it in %s.", c.System.Label()))
	}
	return f
}

// end finishes the receipt if nothing is left.
func (p *proof) end(left []error, outcome journal.Outcome) error {
	if len(left) > 0 || p.receipt.Kept == nil {
		return errors.Join(left...)
	}
	return p.receipt.Kept.Finish(outcome)
}

// markSuperusers marks the bindings to groups whose members inherit the rights of
// a superuser, which authentik does not show in bindings.
func (e *Engine) markSuperusers(ctx context.Context, bindings []link.BindingState) (err error) {
	for i, b := range bindings {
		if b.Enabled && b.Kind == "group" && !b.Negate && !b.Superusers {
			if bindings[i].Superusers, err = e.authentik.Superusers(ctx, b.Target.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// endProofs removes what interrupted proofs of the two systems left, and
// finishes their receipts. The lock must be held.
func (e *Engine) endProofs(ctx context.Context) error {
	if e.receipts == nil {
		return nil
	}
	list, _, err := e.receipts.Index()
	errs := []error{err}
	for _, one := range list {
		if one.Kind != journal.Proof || one.Outcome != "" || !e.ours(&one) {
			continue
		}
		r, err := e.load(one.ID)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p := proofOf(e, r)
		errs = append(errs, p.end(p.remove(ctx), journal.Undone))
	}
	return errors.Join(errs...)
}

// The changes of a proof, in their order.
const (
	makePerson = iota
	signInPerson
	deleteAccount
	deletePerson
	proofChanges
)
