package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

type planFlags struct {
	program.LinkFlags
	Out string // empty: the plan is not saved
	program.LinksFlags
}

func newPlan(s *program.Shared) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would change, without changing anything",
		Long: "Shows what apply would change, without changing anything. With --out, authpocket apply can make " +
			"exactly\n" +
			"these changes later.\n\n" +
			"Of several links it shows all. Exit code 0: nothing to change, 2: changes, 1: error.",
		Example: "  authpocket plan -f link.yaml\n" +
			"  authpocket plan -f link.yaml --json\n" +
			"  authpocket plan -f link.yaml --out link.plan\n" +
			"  authpocket plan -f links/ --only shop --only blog",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.LinkFlags.Add(cmd, s, program.AllFields)
	f.LinksFlags.Add(cmd, &f.SourceFlags)
	cmd.Flags().VarP((*option.Beside)(&f.Out), "out", "o",
		"save the plan to this file, without secrets; another saved plan is "+
			"replaced,\nany other file is not")
	return cmd
}

// run prints the plans of all links. Only that of one link can be saved.
func (f planFlags) run(ctx context.Context, p *program.Run) error {
	if f.Out == "" {
		return p.Each(ctx, f.FileFlags, f.LinksFlags, disk.Earlier(f.State), program.CountedChanges(), f.plan)
	}
	file, err := p.Reader(f.SourceFlags).One(ctx, f.File)
	if errors.Is(err, linkfile.ErrEmptyShard) {
		p.Tell(say.Of("No plan is saved."))
		return p.NoLinks(f.JSON, f.Shard)
	}
	if err != nil {
		return p.View(f.JSON).Fail(err)
	}
	return f.plan(ctx, p, file).Exit()
}

// plan prints the plan of a link.
func (f planFlags) plan(ctx context.Context, p *program.Run, file linkfile.File) output.Summary {
	view := p.ViewOf(&file, f.JSON, f.All)
	ctx = engine.OneMoment(ctx)
	receipts := disk.Earlier(f.State)
	e, spec, err := p.Reach(ctx, &file, receipts, p.AheadOfPlan(receipts, &file))
	if err != nil {
		_ = view.Fail(err)
		return output.Failed(err)
	}
	view.Interrupted(e)
	erase := p.Reading()
	plan, err := e.Plan(ctx, spec)
	erase()
	if err != nil {
		err = output.Interrupted(ctx, err)
		_ = view.Fail(err)
		return output.Failed(err)
	}
	if f.Out != "" {
		plan.Generated.KeptID = true
		if err := f.save(ctx, p, e, &plan, &view.File); err != nil {
			_ = view.Fail(err)
			return output.Failed(err)
		}
	}
	view.Plan(new(plan.Generates()))
	if plan.Empty() {
		return output.Summary{Outcome: output.OutcomeNothing}
	}
	return output.Summary{Outcome: output.OutcomeChanges, Count: len(plan.Changes), Code: output.ExitChanges}
}

// save writes the plan to the file that --out names.
func (f planFlags) save(ctx context.Context, p *program.Run, e *engine.Engine, plan *link.Plan,
	file *linkfile.File) error {
	data, err := e.Save(plan, file.Authentik.Token, file.PocketBase.Token, file.PocketBase.Password)
	if err == nil {
		err = disk.WritePlan(ctx, f.Out, data)
	}
	if err == nil {
		next := say.Text{}
		if !plan.Empty() {
			next = say.Of("Apply it with authpocket apply%s %s.", f.Again(), f.Out)
		}
		p.Tell(say.Join(say.Of("The plan is saved."), next))
	}
	return err
}
