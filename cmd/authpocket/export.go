package main

import (
	"context"

	"authpocket/internal/export"
	"authpocket/internal/link"
)

type exportFlags struct {
	File   string `short:"f" required:"" help:"The link file." placeholder:"link.yaml" type:"path"`
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
	e, spec, err := p.open(ctx, fileFlags{File: f.File})
	if err != nil {
		return view.fail(err)
	}
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	if err := format.Write(p.out, plan); err != nil {
		return view.fail(err)
	}
	return exitOK
}
