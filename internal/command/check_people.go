package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

type peopleFlags struct {
	applyLinkFlags
	SignOut bool
}

func newCheckPeople(s *program.Shared) *cobra.Command {
	var f peopleFlags
	cmd := &cobra.Command{
		Use:   "check-people",
		Short: "List accounts of people who can no longer sign in, and sign them out",
		Long: "Lists the accounts that are linked through the link's slot and whose person in authentik is inactive,\n" +
			"gone, or may not use the application any more. They can no longer sign in, but PocketBase accepts the\n" +
			"tokens that they have until these expire.\n\n" +
			"With --sign-out it shows a plan that gives these accounts a new token key, asks, and applies it: they\n" +
			"are signed out, and nothing else of them changes. An account that receipts show as signed out is left\n" +
			"alone, unless its person has signed in to authentik since.\n\n" +
			"It prints nothing if nobody left and its output is no terminal.\n\n" +
			"Exit code 0: nobody left who is not signed out, 3: somebody did, 1: error, or the token does not see\n" +
			"enough to know. With --sign-out they are those of apply.",
		Example: "  authpocket check-people -f link.yaml\n" +
			"  authpocket check-people -f link.yaml --json\n" +
			"  authpocket check-people -f links/ --sign-out --yes",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.LinkFlags.Add(cmd, s, "also list the accounts that are signed out already")
	f.LinksFlags.Add(cmd, &f.SourceFlags)
	cmd.Flags().BoolVar(&f.SignOut, "sign-out", false, "sign these accounts out of PocketBase")
	cmd.Flags().BoolVar(&f.Yes, "yes", false, "with --sign-out, apply without asking")
	return cmd
}

// run lists who left, or signs them out.
func (f peopleFlags) run(ctx context.Context, p *program.Run) error {
	view := p.View(f.JSON)
	f.Needs = append(linkfile.Identity(), linkfile.EmailKey().Path)
	if !f.SignOut {
		if f.Yes {
			return view.Fail(output.Refused(say.Of("--yes answers a question that only --sign-out asks."),
				say.Text{}))
		}
		return p.Each(ctx, f.FileFlags, f.LinksFlags, disk.Earlier(f.State), say.Of("accounts"), f.list)
	}
	if err := p.MayAsk(f.Yes); err != nil {
		return view.Fail(err)
	}
	files, one, err := p.Links(ctx, f.SourceFlags)
	if err != nil {
		return view.Fail(err)
	}
	if !one {
		return f.applyAll(ctx, p, files, (*engine.Engine).SignOut)
	}
	return f.carryOutOn(ctx, p, &files[0], (*engine.Engine).SignOut, nil)
}

// list prints who left of one link.
func (f peopleFlags) list(ctx context.Context, p *program.Run, file linkfile.File) output.Summary {
	view := p.ViewOf(&file, f.JSON, f.All)
	moment := engine.OneMoment(ctx)
	e, spec, err := p.Reach(moment, &file, disk.Earlier(f.State), nil)
	if err != nil {
		_ = view.Fail(err)
		return output.Failed(err)
	}
	view.Interrupted(e)
	erase := p.Status(say.Of("Comparing the accounts with the users of authentik"))
	found, err := e.People(moment, &spec)
	erase()
	if err != nil {
		err = output.Interrupted(ctx, err)
		_ = view.Fail(err)
		return output.Failed(err)
	}
	return view.People(found)
}
