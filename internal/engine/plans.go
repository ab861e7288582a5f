package engine

import (
	"context"

	"authpocket/internal/link"
)

// Removal plans to take the link apart on both sides.
func (e *Engine) Removal(ctx context.Context, spec link.Spec) (link.Plan, error) {
	snaps, spec, err := e.find(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := link.NewRemoval(spec, snaps.Authentik, snaps.PocketBase)
	return plan, problems.Err()
}

// Rotation plans a new client secret on both sides.
func (e *Engine) Rotation(ctx context.Context, spec link.Spec) (link.Plan, error) {
	generated, err := generate()
	if err != nil {
		return link.Plan{}, err
	}
	spec.Provider.ClientSecret = &generated.ClientSecret
	return e.Plan(ctx, spec)
}

// Undo plans to take back the changes of a receipt. force undoes also what
// was changed since.
func (e *Engine) Undo(ctx context.Context, spec link.Spec, done []link.Change, force bool) (link.Plan, error) {
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	plan, problems := link.NewUndo(spec, done, snaps.Authentik, snaps.PocketBase, force)
	return plan, problems.Err()
}
