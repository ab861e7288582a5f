package main

import (
	"context"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

type importFlags struct{ targetFlags }

// run writes the link file of a link that exists.
func (f importFlags) run(ctx context.Context, p program) int {
	view := p.view(false)
	if err := f.free(); err != nil {
		return view.fail(err)
	}
	reach := f.reach()
	spec, problems := reach.Spec()
	if len(problems) > 0 {
		return view.fail(problems)
	}
	cfg, err := p.connectBoth(ctx, reach)
	if err != nil {
		return view.fail(err)
	}
	f.identify(&spec)
	identity := link.Spec{Application: spec.Application, PocketBase: spec.PocketBase}
	spec, plan, err := engine.New(cfg).Import(ctx, identity)
	if err == nil {
		err = f.save(p, reach, spec)
	}
	if err != nil {
		return view.fail(err)
	}
	if !plan.Empty() {
		visible.Fprintln(p.err, "A link file cannot say everything about this link. Applying it would change:")
		view.out = p.err
		view.changes(plan.Changes)
	}
	return exitOK
}
