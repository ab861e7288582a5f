package main

import (
	"context"
	"os"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/visible"
)

type undoFlags struct {
	applyFlags
	Force   bool   `help:"Also discard changes made since then."`
	Receipt string `arg:"" optional:"" help:"ID of a receipt of this link. Default: the newest."`
}

type receiptsFlags struct {
	JSON bool `name:"json" help:"Print JSON instead of text."`
	stateFlag
}

// run plans and applies the undo of a receipt.
func (f undoFlags) run(ctx context.Context, p program) int {
	planned := func(e *engine.Engine, ctx context.Context, spec link.Spec) (link.Plan, error) {
		id := f.Receipt
		if id == "" {
			newest, err := e.Newest(spec)
			if err != nil {
				return link.Plan{}, err
			}
			id = newest
		}
		if !f.JSON {
			visible.Fprintf(p.out, "Undoing receipt %s.\n", id)
		}
		return e.Undo(ctx, id, f.Force)
	}
	f.needs = linkfile.Identity()
	return p.carryOut(ctx, f.applyFlags, planned, nil)
}

// run removes the link from both systems.
func (f removeFlags) run(ctx context.Context, p program) int {
	f.needs = linkfile.Identity()
	return p.carryOut(ctx, f.applyFlags, (*engine.Engine).Removal, nil)
}

// run prints the receipts, newest first.
func (f receiptsFlags) run(_ context.Context, p program) int {
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
