package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

type exportFlags struct {
	sourceFlags
	Whole  bool
	Format string
}

func newExport(s *shared) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export -f file format",
		Short: "Print the plan as code, without secrets",
		Long: "Prints the plan as code, without secrets. The format is blueprint (of authentik), terraform,\n" +
			"pocketbase-migration, curl (a shell script) or markdown.",
		Example: "  authpocket export -f link.yaml blueprint\n" +
			"  authpocket export -f link.yaml --whole terraform > link.tf",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("there is no format; use blueprint, terraform, pocketbase-migration, curl or markdown")
			}
			return atMost(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Format = args[0]
			return f.run(cmd.Context(), s.program())
		},
	}
	f.add(cmd)
	f.addOnly(cmd, s)
	cmd.ValidArgsFunction = s.suggest(formats)
	cmd.Flags().BoolVar(&f.Whole, "whole", false,
		"export the whole link as if nothing existed yet, not only the remaining\nchanges")
	return cmd
}

// formats suggests the formats.
func formats(context.Context, program, string) []cobra.Completion {
	var names []cobra.Completion
	for _, f := range export.Formats() {
		names = append(names, cobra.CompletionWithDesc(f.Name, f.Title))
	}
	return names
}

// run prints the plan in another language, without secrets.
func (f exportFlags) run(ctx context.Context, p program) error {
	view := p.view(false)
	format, found := export.Find(f.Format)
	if !found {
		var problems link.Problems
		problems.Add("", "There is no format “"+f.Format+"”.",
			"Use blueprint, terraform, pocketbase-migration, curl or markdown.")
		return view.fail(problems)
	}
	none := func() (*engine.Store, error) { return nil, nil }
	e, spec, err := p.open(ctx, &view, fileFlags{sourceFlags: f.sourceFlags}, none)
	if err != nil {
		return view.fail(err)
	}
	planned := e.Plan
	if f.Whole {
		planned = e.Whole
	}
	plan, err := planned(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	if err := format.Write(p.out, plan); err != nil {
		return view.fail(err)
	}
	for _, w := range plan.Warnings {
		// The file lets in more people than the link.
		if w.ID == link.WarnAccessUnseen || w.ID == link.WarnBindingLeftOut {
			visible.Fprintf(p.err, "! %s: %s %s\n", w.System.Label(), w.Summary, w.Detail)
		}
	}
	return nil
}
