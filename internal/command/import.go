package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

type importFlags struct{ targetFlags }

func newImport(s *program.Shared) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write the link file of a link that exists",
		Long: "Writes the link file of a link that exists, whoever made it. It names what differs from a new link, " +
			"and no secrets.\n" +
			"The tokens come from AUTHENTIK_TOKEN and POCKETBASE_TOKEN.",
		Example: "  authpocket import --authentik https://authentik.company --pocketbase https://pocketbase.company",
		Args:    option.AtMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.add(cmd)
	return cmd
}

// run writes the link file of a link that exists.
func (f importFlags) run(ctx context.Context, p *program.Run) error {
	view := f.view(p)
	if err := f.free(); err != nil {
		return view.Fail(err)
	}
	reach := f.reach()
	spec, problems := reach.Spec()
	f.identify(&spec)
	identity := link.Spec{Application: spec.Application, PocketBase: spec.PocketBase}
	if problems = append(problems, f.wrong(identity, view)...); len(problems) > 0 {
		return view.Fail(problems)
	}
	cfg, err := p.ConnectBoth(ctx, reach)
	if err != nil {
		return view.Fail(output.Interrupted(ctx, err))
	}
	spec, plan, err := engine.New(cfg).Import(ctx, identity)
	err = output.Interrupted(ctx, err)
	if err == nil {
		err = f.save(p, &reach, &spec)
	}
	if err != nil {
		return view.Fail(err)
	}
	if !plan.Empty() {
		p.Tell(say.Of("A link file cannot say everything about this link. Applying it would " +
			"change:"))
		view.Out = p.Err
		view.Changes(plan.Changes)
	}
	return nil
}
