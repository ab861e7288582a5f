package command

import (
	"slices"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/program"
)

type receiptsFlags struct {
	program.JSONFlag
	program.StateFlag
	Receipt string // empty: all
}

func newReceipts(s *program.Shared) *cobra.Command {
	var f receiptsFlags
	cmd := &cobra.Command{
		Use:   "receipts [receipt]",
		Short: "List the receipts, or show one",
		Long: "Lists the receipts of earlier applies, newest first. With the ID of a receipt, it shows the changes " +
			"of that one\n" +
			"and what became of them.",
		Example: "  authpocket receipts\n" +
			"  authpocket receipts --json\n" +
			"  authpocket receipts k3v9x2m4q7",
		Args: option.AtMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.Receipt = args[0]
			}
			return f.run(s.Run())
		},
	}
	cmd.ValidArgsFunction = s.Suggest(f.Suggested(slices.Clone))
	f.JSONFlag.Add(cmd)
	f.StateFlag.Add(cmd)
	return cmd
}

// run prints the receipts, newest first, or the one that is named.
func (f receiptsFlags) run(p *program.Run) error {
	view := p.View(f.JSON)
	if err := f.Missing(); err != nil {
		return view.Fail(err)
	}
	store, err := disk.ReadStore(f.State)
	if err != nil {
		return view.Fail(err)
	}
	list, aside, err := store.List()
	if err != nil {
		return view.Fail(err)
	}
	if f.Receipt == "" {
		view.Receipts(list, aside)
		return nil
	}
	receipt, err := store.Load(f.Receipt)
	if err != nil {
		return view.Fail(err)
	}
	view.Receipt(list, receipt)
	return nil
}
