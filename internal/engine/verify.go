package engine

import (
	"context"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
)

// Desire observes both systems and resolves the spec into the state that
// Verify holds them against. A spec that cannot be carried out gives
// link.Problems as the error.
func (e *Engine) Desire(ctx context.Context, spec link.Spec) (link.Desired, error) {
	plan, err := e.Plan(ctx, spec)
	return plan.Desired, err
}

// Verify measures the running systems, both at the same time. person is the
// primary key of the authentik user whose sign-in is predicted, 0 for the
// token's own.
func (e *Engine) Verify(ctx context.Context, d link.Desired, person int) link.Checks {
	var a, p []link.Check
	var group errgroup.Group
	group.Go(func() error { a = e.authentik.Check(ctx, d, person); return nil })
	group.Go(func() error { p = e.pocketbase.Check(ctx, d); return nil })
	_ = group.Wait() // checks report by their status and never by an error
	return append(a, p...)
}
