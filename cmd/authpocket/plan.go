package main

import "context"

type planFlags struct {
	fileFlags
	stateFlag
}

// plan prints the plan.
func (p program) plan(ctx context.Context, f planFlags) int {
	view := p.view(f.JSON)
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
