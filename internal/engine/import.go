package engine

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/plans"
)

// Import returns the spec of the existing link that spec identifies by slug, collection or neither, and what a plan
// for it would still change: what a spec can't express.
func (e *Engine) Import(ctx context.Context, spec link.Spec) (link.Spec, link.Plan, error) {
	snaps, spec, err := e.findOpen(ctx, spec)
	if err != nil {
		return spec, link.Plan{}, err
	}
	spec, problems := plans.Import(spec, snaps.Authentik, snaps.PocketBase)
	if len(problems) > 0 {
		return spec, link.Plan{}, problems
	}
	plan, err := e.Plan(ctx, spec)
	return spec, plan, err
}
