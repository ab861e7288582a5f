package main

import (
	"context"
	"os"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

type undoFlags struct {
	applyFlags
	Force   bool   `help:"Undo also what somebody changed since."`
	Receipt string `arg:"" optional:"" help:"Id of the receipt, as receipts lists them. Default: the newest of this link."`
}

type receiptsFlags struct {
	JSON  bool   `name:"json" help:"Print JSON instead of text."`
	State string `help:"Directory for receipts." env:"AUTHPOCKET_STATE" placeholder:"DIR"`
}

// undo takes back what a receipt says was done.
func (p program) undo(ctx context.Context, f undoFlags) int {
	return p.carryOut(ctx, f.applyFlags, func(e *engine.Engine, spec link.Spec) (link.Plan, error) {
		id := f.Receipt
		if id == "" {
			newest, err := e.Newest(spec)
			if err != nil {
				return link.Plan{}, err
			}
			id = newest
		}
		if !f.JSON {
			visible.Fprintf(p.out, "Undoing the receipt %s.\n", id)
		}
		return e.Undo(ctx, id, f.Force)
	}, nil)
}

// remove takes the link apart on both sides.
func (p program) remove(ctx context.Context, f applyFlags) int {
	return p.carryOut(ctx, f, func(e *engine.Engine, spec link.Spec) (link.Plan, error) { return e.Removal(ctx, spec) }, nil)
}

// listReceipts shows what was done before, the newest first.
func (p program) listReceipts(f receiptsFlags) int {
	view := p.view(f.JSON)
	store, err := openStore(f.State)
	if err != nil {
		return view.fail(err)
	}
	list, aside, err := store.List()
	if err != nil {
		return view.fail(err)
	}
	view.receipts(list, aside)
	return exitOK
}

// earlier opens the receipts there are. It creates no state directory.
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

// kept opens the state directory and creates it where it is not there.
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

// stateDir is the directory that was named, or the default.
func stateDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return journal.DefaultDir(os.LookupEnv, os.UserHomeDir)
}
