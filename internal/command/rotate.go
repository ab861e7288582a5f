package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

type rotateFlags struct{ applyFlags }

func newRotate(s *shared) *cobra.Command {
	var f rotateFlags
	cmd := &cobra.Command{
		Use:   "rotate -f file",
		Short: "Renew the client secret in both systems",
		Long: "Renews the client secret in both systems and checks that authentik accepts the new one from " +
			"PocketBase. If\n" +
			"it doesn't, the old one is restored.",
		Example: "  authpocket rotate -f link.yaml",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.add(cmd, s)
	return cmd
}

// run renews the client secret in both systems. If authentik rejects the new
// one from PocketBase, it restores the old one.
func (f rotateFlags) run(ctx context.Context, p program) error {
	verify := func(ctx context.Context, e *engine.Engine, plan link.Plan) (report.Checks, error) {
		erase := p.Status(say.Of("Checking the new client secret, which takes up to 30 seconds"))
		check := e.ProveSecret(ctx, &plan.Desired)
		erase()
		checks := report.Checks{check}
		if check.Status != report.Fail || check.Cause != report.CauseInvalidClient {
			return checks, nil
		}
		return checks, p.restoreSecret(ctx, e, &plan)
	}
	f.needs = append(linkfile.Identity(), linkfile.EmailKey().Path)
	f.ahead = engine.Ahead
	return p.carryOut(ctx, f.applyFlags, (*engine.Engine).Rotation, verify)
}

// restoreSecret restores the client secret that the plan replaced. It always
// returns an error, because the rotation failed.
func (p program) restoreSecret(ctx context.Context, e *engine.Engine, plan *link.Plan) error {
	rejected := say.Of("authentik rejects the new client secret from PocketBase.")
	back, err := e.RotationTo(ctx, &plan.Spec, plan.SecretBefore())
	if err == nil {
		err = e.Apply(ctx, back, func(engine.Event) {})
	}
	if err != nil {
		return refused(rejected, say.Of("Restoring the old one failed: %s",
			report.MessageOf(err).Text(report.InFile)))
	}
	return refused(rejected, say.Of("The old secret was restored in both systems. Run authpocket verify to find "+
		"the reason."))
}
