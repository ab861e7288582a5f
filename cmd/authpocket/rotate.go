package main

import (
	"context"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

// rotate gives both sides a new client secret, and the one before again where
// authentik does not accept the new one from PocketBase.
func (p program) rotate(ctx context.Context, f applyFlags) int {
	make := func(e *engine.Engine, spec link.Spec) (link.Plan, error) { return e.Rotation(ctx, spec) }
	return p.carryOut(ctx, f, make, func(ctx context.Context, e *engine.Engine, plan link.Plan) (link.Checks, error) {
		if !f.JSON {
			visible.Fprintln(p.out, "Checking the new client secret. PocketBase's log may take 30 seconds to tell.")
		}
		check := e.ProveSecret(ctx, plan.Desired)
		checks := link.Checks{check}
		if check.Status != link.Fail || check.Cause != link.CauseInvalidClient {
			return checks, nil
		}
		return checks, p.giveBack(ctx, e, plan)
	})
}

// giveBack gives both systems the client secret that the plan has replaced.
// Its error says what came of it: the rotation has failed either way.
func (p program) giveBack(ctx context.Context, e *engine.Engine, plan link.Plan) error {
	const refused = "authentik does not accept the new client secret from PocketBase."
	back, err := e.RotationTo(ctx, plan.Spec, plan.SecretBefore())
	if err == nil {
		err = e.Apply(ctx, back, func(engine.Event) {})
	}
	if err != nil {
		return &refusal{refused, "Giving both systems the old one back failed: " + link.MessageOf(err).Text(link.InFile)}
	}
	return &refusal{refused, "Both systems have the old one again. Look at what stands between them, with authpocket verify."}
}
