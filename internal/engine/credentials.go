package engine

import (
	"context"
	"slices"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// ProveOnlyWay checks a plan that was applied and gave the only way in another client ID or secret: PocketBase has to
// sign in with it at authentik, or what was there comes back, and the error says so. That takes up to 30 s. It makes no
// check for any other plan.
func (e *Engine) ProveOnlyWay(ctx context.Context, plan *link.Plan) (report.Checks, error) {
	if !plan.RenewsOnlyWay() {
		return nil, nil
	}
	return e.ProveCredentials(ctx, plan)
}

// ProveCredentials is ProveOnlyWay for a plan that gave PocketBase another client ID or secret, whether authentik is
// the only way in or not.
func (e *Engine) ProveCredentials(ctx context.Context, plan *link.Plan) (report.Checks, error) {
	checks := report.Measured(ctx, []report.Check{e.probe(ctx, plan.Desired)})
	return checks, e.keepCredentials(ctx, plan, &checks[0])
}

// keepCredentials restores the client ID and secret from before the plan, also after ctx has ended, if the check has
// shown that authentik rejects the new ones. Where authentik is the only way in, it does so too unless the check has
// shown that authentik accepts them. The error says what was restored, and why.
func (e *Engine) keepCredentials(ctx context.Context, plan *link.Plan, check *report.Check) error {
	rejected := check.Status == report.Fail && check.Cause == report.CauseInvalidClient
	if !rejected && (check.Status == report.Pass || !plan.OnlyWay()) {
		return nil
	}
	why := say.Of("authentik rejects the new client secret from PocketBase.")
	todo := say.Of("Run the checks to find the reason.")
	if !rejected {
		why = say.Join(say.Of("It is not proved that authentik accepts the new client secret from PocketBase, and "+
			"authentik is the only way in."), check.Evidence)
		todo = say.Of("Make that check work, or turn on passwords, and rotate again.")
	}
	back := say.Of("The old secret was restored in both systems.")
	if plan.Purpose != link.PurposeRotate {
		back = say.Of("The old client ID and secret were restored.")
		todo = say.Of("Make that check work, or turn on passwords, and apply again.")
	}
	if err := e.restoreCredentials(context.WithoutCancel(ctx), plan); err != nil {
		back, todo = say.Of("Restoring the old one failed: %s", report.MessageOf(err).Text(report.InFile)), say.Text{}
	}
	return &report.Fault{Summary: why, Todo: say.Join(back, todo)}
}

// restoreCredentials restores the client ID and secret from before the plan: authentik's first, which PocketBase then
// gets.
func (e *Engine) restoreCredentials(ctx context.Context, plan *link.Plan) error {
	var back link.Plan
	var err error
	if plan.Purpose == link.PurposeRotate {
		back, err = e.RotationBack(ctx, new(plan.Spec), plan.SecretBefore())
	} else {
		back, err = e.credentialsBack(ctx, plan)
	}
	if err != nil {
		return err
	}
	return e.Apply(ctx, back, func(apply.Event) {})
}

// credentialsBack returns a plan that undoes what of a plan changed the client ID and secret, with the secrets that
// only this plan in memory has. If the plan changed nothing else, it is undone.
func (e *Engine) credentialsBack(ctx context.Context, plan *link.Plan) (link.Plan, error) {
	var done []link.Change      // an undo begins with the last one
	known, whole := false, true // the old secret, and whether nothing else was changed
	for _, c := range slices.Backward(plan.Changes) {
		switch {
		case c.NewCredentials():
			known = true
			all := len(c.Fields)
			c.Fields = slices.DeleteFunc(slices.Clone(c.Fields),
				func(f link.Field) bool { return f.Name != "client_id" && f.Name != "client_secret" })
			whole = whole && len(c.Fields) == all
			done = append(done, c)
		case c.RewrittenSlot() != "":
			done = append(done, c)
		default:
			whole = false
		}
	}
	if !known {
		return link.Plan{}, report.Problems{{
			Summary: say.Of("The old client secret is not known, because PocketBase never shows it.")}}
	}
	spec := plan.Spec
	spec.PocketBase.RewriteSecret = true // it is authentik's, as PocketBase never shows its own
	snaps, err := e.Observe(ctx, spec)
	if err != nil {
		return link.Plan{}, err
	}
	back, problems := undo.New(&spec, done, &snaps.Authentik, &snaps.PocketBase, true)
	if whole {
		back.Of = e.receiptOf(ctx, plan.Purpose, &plan.Spec)
	}
	return back, problems.Err()
}
