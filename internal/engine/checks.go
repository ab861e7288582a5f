package engine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// How far clocks may differ.
const (
	clockWarn = 30 * time.Second
	clockFail = 5 * time.Minute // what PocketBase allows in ID tokens
)

// checkBoth runs the checks that concern both systems. noAccess waits for authentik's own checks, and returns whether
// they refuse the person the application.
func (e *Engine) checkBoth(ctx context.Context, d link.Desired, person int, noAccess func() bool) []report.Check {
	checks := []report.Check{*checkAddresses(&d), {}, {}, {}, {}}
	var group sync.WaitGroup
	group.Go(func() { checks[1] = *e.checkClock(ctx) })
	group.Go(func() { checks[2] = e.pocketbase.Realtime(ctx, d) })
	group.Go(func() { checks[3] = *e.checkCollection(ctx, &d) })
	group.Go(func() { checks[4] = *e.checkPrediction(ctx, &d, person, noAccess) })
	group.Wait()
	return checks
}

// checkAddresses warns of plain http in addresses that browsers use.
func checkAddresses(d *link.Desired) *report.Check {
	check := &report.Check{ID: report.CheckAddresses, System: report.PB,
		Title: say.Of("Browsers reach both systems over " +
			"https")}
	addresses := append([]string{d.AuthentikURL, d.Slot.AuthURL, d.PocketBaseURL}, d.RedirectURLs()...)
	open := slices.DeleteFunc(slices.Clone(addresses), func(one string) bool { return !address.PlainHTTP(one) })
	if len(open) > 0 {
		return check.Warns(report.CausePlainHTTP, say.Of("Plain http: %s.", strings.Join(open, ", ")),
			signin.RemedyOf(report.CausePlainHTTP))
	}
	return check.Passes(say.Of("All addresses that browsers use are https, or of this machine: %s.",
		strings.Join(addresses, ", ")))
}

// checkClock compares the clocks of both systems and this machine.
func (e *Engine) checkClock(ctx context.Context) *report.Check {
	check := &report.Check{ID: report.CheckClock, System: report.Authentik, Title: say.Of("The clocks agree")}
	var a, p time.Duration
	var errA, errP error
	var group sync.WaitGroup
	group.Go(func() { a, errA = e.authentik.ClockOffset(ctx) })
	group.Go(func() { p, errP = e.pocketbase.ClockOffset(ctx) })
	group.Wait()
	switch {
	case errA != nil:
		return check.SkipsFor(errA)
	case errP != nil:
		check.System = report.PB
		return check.SkipsFor(errP)
	}
	apart := max(a.Abs(), p.Abs(), (a - p).Abs())
	evidence := say.Of("Judging by their Date headers, authentik's clock %s, and PocketBase's %s.", clockWords(a),
		clockWords(p))
	switch {
	case apart <= clockWarn:
		return check.Passes(evidence)
	case p.Abs() > a.Abs():
		check.System = report.PB
	}
	if apart > clockFail {
		return check.Fails(report.CauseClock, evidence, signin.RemedyOf(report.CauseClock))
	}
	return check.Warns(report.CauseClock, evidence, signin.RemedyOf(report.CauseClock))
}

func clockWords(ahead time.Duration) say.Text {
	switch {
	case ahead.Abs() <= 2*time.Second:
		return say.Of("agrees with this machine's")
	case ahead > 0:
		return say.Of("is %s ahead of this machine's", say.Span(ahead.Round(time.Second)))
	}
	return say.Of("is %s behind this machine's", say.Span((-ahead).Round(time.Second)))
}

// checkCollection looks for rules that changed since the link was created.
func (e *Engine) checkCollection(ctx context.Context, d *link.Desired) *report.Check {
	check := &report.Check{ID: report.CheckPocketBaseCollection, System: report.PB,
		Title: say.Of("The collection's rules are the same as when the link was created")}
	now, err := e.pocketbase.Collection(ctx, *d)
	if report.IsStale(err) {
		m := report.MessageOf(err)
		return check.Fails(report.CauseCollectionMissing, m.What(), m.Todo)
	}
	if err != nil {
		return check.SkipsFor(err)
	}
	drifts := d.RuleDrifts(now)
	if len(drifts) == 0 {
		return check.Passes(say.Of("Create rule, auth rule and multi-factor authentication of %s are unchanged.",
			now.Name))
	}
	what := say.Join(link.Each(drifts, func(d link.RuleDrift) say.Text { return d.What })...)
	if worst := link.Find(drifts, func(d link.RuleDrift) bool { return !d.Looser }); worst != nil {
		return check.Fails(worst.Cause, what, signin.RemedyOf(worst.Cause))
	}
	return check.Warns(drifts[0].Cause, what, signin.RemedyOf(drifts[0].Cause))
}

// checkPrediction predicts the sign-in of a person. A refusal of the token's
// own account, person 0, is only a warning: it may be no account for people.
func (e *Engine) checkPrediction(ctx context.Context, d *link.Desired, person int,
	noAccess func() bool) *report.Check {
	check := &report.Check{ID: report.CheckPrediction, System: report.PB,
		Title: say.Of("Predicted result of this person's " +
			"sign-in")}
	p, err := e.SignIns.ForeseeWith(ctx, *d, person, noAccess)
	switch {
	case err != nil:
		return check.SkipsFor(err)
	case !p.Unknown.Empty() && p.Outcome != signin.OutcomeRefused:
		return check.Skips(say.Of("Cannot be known before a sign-in: %s. Test a sign-in to find out.", p.Unknown))
	case p.Outcome != signin.OutcomeRefused:
		return check.Passes(p.Words)
	case person == 0:
		return check.Warns(p.Cause, say.Join(p.Words, say.Of("This is about the token's own account.")),
			signin.RemedyOf(p.Cause), report.Way{Run: report.RunPerson, For: say.Of("to check with another person")})
	}
	return check.Fails(p.Cause, p.Words, signin.RemedyOf(p.Cause))
}
