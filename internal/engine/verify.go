package engine

import (
	"context"
	"slices"
	"sync"

	"authpocket/internal/link"
)

// Desire observes both systems and resolves the spec into the state that
// Verify holds them against. A spec that cannot be carried out gives
// link.Problems as the error.
func (e *Engine) Desire(ctx context.Context, spec link.Spec) (link.Desired, error) {
	plan, err := e.Plan(ctx, spec)
	return plan.Desired, err
}

// Verify measures the running systems, both at the same time, in at most three
// requests after one another. person is the
// primary key of the authentik user whose sign-in is predicted, 0 for the
// token's own.
func (e *Engine) Verify(ctx context.Context, d link.Desired, person int) link.Checks {
	var a, p, both []link.Check
	var group sync.WaitGroup
	group.Go(func() { a = e.authentik.Check(ctx, d, person) })
	group.Go(func() { p = e.pocketbase.Check(ctx, d) })
	group.Go(func() { both = e.between(ctx, d, person) })
	group.Wait()
	trustPreview(d, a, p)
	return slices.Concat(a, p, both)
}

// trustPreview takes back that nobody new can sign in where authentik's own
// preview says, against the decision, that addresses are verified.
func trustPreview(d link.Desired, a, p []link.Check) {
	verified := d.Email == link.EmailLeave && slices.ContainsFunc(a, func(c link.Check) bool {
		return c.ID == link.CheckAuthentikEmail && c.Status == link.Warn && c.Cause == link.CauseEmailUnverified
	})
	for i, c := range p {
		if verified && c.ID == link.CheckPocketBaseRules && c.Status == link.Fail &&
			c.Cause == link.CauseEmailUnverified {
			p[i].Status = link.Warn
			p[i].Evidence += " authentik's preview says otherwise: a scope mapping there counts addresses as verified."
		}
	}
}

// VerifySlow measures what takes 4 to 30 s, and reports each check as soon as
// it is done: PocketBase's own way to authentik, which shows in its log only.
// report may be nil.
func (e *Engine) VerifySlow(ctx context.Context, d link.Desired, report func(link.Check)) link.Checks {
	check := e.pocketbase.Probe(ctx, d)
	if report != nil {
		report(check)
	}
	return link.Checks{check}
}
