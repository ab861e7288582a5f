// Package proof holds the pages that show whether the link works: the checks
// and the test sign-in.
package proof

import (
	"slices"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// VerifyLimit is how long one run of the checks takes at most.
const VerifyLimit = 90 * time.Second

// VerifyInput holds the results of a run of the checks.
type VerifyInput struct {
	Begun, Ended bool
	Cancelled    bool            // it ended early
	Done         []report.System // the run's record so far: systems whose own checks are done, then an empty one
	Checks       report.Checks   // all but the slow one while it has not ended
	Person       string          // username, empty for the token's own account
	Foreseen     *Prediction
	Problem      say.Text        // with the username, a full sentence
	At           time.Time       // when the run ended, zero while it runs
	SignedIn     report.SignedIn // since the last change
	Own          []string        // authpocket's own redirect URIs in authentik
}

// NewVerify returns the verify page. events is the URL of the stream of a running
// check.
func NewVerify(h view.Head, in VerifyInput, events string) VerifyPage {
	h.Step = view.StepCaption(6)
	p := VerifyPage{Head: h, Begun: in.Begun, Running: in.Begun && !in.Ended, Status: waiting(in)}
	p.Head.Title = say.Of("Run checks")
	if p.Running {
		p.Head.Title = say.Of("Running checks")
		p.Head.Live, p.Head.Refresh, p.Events = true, true, events
		if in.Checks != nil {
			p.Groups = append([]CheckGroup{{Heading: say.Of("In progress"), Checks: []CheckRow{probing()}}},
				checkGroups(in.Checks)...)
		}
	}
	p.Head.Live, p.Foreseen = true, in.Foreseen
	p.Person = view.Field{Name: "person", Label: say.Of("Check as user"),
		Hint: say.Of("A username or an e-mail address in authentik. " +
			"Leave empty to check the account that owns the token"),
		Optional: true, Value: in.Person, Error: in.Problem}
	if !in.Problem.Empty() {
		p.Head.Wrong, p.Head.Refresh = true, false
		p.Problems = view.Problems{{Target: view.FieldID("person"), Text: in.Problem}}
	}
	if in.Begun && in.Ended {
		p.Head.Title, p.Own = say.Of("Check results"), in.Own
		p.Outcome = verifyOutcomeOf(in.Checks, in.SignedIn)
		p.First = in.Checks.Unreached() != nil && !in.Checks.Failed()
		p.Groups = checkGroups(in.Checks)
		if in.Cancelled {
			p.Outcome, p.First = cancelled(in.Checks), !in.Checks.Failed()
		}
		if noLink(in.Checks) {
			p.Outcome, p.Foreseen = noLinkOutcome(), nil
			p.Groups = []CheckGroup{{Folded: say.Count(len(in.Checks), "%d check result", "%d check results"),
				Checks: allRows(in.Checks)}}
		}
		if !in.At.IsZero() {
			p.Outcome.Text = say.Join(p.Outcome.Text, say.Of("Checked at %s.", in.At.UTC().Format("15:04:05 UTC")))
		}
	}
	return p
}

// waiting says what a run waits for, and how long it takes at most.
func waiting(in VerifyInput) say.Text {
	what := say.Of("Waiting for authentik and PocketBase.")
	switch a, p := slices.Contains(in.Done, report.Authentik), slices.Contains(in.Done, report.PB); {
	case in.Checks != nil:
		what = say.Of("Waiting for PocketBase's log (up to 30 seconds).")
	case a && p:
		what = say.Of("Waiting for the last checks.")
	case a:
		what = say.Of("Waiting for PocketBase.")
	case p:
		what = say.Of("Waiting for authentik.")
	}
	return say.Join(what, say.Of("All checks together take at most %d seconds.", int(VerifyLimit.Seconds())))
}

// noLink reports whether neither system has any part of the link, so that there
// is nothing to check.
func noLink(checks report.Checks) bool {
	failed := func(system report.System, causes ...report.CauseID) bool {
		return slices.ContainsFunc(checks, func(c report.Check) bool {
			return c.System == system && c.Status == report.Fail && slices.Contains(causes, c.Cause)
		})
	}
	offered := slices.ContainsFunc(checks, func(c report.Check) bool {
		return c.ID == report.CheckPocketBaseAuthMethods && c.Status == report.Pass
	})
	return !offered && failed(report.Authentik, report.CauseDiscovery) &&
		failed(report.PB, report.CauseOAuth2Off, report.CauseCollectionMissing)
}

func noLinkOutcome() *view.Outcome {
	return &view.Outcome{
		Kind: "warn", Heading: say.Of("There is no link yet"),
		Text: say.Of("authentik has no working application for it, " +
			"and PocketBase does not offer signing in with it."),
		Lines:   []say.Text{say.Of("What to do: check the settings, then apply the changes on the review page.")},
		Actions: []view.Action{{Label: say.Of("Settings"), URL: "/settings"}},
	}
}

func allRows(checks report.Checks) []CheckRow {
	var rows []CheckRow
	for _, c := range checks {
		rows = append(rows, newCheckRow(c, checks))
	}
	return rows
}

// verifyOutcomeOf sums up the checks. The next step is a test sign-in, or to
// finish once one worked.
func verifyOutcomeOf(checks report.Checks, seen report.SignedIn) *view.Outcome {
	try := view.Action{Label: say.Of("Test sign-in"), URL: "/signin"}
	finish := view.Action{Label: say.Of("Finish"), URL: "/done"}
	prove := view.Action{Label: say.Of("Prove it now"), URL: "/prove"}
	o := &view.Outcome{Heading: Headline(checks, seen), Text: Tally(checks), Actions: []view.Action{prove, try, finish}}
	if !seen.At.IsZero() {
		o.Actions = []view.Action{finish, {Label: say.Of("Test another sign-in"), URL: "/signin"}}
	}
	switch {
	case checks.Failed():
		o.Kind = "bad"
		o.Actions = []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"}, try,
			{Label: say.Of("Finish anyway"), URL: "/done"}}
	case checks.Unreached() != nil:
		o.Kind, o.Actions = "warn", nil // to check again comes first
		o.Lines = []say.Text{say.Of("What to do: %s", checks.Unreached().Todo)}
	case !checks.Good():
		o.Kind = "warn"
		o.Actions = []view.Action{try, finish}
	case !seen.At.IsZero() && checks.Count(report.Warn) == 0:
		o.Kind = "good"
	case checks.Count(report.Warn) > 0:
		o.Kind = "warn"
	default:
		o.Kind = "note"
	}
	return o
}

