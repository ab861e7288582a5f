package main

import (
	"context"

	"authpocket/internal/engine"
)

type planFlags struct {
	fileFlags
	stateFlag
}

// run prints the plan.
func (f planFlags) run(ctx context.Context, p program) int {
	view := p.view(f.JSON)
	ctx = engine.OneMoment(ctx)
	e, spec, err := p.open(ctx, f.fileFlags, earlier(f.State))
	if err != nil {
		return view.fail(err)
	}
	view.interrupted(e)
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	view.plan(plan)
	if plan.Empty() {
		return exitOK
	}
	return exitChanges
}
