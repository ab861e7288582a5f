package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

type planFlags struct {
	linkFlags
	Out string // empty: the plan is not saved
	linksFlags
}

func newPlan(s *shared) *cobra.Command {
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
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.linkFlags.add(cmd, s, allFields)
	f.linksFlags.add(cmd, &f.sourceFlags)
	cmd.Flags().VarP((*option.Written)(&f.Out), "out", "o",
		"save the plan to this file, without secrets; another saved plan is "+
			"replaced,\nany other file is not")
	return cmd
}

// run prints the plans of all links. Only that of one link can be saved.
func (f planFlags) run(ctx context.Context, p program) error {
	if f.Out == "" {
		return p.each(ctx, f.fileFlags, f.linksFlags, earlier(f.State), countedChanges(), f.plan)
	}
	file, err := p.reader(f.sourceFlags).One(ctx, f.File)
	if errors.Is(err, linkfile.ErrEmptyShard) {
		p.Tell(say.Of("No plan is saved."))
		return p.noLinks(f.JSON, f.Shard)
	}
	if err != nil {
		return p.view(f.JSON).Fail(err)
	}
	return f.plan(ctx, p, file).Exit()
}

// aheadOfPlan returns what a plan observes. Most of many links are there.
func (p program) aheadOfPlan(receipts store, file *linkfile.File) ahead {
	return func(spec link.Spec) link.Query {
		if p.common != nil {
			q := engine.Ahead(spec)
			q.Linked = true
			return q
		}
		kept, err := receipts()
		if err != nil {
			kept = nil // told once both systems are connected
		}
		return engine.AheadKnowing(kept, engine.Key(file.Authentik.Base, file.PocketBase.Base), spec)
	}
}

// plan prints the plan of a link.
func (f planFlags) plan(ctx context.Context, p program, file linkfile.File) output.Summary {
	view := p.viewOf(&file, f.JSON, f.All)
	ctx = engine.OneMoment(ctx)
	receipts := earlier(f.State)
	e, spec, err := p.reach(ctx, &file, receipts, p.aheadOfPlan(receipts, &file))
	if err != nil {
		_ = view.Fail(err)
		return output.Failed(err)
	}
	view.Interrupted(e)
	erase := p.reading()
	plan, err := e.Plan(ctx, spec)
	erase()
	if err != nil {
		err = output.Interrupted(ctx, err)
		_ = view.Fail(err)
		return output.Failed(err)
	}
	if f.Out != "" {
		plan.Generated.KeptID = true
		if err := p.save(ctx, e, &plan, &view.File, f); err != nil {
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
func (p program) save(ctx context.Context, e *engine.Engine, plan *link.Plan, file *linkfile.File, f planFlags) error {
	data, err := e.Save(plan, file.Authentik.Token, file.PocketBase.Token, file.PocketBase.Password)
	if err == nil {
		err = writePlan(ctx, f.Out, data)
	}
	if err == nil {
		next := say.Text{}
		if !plan.Empty() {
			next = say.Of("Apply it with authpocket apply%s %s.", f.again(), f.Out)
		}
		p.Tell(say.Join(say.Of("The plan is saved."), next))
	}
	return err
}