// cancelled sums up checks that were cancelled.
func cancelled(checks report.Checks) *view.Outcome {
	o := &view.Outcome{Kind: "note", Heading: say.Of("The checks were cancelled"),
		Text: say.Join(say.Of("This is what was measured until then:"), Tally(checks))}
	if checks.Failed() {
		o.Kind = "bad"
		o.Actions = []view.Action{{Label: say.Of("Change the settings"), URL: "/settings"}}
	}
	return o
}

// Headline returns the headline of the checks as a heading: one sentence alone has no full stop.
func Headline(checks report.Checks, seen report.SignedIn) say.Text {
	switch {
	case checks.Failed():
		return say.Count(checks.Count(report.Fail), "%d check failed, so sign-in may not work",
			"%d checks failed, so sign-in may not work")
	case checks.Good() && !seen.At.IsZero():
		return say.Of("Works: %s signed in at %s", seen.Name, seen.At.UTC().Format("15:04 UTC"))
	}
	return checks.Headline(seen)
}

// Tally returns the number of checks with each outcome, in words.
func Tally(checks report.Checks) say.Text {
	return say.Of("%s.", say.List(
		countOf(checks, report.Fail, "%d failed", "%d failed"),
		countOf(checks, report.Warn, "%d warning", "%d warnings"),
		countOf(checks, report.Pass, "%d passed", "%d passed"),
		countOf(checks, report.Skipped, "%d skipped", "%d skipped")))
}

// countOf says how many checks have the status, and nothing if none has.
func countOf(checks report.Checks, s report.Status, one, many string) say.Text {
	if n := checks.Count(s); n > 0 {
		return say.Count(n, one, many)
	}
	return say.Text{}
}

// checkGroups puts what needs attention first.
func checkGroups(checks report.Checks) []CheckGroup {
	headings := []struct {
		status  report.Status
		heading say.Text
	}{
		{report.Fail, say.Of("Failed")}, {report.Warn, say.Of("Warnings")}, {report.Skipped, say.Of("Skipped")},
		{report.Pass, say.Of("Passed")},
	}
	var groups []CheckGroup
	for _, h := range headings {
		g := CheckGroup{Heading: h.heading}
		if h.status == report.Pass {
			g.Folded = say.Count(checks.Count(report.Pass), "%d check passed", "%d checks passed")
		}
		for _, c := range checks {
			if c.Status == h.status {
				g.Checks = append(g.Checks, newCheckRow(c, checks))
			}
		}
		if len(g.Checks) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// newCheckRow returns the row of one of the checks.
func newCheckRow(c report.Check, checks report.Checks) CheckRow {
	words := map[report.Status]say.Text{report.Pass: say.Of("Passed"), report.Warn: say.Of("Warning"),
		report.Fail: say.Of("Failed"), report.Skipped: say.Of("Skipped")}
	row := CheckRow{
		Status: string(c.Status), Word: words[c.Status], Title: c.Title, System: c.System.Label(),
		Evidence: c.Evidence, Remedy: c.Advice(report.OnPage),
	}
	if c.Status == report.Fail || c.Status == report.Warn {
		row.Cause, row.Fix = CauseTitle(c.Cause), Fix(c.Cause)
	}
	if label := exactly(c.Exact); row.Fix != nil && !label.Empty() {
		row.Fix.Label = label
	}
	if c.Cause == report.CauseDiscovery && slices.ContainsFunc(checks, foundApplication) {
		row.Fix = nil
	}
	return row
}

// exactly returns the label for the fix of a cause that is more specific than the catalogue's, empty for others.
func exactly(id report.CauseID) say.Text {
	switch id {
	case report.CausePublicClient:
		return say.Of("Make the client confidential")
	case report.CauseProviderMissing:
		return say.Of("Add the provider again")
	}
	return say.Text{}
}

// foundApplication reports whether a check found the link's application and provider in authentik, so that there is
// nothing to recreate.
func foundApplication(c report.Check) bool {
	return c.ID == report.CheckAuthentikClient && c.Status != report.Skipped && c.Cause != report.CauseDiscovery
}

// probing returns the row of the check that takes longest.
func probing() CheckRow {
	return CheckRow{
		Status: "running", Word: say.Of("In progress"), Title: say.Of("PocketBase reaches authentik"),
		System: report.PB.Label(),
		Evidence: say.Of("authpocket sent PocketBase a dummy code. " +
			"PocketBase's log shows how authentik responds to it."),
	}
}
