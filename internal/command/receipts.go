package command

import (
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
)

type receiptsFlags struct {
	jsonFlag
	stateFlag
	Receipt string // empty: all
}

func newReceipts(s *shared) *cobra.Command {
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
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.Receipt = args[0]
			}
			return f.run(s.program())
		},
	}
	cmd.ValidArgsFunction = s.suggest(f.suggested(slices.Clone))
	f.jsonFlag.add(cmd)
	f.stateFlag.add(cmd)
	return cmd
}

// run prints the receipts, newest first, or the one that is named.
func (f receiptsFlags) run(p program) error {
	view := p.view(f.JSON)
	store, err := readStore(f.State)
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

// earlier opens existing receipts, to read them.
func earlier(dir string) store {
	return func() (*engine.Store, error) {
		dir, err := stateDir(dir)
		if err != nil {
			return nil, nil // no home, and so no receipts
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, nil
		}
		return journal.OpenToRead(dir)
	}
}

// kept opens the state directory, creating it if needed.
func kept(dir string) store {
	return func() (*engine.Store, error) { return openStore(dir) }
}

// readStore opens the state directory to read its receipts.
func readStore(dir string) (*journal.Store, error) {
	dir, err := stateDir(dir)
	if err != nil {
		return nil, err
	}
	return journal.OpenToRead(dir)
}

func openStore(dir string) (*journal.Store, error) {
	dir, err := stateDir(dir)
	if err != nil {
		return nil, err
	}
	return journal.Open(dir)
}

// stateDir returns dir, or the default directory if it is empty.
func stateDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return journal.DefaultDir(runtime.GOOS, os.LookupEnv, os.UserHomeDir)
}
