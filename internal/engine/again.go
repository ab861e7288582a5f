package engine

import (
	"context"
	"slices"
	"sync"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/stale"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Among says how a link is applied among others, which may have written objects of its plan since it was made. The
// zero value is for a link alone.
type Among struct {
	// Fresh means that the plan was made while the link was held, and that no other link has written its objects since.
	// Then it is not compared with both systems again.
	Fresh bool
	// Unseen means that nobody has seen the plan, so that it may differ in anything.
	Unseen bool
	// Written reports whether another of the links has written the object of a change. Then as much as it has written
	// may be missing from the plan. nil means that none has.
	Written func(link.Change) bool
	// Ready receives the plan before anything is written. Its error ends the apply. nil accepts it.
	Ready func(link.Plan) error
}

// explain reports whether the other links explain how fresh differs from plan.
func (a Among) explain(plan, fresh *link.Plan) bool {
	if a.Unseen || a.Written == nil {
		return a.Unseen
	}
	for _, now := range fresh.Changes {
		old := stale.With(plan, now.ID())
		if old == nil || !stale.Same(old, &now) && !(a.Written(now) && stale.PartOf(now, *old)) {
			return false
		}
	}
	return !slices.ContainsFunc(plan.Changes, func(old link.Change) bool {
		return stale.With(fresh, old.ID()) == nil && !a.Written(old)
	})
}

// confirm plans again and fails as stale if the result differs from plan in what others do not explain.
func (e *Engine) confirm(ctx context.Context, plan link.Plan, others Among) (link.Plan, error) {
	if err := e.checkInterrupted(&plan); err != nil {
		return link.Plan{}, err
	}
	fresh, err := e.Again(ctx, &plan)
	if err != nil {
		return link.Plan{}, err
	}
	fresh.Warnings, fresh.Proof = plan.Warnings, plan.Proof // plans.Again has none of the clients' own warnings
	compared := fresh
	if plan.Saved {
		compared.Changes = link.Each(fresh.Changes, stale.WithoutSecretBefore)
	}
	if differences := stale.Differences(&plan, &compared); len(differences) > 0 && !others.explain(&plan, &compared) {
		return link.Plan{}, stale.Changed(stale.System(&plan, &compared),
			append(differences, e.changedBy(ctx, plan, fresh)...)...)
	}
	return fresh, nil
}

// Again observes both systems and makes the plan again.
func (e *Engine) Again(ctx context.Context, plan *link.Plan) (link.Plan, error) {
	observe := e.observeLink
	if plan.Purpose == link.PurposeSignOut {
		return e.againSignOut(ctx, plan)
	}
	if plan.Purpose == link.PurposeUndo || plan.Purpose == link.PurposeRemove { // who else uses its mapping?
		observe = e.Observe
	}
	var snaps Snapshots
	var err error
	if plan.Purpose == link.PurposeUndo && !plan.Restores {
		snaps, err = e.observeMade(ctx, &plan.Spec, plan.Undoes)
	} else {
		snaps, err = observe(ctx, plan.Spec)
	}
	if err != nil {
		return link.Plan{}, err
	}
	if plan.Purpose == link.PurposeProof {
		if err := e.markSuperusers(ctx, snaps.Authentik.Bindings); err != nil {
			return link.Plan{}, err
		}
	}
	again := *plan // a saved one has no words of receipts
	if plan.Purpose == link.PurposeRemove {
		again.Spec.Made, err = e.made(&plan.Spec)
	} else {
		again.Spec.Made, err = e.madeFor(ctx, &plan.Spec, &snaps)
	}
	if err != nil {
		return link.Plan{}, err
	}
	fresh, problems := plans.Again(&again, &snaps.Authentik, &snaps.PocketBase)
	if len(problems) > 0 {
		return link.Plan{}, noLongerPossible(problems)
	}
	return fresh, nil
}

// noLongerPossible returns the fault of a plan that cannot be made any more.
func noLongerPossible(problems report.Problems) *report.Fault {
	first := problems[0].Message()
	f := stale.Changed(report.Authentik, first.What())
	f.Todo, f.Ways, f.Err = first.Todo, first.Ways, problems
	return f
}

// changedBy describes who changed the plan's objects since it was made,
// according to the logs of the two systems.
func (e *Engine) changedBy(ctx context.Context, plan, fresh link.Plan) []say.Text {
	var a, p []say.Text
	changes := slices.Concat(plan.Changes, fresh.Changes)
	var group sync.WaitGroup
	group.Go(func() { a = e.authentik.ChangedBy(ctx, plan.Taken, changes) })
	group.Go(func() { p = e.pocketbase.ChangedBy(ctx, plan.Taken, changes) })
	group.Wait()
	said := slices.Concat(a, p)
	if len(said) == 0 {
		return nil
	}
	return []say.Text{say.Of("By their logs, %s.", say.And(said[:min(len(said), 5)]...))}
}
