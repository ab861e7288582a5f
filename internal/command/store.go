package command

import (
	"context"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// missing returns an error if the command line names a directory that does not exist. Where nothing or the environment
// names it, it is made by the first apply.
func (f *stateFlag) missing() error {
	if f.State == "" || f.State == os.Getenv(envState) || !isFree(f.State) {
		return nil
	}
	return refused(say.Of("There is no directory “%s”.", f.State), say.Of("Name one that has receipts with --state."))
}

// suggested suggests the IDs of the chosen receipts, newest first.
func (f *stateFlag) suggested(chosen func([]journal.Summary) []journal.Summary) suggester {
	return func(context.Context, program, string) []cobra.Completion {
		store, err := earlier(f.State)()
		if store == nil || err != nil {
			return nil
		}
		list, _, err := store.Index()
		if err != nil {
			return nil
		}
		return link.Each(chosen(list), func(r journal.Summary) cobra.Completion {
			made := r.When.Local().Format(time.DateTime)
			return cobra.CompletionWithDesc(r.ID, string(r.Kind)+" of "+r.Slug+", "+made)
		})
	}
}

type stateFlag struct{ State string }

// envState names the state directory.
const envState = "AUTHPOCKET_STATE"

func (f *stateFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.State, "state", "", "`directory` for receipts; default: authpocket below $XDG_STATE_HOME "+
		"or\n~/.local/state, "+
		"on macOS ~/Library/Application Support,\non Windows %LocalAppData%")
	_ = cmd.MarkFlagDirname("state")
	option.FromEnv(cmd.Flags(), "state", envState)
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
