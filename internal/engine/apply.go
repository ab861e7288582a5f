package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/stale"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// Apply carries out plan and nothing else. It first observes both systems again
// and fails as stale if the same spec now gives a different plan. It stops at
// the first change that fails; earlier changes stay, and a new plan continues
// from there. With receipts, each write is recorded on disk before it is sent,
// and only one Apply runs per pair of systems. The error is a *report.Stopped.
func (e *Engine) Apply(ctx context.Context, plan link.Plan, hook Hook) error {
	return e.ApplyAmong(ctx, &plan, Among{}, hook)
}

// ApplyAmong is Apply for one of several links.
func (e *Engine) ApplyAmong(ctx context.Context, plan *link.Plan, others Among, hook Hook) error {
	unlock, err := e.lockForApply(ctx)
	if err != nil {
		return stoppedBetween(0, err)
	}
	defer unlock()
	fresh := *plan
	if others.Fresh {
		err = e.checkInterrupted(plan)
	} else {
		fresh, err = e.confirm(ctx, *plan, others)
	}
	if err == nil && others.Ready != nil {
		err = others.Ready(fresh)
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) { // no server is to blame
		err = cancelledBefore(plan.Changes)
	}
	if err != nil {
		return stoppedBetween(0, err)
	}
	return e.carryOutAll(ctx, &fresh, hook)
}

// Hold keeps other programs from changing the link until release is called, so that a plan that is made meanwhile stays
// as it is.
func (e *Engine) Hold(ctx context.Context) (release func(), err error) { return e.lockForApply(ctx) }

// Planner observes both systems and makes a plan.
type Planner func(context.Context) (link.Plan, error)

// ApplyUnseen makes a plan and carries it out like Apply, but without observing
// both systems again: nobody has seen the plan, and no other Apply runs since it
// was made. show receives the plan before anything is written. The error is the
// planner's or a *report.Stopped.
func (e *Engine) ApplyUnseen(ctx context.Context, planned Planner, show func(link.Plan), hook Hook) error {
	unlock, err := e.lockForApply(ctx)
	if err != nil {
		return stoppedBetween(0, err)
	}
	defer unlock()
	plan, err := planned(ctx)
	if err != nil {
		return err
	}
	show(plan)
	if err := e.checkInterrupted(&plan); err != nil {
		return stoppedBetween(0, err)
	}
	return e.carryOutAll(ctx, &plan, hook)
}

// lockForApply locks the link, and removes what an interrupted proof left.
func (e *Engine) lockForApply(ctx context.Context) (unlock func(), err error) {
	if unlock, err = e.lock(ctx); errors.Is(err, context.Canceled) {
		return nil, cancelledBefore(nil)
	} else if err != nil {
		return nil, err
	}
	if err := e.endProofs(ctx); err != nil {
		// It waits for another time: what is left of a test keeps nobody from the link.
		e.log.WarnContext(ctx, "an interrupted proof left something", slog.Any("error", err))
	}
	return unlock, nil
}

// carryOutAll carries out a plan that agrees with both systems.
func (e *Engine) carryOutAll(ctx context.Context, plan *link.Plan, hook Hook) error {
	if plan.Empty() {
		return stoppedBetween(0, e.endEmpty(plan))
	}
	if plan.NeedsProof() && !plan.Proof.Covers(&plan.Desired, time.Now()) {
		return stoppedBetween(0, Unproved(plan))
	}
	if ctx.Err() != nil {
		return stoppedBetween(0, cancelledBefore(plan.Changes))
	}
	receipt, err := e.begin(plan)
	if err != nil {
		return stoppedBetween(0, err)
	}
	var reads overlap
	var left []error // of changes that do not keep the others from being made
	for i := range plan.Changes {
		if ctx.Err() != nil && secretGap(plan.Changes[:i]) < 0 && !halfRenewed(plan, i) {
			return stoppedBetween(i, cmp.Or(receipt.endUnwritten(i), cancelledBefore(plan.Changes[i:])))
		}
		during := reads.over(reads.from(ctx), e, &plan.Changes[i], plan.Changes[i+1:])
		if err := e.change(during, plan, i, receipt, hook); err != nil {
			reads.from(ctx)
			if !goesOn(plan, err) {
				return err
			}
			left = append(left, err)
		}
	}
	if len(left) > 0 {
		return stoppedBetween(len(plan.Changes)-len(left), errors.Join(append(left,
			receipt.finish(journal.Stopped))...))
	}
	return stoppedBetween(len(plan.Changes), receipt.finish(journal.Completed))
}

