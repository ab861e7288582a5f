package command

import (
	"os"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
)

type receiptsFlags struct {
	jsonFlag
	stateFlag
}

func newReceipts(s *shared) *cobra.Command {
	var f receiptsFlags
	cmd := &cobra.Command{
		Use:   "receipts",
		Short: "List the receipts",
		Long:  "Lists the receipts of earlier applies, newest first.",
		Example: "  authpocket receipts\n" +
			"  authpocket receipts --json",
		Args: atMost(0),
		RunE: func(*cobra.Command, []string) error { return f.run(s.program()) },
	}
	f.jsonFlag.add(cmd)
	f.stateFlag.add(cmd)
	return cmd
}

// run prints the receipts, newest first.
func (f receiptsFlags) run(p program) error {
	view := p.view(f.JSON)
	store, err := openStore(f.State)
	if err != nil {
		return view.Fail(err)
	}
	list, aside, err := store.List()
	if err != nil {
		return view.Fail(err)
	}
	view.Receipts(list, aside)
	return nil
}

// earlier opens existing receipts. It creates no state directory.
func earlier(dir string) store {
	return func() (*engine.Store, error) {
		dir, err := stateDir(dir)
		if err != nil {
			return nil, nil // no home, and so no receipts
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, nil
		}
		return openStore(dir)
	}
}

// kept opens the state directory, creating it if needed.
func kept(dir string) store {
	return func() (*engine.Store, error) { return openStore(dir) }
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
	return journal.DefaultDir(os.LookupEnv, os.UserHomeDir)
}
