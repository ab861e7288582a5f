package main

import "context"

type planFlags struct {
	fileFlags
	stateFlag
}

// plan shows what would be changed.
func (p program) plan(ctx context.Context, f planFlags) int {
	view := p.view(f.JSON)
	e, spec, err := p.open(ctx, f.fileFlags)
	if err != nil {
		return view.fail(err)
	}
	if err := p.earlier(e, f.State, view); err != nil {
		return view.fail(err)
	}
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
