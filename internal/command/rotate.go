package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/linkfile"
)

type rotateFlags struct{ applyFlags }

func newRotate(s *program.Shared) *cobra.Command {
	var f rotateFlags
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Renew the client secret in both systems",
		Long: "Renews the client secret in both systems and checks that authentik accepts the new one from " +
			"PocketBase. If\n" +
			"it doesn't, the old one is restored, and also if that cannot be checked while authentik is the only way\n" +
			"to sign in to the collection.",
		Example: "  authpocket rotate -f link.yaml",
		Args:    option.AtMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.add(cmd, s)
	return cmd
}

// run renews the client secret in both systems, and keeps it only if authentik accepts it from PocketBase.
func (f rotateFlags) run(ctx context.Context, p *program.Run) error {
	f.Needs = append(linkfile.Identity(), linkfile.EmailKey().Path)
	f.ahead = engine.Ahead
	return f.carryOut(ctx, p, (*engine.Engine).Rotation, proveCredentials)
}
