// Package proof holds the pages that show whether the link works: the checks
// and the test sign-in.
package proof

import (
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// VerifyInput is what a run of the checks has brought.
type VerifyInput struct {
	Begun, Ended bool
	Checks       link.Checks // all but the slow one while it has not ended
	Person       string      // username, empty for the token's own account
	Foreseen     *Prediction
	Problem      string    // with the person, a full sentence
	At           time.Time // when the answers came, zero while they do
	SignedIn     bool      // a test sign-in has worked since the last change
	Own          []string  // authpocket's own redirect URIs in authentik
}

// NewVerify makes the verify page. events is where a run that is under way
// can be followed.
func NewVerify(h view.Head, in VerifyInput, events string) VerifyPage {
	h.Step = view.StepCaption(6)
	p := VerifyPage{Head: h, Begun: in.Begun, Running: in.Begun && !in.Ended, Status: "Asking both systems."}
	p.Head.Title = "Check that it works"
	if p.Running {
		p.Head.Title = "Checking"
		p.Head.Live, p.Head.Refresh, p.Events = true, true, events
		if in.Checks != nil {
			p.Status = "One answer is left: " + probeStatus
			p.Groups = append([]CheckGroup{{Heading: "Under way", Checks: []CheckRow{probing()}}},
				checkGroups(in.Checks)...)
		}
	}
	p.Head.Live, p.Foreseen = true, in.Foreseen
	p.Person = view.Field{Name: "person", Label: "Whose sign-in to predict",
		Hint: "A username in authentik. Without one it is that of the token's own account", Optional: true,
		Value: in.Person, Error: in.Problem}
	if in.Problem != "" {
		p.Head.Wrong, p.Head.Refresh = true, false
		p.Problems = view.Problems{{Target: view.FieldID("person"), Text: in.Problem}}
	}
	if in.Begun && in.Ended {
		p.Head.Title, p.Own = "What the checks say", in.Own
		p.Outcome = verifyOutcomeOf(in.Checks, in.SignedIn)
		p.Groups = checkGroups(in.Checks)
		if noLink(in.Checks) {
			p.Outcome, p.Foreseen = noLinkOutcome(), nil
			p.Groups = []CheckGroup{{Folded: "What the " + view.Plural(len(in.Checks), "check", "checks") + " said",
				Checks: allRows(in.Checks)}}
		}
		if !in.At.IsZero() {
			p.Outcome.Text += " Measured at " + in.At.UTC().Format("15:04:05 UTC") + "."
		}
	}
	return p
}

// noLink tells that neither system has anything of the link, so that there is
// nothing to measure.
func noLink(checks link.Checks) bool {
	failed := func(system link.System, causes ...link.CauseID) bool {
		return slices.ContainsFunc(checks, func(c link.Check) bool {
			return c.System == system && c.Status == link.Fail && slices.Contains(causes, c.Cause)
		})
	}
	offered := slices.ContainsFunc(checks, func(c link.Check) bool {
		return c.ID == link.CheckPocketBaseAuthMethods &&
			c.Status == link.Pass
	})
	return !offered && failed(link.Authentik, link.CauseDiscovery) &&
		failed(link.PB, link.CauseOAuth2Off, link.CauseCollectionMissing)
}

func noLinkOutcome() *view.Outcome {
	return &view.Outcome{
		Kind: "warn", Heading: "There is no link yet", Text: "authentik has no working application for it, and " +
			"PocketBase does not offer the sign-in.",
		Lines:   []string{"What to do: look at the settings, and make the changes that the review then shows."},
		Actions: []view.Action{{Label: "Settings", URL: "/settings"}},
	}
}

func allRows(checks link.Checks) []CheckRow {
	var rows []CheckRow
	for _, c := range checks {
		rows = append(rows, newCheckRow(c))
	}
	return rows
}

// verifyOutcomeOf sums up. What comes next is to sign in, and once that has
// worked to finish.
func verifyOutcomeOf(checks link.Checks, signedIn bool) *view.Outcome {
	failed, warned, skipped := checks.Count(link.Fail), checks.Count(link.Warn), checks.Count(link.Skipped)
	o := &view.Outcome{Text: Tally(checks)}
	try, finish := view.Action{Label: "Test sign-in", URL: "/signin"}, view.Action{Label: "Finish", URL: "/done"}
	if signedIn && failed == 0 {
		o.Text += " A test sign-in has worked."
		try, finish = finish, view.Action{Label: "Test another sign-in", URL: "/signin"}
	}
	switch {
	case failed > 0:
		o.Kind, o.Heading = "bad", view.Plural(failed, "check failed", "checks failed")+", so sign-in may not work"
		o.Actions = []view.Action{{Label: "Change the settings", URL: "/settings"}, try,
			{Label: "Finish anyway", URL: "/done"}}
	case checks.Count(link.Pass) == 0:
		o.Kind, o.Heading = "warn", "Nothing could be measured"
		o.Actions = []view.Action{try, finish}
	case warned > 0:
		o.Kind, o.Heading = "warn", "It works, with "+view.Plural(warned, "thing", "things")+" to look at"
		o.Actions = []view.Action{try, finish}
	case skipped > 0:
		o.Kind, o.Heading = "good", "All that could be measured is right"
		o.Actions = []view.Action{try, finish}
	default:
		o.Kind, o.Heading = "good", "All checks passed"
		o.Actions = []view.Action{try, finish}
	}
	return o
}

// Tally counts the outcomes in words, none left out.
func Tally(checks link.Checks) string {
	var parts []string
	add := func(s link.Status, one, many string) {
		if n := checks.Count(s); n > 0 {
			parts = append(parts, view.Plural(n, one, many))
		}
	}
	add(link.Fail, "failed", "failed")
	add(link.Warn, "warning", "warnings")
	add(link.Pass, "passed", "passed")
	add(link.Skipped, "not measured", "not measured")
	return strings.Join(parts, ", ") + "."
}

// checkGroups puts what needs attention first.
func checkGroups(checks link.Checks) []CheckGroup {
	headings := []struct {
		status  link.Status
		heading string
	}{
		{link.Fail, "To put right"}, {link.Warn, "To look at"}, {link.Skipped, "Not measured"}, {link.Pass, "Passed"},
	}
	var groups []CheckGroup
	for _, h := range headings {
		g := CheckGroup{Heading: h.heading}
		if h.status == link.Pass {
			g.Folded = view.Plural(checks.Count(link.Pass), "check passed", "checks passed")
		}
		for _, c := range checks {
			if c.Status == h.status {
				g.Checks = append(g.Checks, newCheckRow(c))
			}
		}
		if len(g.Checks) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func newCheckRow(c link.Check) CheckRow {
	words := map[link.Status]string{link.Pass: "Passed", link.Warn: "Warning", link.Fail: "Failed",
		link.Skipped: "Not measured"}
	row := CheckRow{
		Status: string(c.Status), Word: words[c.Status], Title: c.Title, System: c.System.Label(),
		Evidence: c.Evidence, Remedy: c.Remedy,
	}
	if c.Status == link.Fail || c.Status == link.Warn {
		row.Cause, row.Fix = CauseTitle(c.Cause), Fix(c.Cause)
	}
	return row
}

const probeStatus = "asking PocketBase's log, up to 30 s."

// probing is the row of the check that takes long.
func probing() CheckRow {
	return CheckRow{
		Status: "running", Word: "Under way", Title: "PocketBase reaches authentik", System: link.PB.Label(),
		Evidence: "Asking PocketBase's log, up to 30 s. PocketBase was handed a code that leads nowhere, and its log " +
			"tells what authentik answered.",
	}
}
