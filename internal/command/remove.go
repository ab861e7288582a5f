package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/linkfile"
)

type removeFlags struct {
	applyFlags
	Force bool
}

func newRemove(s *program.Shared) *cobra.Command {
	var f removeFlags
	cmd := &cobra.Command{
		Use:   "remove",
		Short: "Remove the link from both systems; accounts stay",
		Long: "Removes the link from both systems. Accounts stay. authpocket undo restores the link, with a new " +
			"client\n" +
			"secret. If authentik is the only way in, it needs pocketbase.password_auth: true in the link file, " +
			"which\n" +
			"turns passwords on first, or --force.",
		Example: "  authpocket remove -f link.yaml",
		Args:    option.AtMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.add(cmd, s)
	cmd.Flags().BoolVar(&f.Force, "force", false, "also if nobody can sign in any more")
	return cmd
}

// run removes the link from both systems.
func (f removeFlags) run(ctx context.Context, p *program.Run) error {
	f.Needs = linkfile.Identity()
	planned := (*engine.Engine).Removal
	if f.Force {
		planned = (*engine.Engine).ForcedRemoval
	}
	return f.carryOut(ctx, p, planned, nil)
}
