package main

import (
	"context"

	"authpocket/internal/engine"
	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

type exportFlags struct {
	sourceFlags
	Whole  bool   `help:"The whole link as it is made where nothing of it is there yet, not what is left to change."`
	Format string `arg:"" help:"blueprint, terraform, pocketbase-migration, curl or markdown."`
}

// export prints what apply would do in another language. It changes nothing,
// and no secret is in it.
func (p program) export(ctx context.Context, f exportFlags) int {
	view := p.view(false)
	format, found := export.Find(f.Format)
	if !found {
		var problems link.Problems
		problems.Add("", "There is no format “"+f.Format+"”.", "Use blueprint, terraform, pocketbase-migration, curl or markdown.")
		return view.fail(problems)
	}
	e, spec, err := p.open(ctx, fileFlags{sourceFlags: f.sourceFlags}, func() (*engine.Store, error) { return nil, nil })
	if err != nil {
		return view.fail(err)
	}
	planned := e.Plan
	if f.Whole {
		planned = e.Whole
	}
	plan, err := planned(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	if err := format.Write(p.out, plan); err != nil {
		return view.fail(err)
	}
	for _, w := range plan.Warnings {
		if w.ID == link.WarnAccessUnseen || w.ID == link.WarnBindingLeftOut { // the file lets in more people than the link
			visible.Fprintf(p.err, "! %s: %s %s\n", w.System.Label(), w.Summary, w.Detail)
		}
	}
	return exitOK
}
