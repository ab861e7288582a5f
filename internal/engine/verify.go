package engine

import (
	"context"
	"slices"
	"sync"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Desire observes both systems and returns the state that Verify compares them
// with. The error is report.Problems if the spec cannot be carried out.
func (e *Engine) Desire(ctx context.Context, spec *link.Spec) (link.Desired, error) {
	plan, _, err := e.plan(ctx, *spec, func(ctx context.Context, spec link.Spec) (Snapshots, error) {
		return e.observeFew(ctx, &spec, AheadOfVerify(spec))
	})
	return plan.Desired, err
}

// AheadOfVerify returns what Desire observes, as Ahead does for Plan.
func AheadOfVerify(spec link.Spec) link.Query {
	q := Ahead(spec)
	q.Unwarned = true
	return q
}

// NoLink returns the failed check of a link that does not exist, and whether it
// doesn't: without a provider in authentik, every other check fails.
func NoLink(d *link.Desired) (report.Check, bool) {
	check := report.Check{ID: report.CheckLink, System: report.Authentik, Title: say.Of("The link exists")}
	return *check.Fails(report.CauseDiscovery, say.Of("There is no link yet: authentik has no provider for it."),
		say.Of("Create it with authpocket apply.")), d.Provider.PK == 0
}

// Verify measures both running systems at the same time, with at most three
// requests in sequence. person is the primary key of the authentik user whose
// sign-in is predicted, 0 for the token's own account. Once ctx is cancelled, what
// was not measured until then is skipped.
func (e *Engine) Verify(ctx context.Context, d link.Desired, person int) report.Checks {
	return e.VerifyTelling(ctx, d, person, func(report.System) {})
}

// VerifyTelling is Verify, and tells of each system once its own checks are done, or have waited long enough.
func (e *Engine) VerifyTelling(ctx context.Context, d link.Desired, person int,
	told func(report.System)) report.Checks {
	ctx = OneMoment(ctx)
	var a, p, both []report.Check
	var group, atAuthentik sync.WaitGroup
	atAuthentik.Go(func() {
		a = report.Measured(ctx, e.authentik.Check(ctx, d, person))
		told(report.Authentik)
	})
	noAccess := func() bool {
		atAuthentik.Wait()
		return slices.ContainsFunc(a, func(c report.Check) bool {
			return c.ID == report.CheckAuthentikAccess && c.Cause == report.CauseNoAccess
		})
	}
	group.Go(func() {
		p = report.Measured(ctx, e.pocketbase.Check(ctx, d))
		told(report.PB)
	})
	group.Go(func() { both = report.Measured(ctx, e.checkBoth(ctx, d, person, noAccess)) })
	group.Wait()
	atAuthentik.Wait()
	trustPreview(&d, a, p)
	return slices.Concat(a, p, both)
}

// trustPreview downgrades the failure that nobody new can sign in to a warning
// if authentik's own preview shows verified addresses despite the decision.
func trustPreview(d *link.Desired, a, p []report.Check) {
	verified := d.Email == link.EmailLeave && slices.ContainsFunc(a, func(c report.Check) bool {
		return c.ID == report.CheckAuthentikEmail && c.Status == report.Warn && c.Cause == report.CauseEmailUnverified
	})
	for i, c := range p {
		if verified && c.ID == report.CheckPocketBaseRules && c.Status == report.Fail &&
			c.Cause == report.CauseEmailUnverified {
			p[i].Status = report.Warn
			p[i].Evidence = say.Of("%s authentik's preview says otherwise: a scope mapping there counts addresses "+
				"as verified.", p[i].Evidence)
		}
	}
}

// VerifySlow runs the checks that take 4 to 30 s, and reports each as soon as
// it is done: PocketBase's own connection to authentik, which only shows in its
// log. told may be nil.
func (e *Engine) VerifySlow(ctx context.Context, d *link.Desired, told func(report.Check)) report.Checks {
	checks := report.Measured(ctx, []report.Check{e.probe(ctx, *d)})
	if told != nil {
		told(checks[0])
	}
	return checks
}

// probe runs the probe with a redirect URI that authentik's provider has now, which may not be a desired one.
func (e *Engine) probe(ctx context.Context, d link.Desired) report.Check {
	if now, err := e.authentik.RedirectURIs(ctx, d); err == nil {
		d.Provider.RedirectURIs = now
	}
	return e.pocketbase.Probe(ctx, d)
}