// stoppedBetween returns the error of an apply that stopped between two
// changes.
func stoppedBetween(made int, err error) error {
	if err == nil {
		return nil
	}
	return &report.Stopped{Effect: report.Effect{Made: made, Between: true}, Stale: report.IsStale(err), Err: err}
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
		return link.Plan{}, changedSince(stale.System(&plan, &compared),
			append(differences, e.changedBy(ctx, plan, fresh)...)...)
	}
	return fresh, nil
}

// cancelledBefore returns the fault of an apply that was cancelled before the changes that are left. If it has made
// any, its receipt stays unfinished, so that the next apply continues it.
func cancelledBefore(left []link.Change) error {
	fault := &report.Fault{Kind: report.FaultOther, Err: context.Canceled,
		Summary: say.Of("authpocket was told to stop."),
		Todo:    say.Of("Apply again to go on from here, or undo what was done.")}
	if len(left) > 0 {
		fault.System = left[0].System
		fault.Summary = say.Of("authpocket was told to stop before it began to %s %s.", string(left[0].Action),
			left[0].Object)
	}
	return fault
}

// change carries out one change of the plan and records it in the receipt.
func (e *Engine) change(ctx context.Context, plan *link.Plan, i int, receipt receipt, hook Hook) error {
	overlapping, cancel := extended(ctx, finishTime)
	defer cancel()
	ctx = wire.Alone(overlapping)
	change := plan.Changes[i]
	fail := func(failed *report.Stopped) error {
		e.log.ErrorContext(ctx, "change failed", slog.String("change", change.ID()), slog.Any("error", failed.Err))
		hook(Event{Index: i, Change: change, State: Failed, Receipt: receipt.id(), Messages: failed.Messages()})
		return failed
	}
	if err := receipt.aboutTo(i); err != nil {
		return fail(e.failed(ctx, plan, i, receipt, report.WrittenNone, err))
	}
	hook(Event{Index: i, Change: change, State: Running, Receipt: receipt.id()})
	if err := e.carryOut(overlapping, &plan.Spec, &change, receipt); err != nil {
		failed := e.failed(ctx, plan, i, receipt, report.WrittenBy(err), err)
		failed.Err = errors.Join(failed.Err, receipt.failed(i, failed))
		return fail(failed)
	}
	if err := receipt.created(i, e.created(&change)); err != nil {
		return fail(e.failed(ctx, plan, i, receipt, report.WrittenSome, err)) // the receipt must not say otherwise
	}
	e.log.InfoContext(ctx, "change done", slog.String("change", change.ID()),
		slog.String("action", string(change.Action)))
	hook(Event{Index: i, Change: change, State: Done, Receipt: receipt.id()})
	return nil
}

// failed closes the secret gap that a failed change leaves open and returns
// what was written.
func (e *Engine) failed(
	ctx context.Context, plan *link.Plan, i int, receipt receipt, written report.Written, err error,
) *report.Stopped {
	change, made := plan.Changes[i], i
	if written != report.WrittenNone && change.System == report.Authentik {
		made++ // it may have been written
	}
	effect := report.Effect{Made: i, Change: written}
	if written == report.WrittenNone || change.Kind != link.KindOAuth2 { // else PocketBase may have the new secret
		effect.Secrets = e.closeGap(ctx, plan, made, i, receipt, err)
	}
	if halfRenewed(plan, i) {
		effect.Secrets = report.SecretsDiffer
	}
	return &report.Stopped{Effect: effect, Stale: report.IsStale(err), Err: fmt.Errorf("applying %s: %w", change.ID(),
		err)}
}

func (e *Engine) carryOut(ctx context.Context, spec *link.Spec, change *link.Change, receipt receipt) error {
	err := e.write(ctx, change)
	if err != nil || change.System == report.Authentik {
		return err
	}
	return e.matchSecret(wire.Alone(ctx), spec, *change, receipt)
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
	f := changedSince(report.Authentik, first.What())
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
