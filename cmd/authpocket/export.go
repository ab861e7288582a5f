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
	Whole  bool   `help:"${help_whole}"`
	Format string `arg:"" help:"blueprint, terraform, pocketbase-migration, curl or markdown."`
}

// run prints the plan in another language, without secrets.
func (f exportFlags) run(ctx context.Context, p program) int {
	view := p.view(false)
	format, found := export.Find(f.Format)
	if !found {
		var problems link.Problems
		problems.Add("", "There is no format “"+f.Format+"”.",
			"Use blueprint, terraform, pocketbase-migration, curl or markdown.")
		return view.fail(problems)
	}
	none := func() (*engine.Store, error) { return nil, nil }
	e, spec, err := p.open(ctx, &view, fileFlags{sourceFlags: f.sourceFlags}, none)
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
		// The file lets in more people than the link.
		if w.ID == link.WarnAccessUnseen || w.ID == link.WarnBindingLeftOut {
			visible.Fprintf(p.err, "! %s: %s %s\n", w.System.Label(), w.Summary, w.Detail)
		}
	}
	return exitOK
}
