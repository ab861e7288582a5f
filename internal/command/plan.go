package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
)

type planFlags struct {
	fileFlags
	stateFlag
	allFlag
}

func newPlan(s *shared) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan -f file",
		Short: "Show what apply would change, without changing anything",
		Long: "Shows what apply would change, without changing anything.\n\n" +
			"Exit code 0: nothing to change, 2: changes, 1: error.",
		Example: "  authpocket plan -f link.yaml\n" +
			"  authpocket plan -f link.yaml --json",
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.fileFlags.add(cmd)
	f.stateFlag.add(cmd)
	f.allFlag.add(cmd, allFields)
	return cmd
}

// run prints the plan.
func (f planFlags) run(ctx context.Context, p program) error {
	view := p.view(f.JSON)
	view.all = f.All
	ctx = engine.OneMoment(ctx)
	e, spec, err := p.open(ctx, &view, f.fileFlags, earlier(f.State))
	if err != nil {
		return view.fail(err)
	}
	view.interrupted(e)
	erase := p.status(reading)
	plan, err := e.Plan(ctx, spec)
	erase()
	if err != nil {
		return view.fail(err)
	}
	view.plan(plan)
	if plan.Empty() {
		return nil
	}
	return exitChanges
}
