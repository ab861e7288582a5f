package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

type undoFlags struct {
	applyFlags
	Force   bool
	Receipt string // empty: the newest of the link
}

func newUndo(s *program.Shared) *cobra.Command {
	var f undoFlags
	cmd := &cobra.Command{
		Use:   "undo [receipt]",
		Short: "Undo an earlier apply or removal, from its receipt",
		Long: "Undoes an earlier apply or removal, from its receipt. Without the ID of a receipt, it is the newest " +
			"one of\n" +
			"the link that leaves something to undo.",
		Example: "  authpocket undo -f link.yaml\n" +
			"  authpocket undo -f link.yaml k3v9x2m4q7",
		Args: option.AtMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.Receipt = args[0]
			}
			return f.run(cmd.Context(), s.Run())
		},
	}
	f.add(cmd, s)
	cmd.ValidArgsFunction = s.Suggest(f.Suggested(engine.Undoable))
	cmd.Flags().BoolVar(&f.Force, "force", false, "also discard changes made since then")
	return cmd
}

// run plans and applies the undo of a receipt.
func (f undoFlags) run(ctx context.Context, p *program.Run) error {
	planned := func(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
		if f.Receipt == "" {
			return e.UndoNewest(ctx, &spec, f.Force)
		}
		if err := e.RefuseOther(f.Receipt, &spec); err != nil {
			return link.Plan{}, err
		}
		return e.Undo(ctx, f.Receipt, f.Force)
	}
	f.Needs = linkfile.Identity()
	return f.carryOut(ctx, p, planned, nil)
}
