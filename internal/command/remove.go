package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/linkfile"
)

type removeFlags struct{ applyFlags }

func newRemove(s *shared) *cobra.Command {
	var f removeFlags
	cmd := &cobra.Command{
		Use:   "remove -f file",
		Short: "Remove the link from both systems; accounts stay",
		Long: "Removes the link from both systems. Accounts stay. authpocket undo restores the link, with a new " +
			"client\n" +
			"secret.",
		Example: "  authpocket remove -f link.yaml",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.add(cmd, s)
	return cmd
}

// run removes the link from both systems.
func (f removeFlags) run(ctx context.Context, p program) error {
	f.needs = linkfile.Identity()
	return p.carryOut(ctx, f.applyFlags, (*engine.Engine).Removal, nil)
}
