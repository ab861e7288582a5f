package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// applyFlags are the flags of all commands that apply a plan.
type applyFlags struct {
	program.LinkFlags
	Yes bool
	// ahead is what the plan is made from, nil if its commands read something else.
	ahead func(link.Spec) link.Query
	seen  bool // the plan is a saved one: it is not asked for, but compared with both systems
	// prove makes a test sign-in for the changes that need one, nil for a command that makes none.
	prove prover
}

func (f *applyFlags) add(cmd *cobra.Command, s *program.Shared) {
	f.LinkFlags.Add(cmd, s, program.AllFields)
	cmd.Flags().BoolVar(&f.Yes, "yes", false, "apply without asking")
}

// applyLinkFlags are the flags of the apply command itself.
type applyLinkFlags struct {
	applyFlags
	program.LinksFlags
	signInFlags
	proofFlags
	RewriteSecret bool
	Saved         string // a saved plan, empty for none
}

// verifier checks the result of an apply and may correct it.
type verifier func(context.Context, *program.Run, *engine.Engine, link.Plan) (report.Checks, error)

// planner returns the plan of a command.
type planner func(*engine.Engine, context.Context, link.Spec) (link.Plan, error)

// prover makes a test sign-in through a link. The proof is nil if it did not work; the check then says why, or the
// error does.
type prover func(context.Context, *engine.Engine, link.Spec, *output.View) (*link.Proof, report.Check, error)
