package main

import (
	"context"

	"github.com/alecthomas/kong"
)

// command runs one command of the program and returns the exit code.
type command interface {
	run(context.Context, program) int
}

func (f serveFlags) run(ctx context.Context, p program) int     { return p.serve(ctx, f) }
func (f planFlags) run(ctx context.Context, p program) int      { return p.plan(ctx, f) }
func (f applyLinkFlags) run(ctx context.Context, p program) int { return p.apply(ctx, f) }
func (f verifyFlags) run(ctx context.Context, p program) int    { return p.verify(ctx, f) }
func (f undoFlags) run(ctx context.Context, p program) int      { return p.undo(ctx, f) }
func (f rotateFlags) run(ctx context.Context, p program) int    { return p.rotate(ctx, f.applyFlags) }
func (f removeFlags) run(ctx context.Context, p program) int    { return p.remove(ctx, f.applyFlags) }
func (f exportFlags) run(ctx context.Context, p program) int    { return p.export(ctx, f) }
func (f receiptsFlags) run(_ context.Context, p program) int    { return p.listReceipts(f) }

// commandOf returns the command of a node of the command line, or nil.
func commandOf(node *kong.Node) command {
	if node == nil {
		return nil
	}
	chosen, _ := node.Target.Interface().(command)
	return chosen
}
