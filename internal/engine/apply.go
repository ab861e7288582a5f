package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
)

// Apply carries out plan and nothing else. It first observes both systems again
// and fails as stale if the same spec now gives a different plan. It stops at
// the first change that fails; earlier changes stay, and a new plan continues
// from there. With receipts, each write is recorded on disk before it is sent,
// and only one Apply runs per pair of systems. The error is a *report.Stopped.
func (e *Engine) Apply(ctx context.Context, plan link.Plan, hook apply.Hook) error {
	return e.ApplyAmong(ctx, &plan, Among{}, hook)
}

// ApplyAmong is Apply for one of several links.
func (e *Engine) ApplyAmong(ctx context.Context, plan *link.Plan, others Among, hook apply.Hook) error {
	unlock, err := e.lockForApply(ctx)
	if err != nil {
		return report.StoppedBetween(0, err)
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
		err = apply.Cancelled(plan.Changes)
	}
	if err != nil {
		return report.StoppedBetween(0, err)
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
func (e *Engine) ApplyUnseen(ctx context.Context, planned Planner, show func(link.Plan), hook apply.Hook) error {
	unlock, err := e.lockForApply(ctx)
	if err != nil {
		return report.StoppedBetween(0, err)
	}
	defer unlock()
	plan, err := planned(ctx)
	if err != nil {
		return err
	}
	show(plan)
	if err := e.checkInterrupted(&plan); err != nil {
		return report.StoppedBetween(0, err)
	}
	return e.carryOutAll(ctx, &plan, hook)
}

// lockForApply locks the link, and removes what an interrupted proof left.
func (e *Engine) lockForApply(ctx context.Context) (unlock func(), err error) {
	if unlock, err = e.lock(ctx); errors.Is(err, context.Canceled) {
		return nil, apply.Cancelled(nil)
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
func (e *Engine) carryOutAll(ctx context.Context, plan *link.Plan, hook apply.Hook) error {
	if plan.Empty() {
		return report.StoppedBetween(0, e.endEmpty(plan))
	}
	if plan.NeedsProof() && !plan.Proof.Covers(&plan.Desired, time.Now()) {
		return report.StoppedBetween(0, plans.Unproved(plan))
	}
	if ctx.Err() != nil {
		return report.StoppedBetween(0, apply.Cancelled(plan.Changes))
	}
	receipt, err := e.begin(plan)
	if err != nil {
		return report.StoppedBetween(0, err)
	}
	return e.writer.Apply(ctx, plan, receipt, hook)
}
