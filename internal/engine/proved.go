package engine

import (
	"cmp"
	"context"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/signin"
)

// WithoutProof returns what of a plan is applied if nobody proves a sign-in. An old slot waits for another apply. It is
// a problem if that leaves nothing, or if passwords were to be turned off.
func WithoutProof(plan *link.Plan) (link.Plan, error) {
	if !plan.NeedsProof() {
		return *plan, nil
	}
	first := plan.Limited(link.PartBeforeProof)
	if link.TurnsOff(plan.Changes) || first.Empty() {
		return *plan, plans.Unproved(plan)
	}
	return first, nil
}

// ProofOf returns the proof that a test sign-in gives, nil if it did not work.
func ProofOf(d *link.Desired, v *signin.Verdict, at time.Time) *link.Proof {
	if v == nil || !v.Works || v.Record == nil {
		return nil
	}
	return new(link.NewProof(d, cmp.Or(v.Record.Email, v.Record.ID), at))
}

// PlanNext returns the part of the link's plan that comes next: what needs no proof, and once that is done, the rest
// with the proof. waits reports whether the rest waits for what the plan has, or for a proof.
func (e *Engine) PlanNext(ctx context.Context, spec *link.Spec, proof *link.Proof) (next link.Plan, waits bool,
	err error) {
	whole, err := e.Plan(ctx, *spec)
	if err != nil || !whole.NeedsProof() {
		return whole, false, err
	}
	first := whole.Limited(link.PartBeforeProof)
	if !first.Empty() || !proof.Covers(&whole.Desired, time.Now()) {
		return first, true, nil
	}
	next = whole.Limited(link.PartAfterProof)
	next.Proof = proof
	return next, false, nil
}

// ApplyProved carries out what a plan has left after its first part was applied and a sign-in through the link was
// proved. The hook's events count the changes of the whole plan.
func (e *Engine) ApplyProved(ctx context.Context, whole *link.Plan, proof *link.Proof, hook apply.Hook) error {
	last := whole.Limited(link.PartAfterProof)
	last.Proof = proof
	first := len(whole.Changes) - len(last.Changes)
	return e.Apply(ctx, last, func(event apply.Event) {
		event.Index += first
		hook(event)
	})
}

// AfterProof returns what can go once a sign-in through the link is proved: whether people can also sign in to its
// collection with a password or a one-time one, and the slots that the link had before.
func (e *Engine) AfterProof(ctx context.Context, spec *link.Spec, d *link.Desired) (passwords bool, old []string) {
	now, err := e.pocketbase.Collection(ctx, *d)
	if err != nil {
		return false, nil
	}
	return !now.PasswordOff(), plans.OldSlots(spec, d, now)
}
