package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/linkfile"
)

type planFlags struct {
	fileFlags
	stateFlag
	linksFlags
}

func newPlan(s *shared) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan -f file",
		Short: "Show what apply would change, without changing anything",
		Long: "Shows what apply would change, without changing anything.\n\n" +
			"Of several links it shows all. Exit code 0: nothing to change, 2: changes, 1: error.",
		Example: "  authpocket plan -f link.yaml\n" +
			"  authpocket plan -f link.yaml --json\n" +
			"  authpocket plan -f links/ --only shop --only blog",
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.program().each(cmd.Context(), f.fileFlags, f.linksFlags, earlier(f.State), countedChanges,
				f.run)
		},
	}
	f.fileFlags.add(cmd)
	f.addOnly(cmd, s)
	f.linksFlags.add(cmd, &f.sourceFlags)
	f.stateFlag.add(cmd)
	return cmd
}

// run prints the plan of a link.
func (f planFlags) run(ctx context.Context, p program, file linkfile.File) summary {
	view := p.view(f.JSON)
	view.file = file
	ctx = engine.OneMoment(ctx)
	e, spec, err := p.reach(ctx, file, earlier(f.State))
	if err != nil {
		_ = view.fail(err)
		return failed(err)
	}
	view.interrupted(e)
	plan, err := e.Plan(ctx, spec)
	if err != nil {
		_ = view.fail(err)
		return failed(err)
	}
	view.plan(plan)
	if plan.Empty() {
		return summary{Outcome: "nothing to change"}
	}
	return summary{Outcome: "changes", Count: len(plan.Changes), code: exitChanges}
}
