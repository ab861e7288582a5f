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
			"it doesn't, the old one is restored, and also if that cannot be checked while authentik is the only way\n" +
			"to sign in to the collection.",
		Example: "  authpocket rotate -f link.yaml",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.add(cmd, s)
	return cmd
}

// run renews the client secret in both systems. If authentik rejects the new one from PocketBase, it restores the old
// one. Where authentik is the only way in, it does so too if that is not known.
func (f rotateFlags) run(ctx context.Context, p program) error {
	verify := func(ctx context.Context, e *engine.Engine, plan link.Plan) (report.Checks, error) {
		erase := p.Status(say.Of("Checking the new client secret, which takes up to 30 seconds"))
		check := e.ProveSecret(ctx, &plan.Desired)
		erase()
		checks := report.Checks{check}
		switch {
		case check.Status == report.Fail && check.Cause == report.CauseInvalidClient:
			return checks, p.restoreSecret(ctx, e, &plan,
				say.Of("authentik rejects the new client secret from PocketBase."),
				say.Of("Run authpocket verify to find the reason."))
		case check.Status != report.Pass && plan.OnlyWay():
			return checks, p.restoreSecret(ctx, e, &plan,
				say.Join(say.Of("It is not proved that authentik accepts the new client secret from PocketBase, and "+
					"authentik is the only way in."), check.Evidence),
				say.Of("Make that check work, or turn on passwords, and rotate again."))
		}
		return checks, nil
	}
	f.needs = append(linkfile.Identity(), linkfile.EmailKey().Path)
	f.ahead = engine.Ahead
	return p.carryOut(ctx, f.applyFlags, (*engine.Engine).Rotation, verify)
}

// restoreSecret restores the client secret that the plan replaced, even if the command is told to stop. It always
// returns an error, because the rotation failed: why, and what to do once the old one is back.
func (p program) restoreSecret(ctx context.Context, e *engine.Engine, plan *link.Plan, why, todo say.Text) error {
	ctx = context.WithoutCancel(ctx)
	back, err := e.RotationTo(ctx, &plan.Spec, plan.SecretBefore())
	if err == nil {
		err = e.Apply(ctx, back, func(engine.Event) {})
	}
	if err != nil {
		return refused(why, say.Of("Restoring the old one failed: %s", report.MessageOf(err).Text(report.InFile)))
	}
	return refused(why, say.Join(say.Of("The old secret was restored in both systems."), todo))
}
