package view

import (
	"strings"

	"authpocket/internal/link"
)

// VerifyInput is what a run of the checks has brought.
type VerifyInput struct {
	Begun, Ended bool
	Checks       link.Checks
}

// NewVerify makes the verify page. events is where a run that is under way
// can be followed.
func NewVerify(h Head, in VerifyInput, events string) VerifyPage {
	h.Step = step(6)
	p := VerifyPage{Head: h, Begun: in.Begun, Running: in.Begun && !in.Ended}
	p.Head.Title = "Check that it works"
	if p.Running {
		p.Head.Title = "Checking"
		p.Head.Live, p.Head.Refresh, p.Events = true, true, events
	}
	if in.Begun && in.Ended {
		p.Head.Title = "What the checks say"
		p.Outcome = verifyOutcomeOf(in.Checks)
		p.Groups = checkGroups(in.Checks)
	}
	return p
}

func verifyOutcomeOf(checks link.Checks) *Outcome {
	failed, warned, skipped := checks.Count(link.Fail), checks.Count(link.Warn), checks.Count(link.Skipped)
	o := &Outcome{Text: tally(checks)}
	finish := Action{"Finish", "/done"}
	switch {
	case failed > 0:
		o.Kind, o.Heading = "bad", plural(failed, "check failed", "checks failed")+", so sign-in may not work"
		o.Actions = []Action{{"Change the settings", "/settings"}, {"Finish anyway", "/done"}}
	case checks.Count(link.Pass) == 0:
		o.Kind, o.Heading = "warn", "Nothing could be measured"
		o.Actions = []Action{finish}
	case warned > 0:
		o.Kind, o.Heading = "warn", "It works, with "+plural(warned, "thing", "things")+" to look at"
		o.Actions = []Action{finish}
	case skipped > 0:
		o.Kind, o.Heading = "good", "All that could be measured is right"
		o.Actions = []Action{finish}
	default:
		o.Kind, o.Heading = "good", "All checks passed"
		o.Actions = []Action{finish}
	}
	return o
}

// tally counts the outcomes in words, none left out.
func tally(checks link.Checks) string {
	var parts []string
	add := func(s link.Status, one, many string) {
		if n := checks.Count(s); n > 0 {
			parts = append(parts, plural(n, one, many))
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
		{link.Fail, "To put right"}, {link.Warn, "To look at"}, {link.Pass, "Passed"}, {link.Skipped, "Not measured"},
	}
	var groups []CheckGroup
	for _, h := range headings {
		g := CheckGroup{Heading: h.heading}
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
	words := map[link.Status]string{link.Pass: "Passed", link.Warn: "Warning", link.Fail: "Failed", link.Skipped: "Not measured"}
	return CheckRow{
		Status: string(c.Status), Word: words[c.Status], Title: c.Title, System: c.System.Label(),
		Evidence: c.Evidence, Remedy: c.Remedy,
	}
}
