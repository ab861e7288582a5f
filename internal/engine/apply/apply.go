// Package apply carries out the changes of a plan and records them in its receipt.
package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// Apply carries out the changes of a plan in their order, and stops at the first that fails, with a *report.Stopped.
// What keeps no other change of a sign-out from being made does not stop it.
func (w *Writer) Apply(ctx context.Context, plan *link.Plan, receipt *Receipt, hook Hook) error {
	var reads overlap
	var left []error // of changes that do not keep the others from being made
	for i := range plan.Changes {
		if ctx.Err() != nil && secretGap(plan.Changes[:i]) < 0 && !halfRenewed(plan, i) {
			return report.StoppedBetween(i, cmp.Or(receipt.endUnwritten(i), Cancelled(plan.Changes[i:])))
		}
		during := reads.over(reads.from(ctx), w, &plan.Changes[i], plan.Changes[i+1:])
		if err := w.change(during, plan, i, receipt, hook); err != nil {
			reads.from(ctx)
			if !goesOn(plan, err) {
				return err
			}
			left = append(left, err)
		}
	}
	if len(left) > 0 {
		return report.StoppedBetween(len(plan.Changes)-len(left), errors.Join(append(left,
			receipt.Finish(journal.Stopped))...))
	}
	return report.StoppedBetween(len(plan.Changes), receipt.Finish(journal.Completed))
}

// Cancelled returns the fault of an apply that was cancelled before the changes that are left. If it has made
// any, its receipt stays unfinished, so that the next apply continues it.
func Cancelled(left []link.Change) error {
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
func (w *Writer) change(ctx context.Context, plan *link.Plan, i int, receipt *Receipt, hook Hook) error {
	overlapping, cancel := Finishing(ctx)
	defer cancel()
	ctx = wire.Alone(overlapping)
	change := plan.Changes[i]
	fail := func(failed *report.Stopped) error {
		w.Log.ErrorContext(ctx, "change failed", slog.String("change", change.ID()), slog.Any("error", failed.Err))
		hook(Event{Index: i, Change: change, State: Failed, Receipt: receipt.ID(), Messages: failed.Messages()})
		return failed
	}
	if err := receipt.AboutTo(i); err != nil {
		return fail(w.failed(ctx, plan, i, receipt, report.WrittenNone, err))
	}
	hook(Event{Index: i, Change: change, State: Running, Receipt: receipt.ID()})
	if err := w.carryOut(overlapping, &plan.Spec, &change, receipt); err != nil {
		failed := w.failed(ctx, plan, i, receipt, report.WrittenBy(err), err)
		failed.Err = errors.Join(failed.Err, receipt.failed(i, failed))
		return fail(failed)
	}
	if err := receipt.created(i, w.created(&change)); err != nil {
		return fail(w.failed(ctx, plan, i, receipt, report.WrittenSome, err)) // the receipt must not say otherwise
	}
	w.Log.InfoContext(ctx, "change done", slog.String("change", change.ID()),
		slog.String("action", string(change.Action)))
	hook(Event{Index: i, Change: change, State: Done, Receipt: receipt.ID()})
	return nil
}

// failed closes the secret gap that a failed change leaves open and returns
// what was written.
func (w *Writer) failed(
	ctx context.Context, plan *link.Plan, i int, receipt *Receipt, written report.Written, err error,
) *report.Stopped {
	change, made := plan.Changes[i], i
	if written != report.WrittenNone && change.System == report.Authentik {
		made++ // it may have been written
	}
	effect := report.Effect{Made: i, Change: written}
	if written == report.WrittenNone || change.Kind != link.KindOAuth2 { // else PocketBase may have the new secret
		effect.Secrets = w.closeGap(ctx, plan, made, i, receipt, err)
	}
	if halfRenewed(plan, i) {
		effect.Secrets = report.SecretsDiffer
	}
	return &report.Stopped{Effect: effect, Stale: report.IsStale(err), Err: fmt.Errorf("applying %s: %w", change.ID(),
		err)}
}

func (w *Writer) carryOut(ctx context.Context, spec *link.Spec, change *link.Change, receipt *Receipt) error {
	err := w.write(ctx, change)
	if err != nil || change.System == report.Authentik {
		return err
	}
	return w.matchSecret(wire.Alone(ctx), spec, *change, receipt)
}
