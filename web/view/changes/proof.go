package changes

import (
	"cmp"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// Proof is what came of a proof.
type Proof struct {
	Check    report.Check    // without an ID if there was no sign-in
	SignedIn report.SignedIn // zero if nobody could sign in
	Result   string          // URL of the page of the sign-in, empty for none
}

// proof sets the words of a proof's page.
func (p ApplyPage) proof(in Progress, events string) ApplyPage {
	if !in.Ended {
		p.Head.Title = say.Of("Proving that sign-in works")
		p.Head.Live, p.Head.Refresh, p.Events = true, true, events
		return p
	}
	p.Head.Title, p.Outcome = say.Of("Proof"), proofOutcome(in)
	if in.Proof.Check.Status == report.Pass && in.Stopped == nil {
		p.Head.Title = say.Of("Sign-in works")
	}
	return p
}

func proofOutcome(in Progress) *view.Outcome {
	c := in.Proof.Check
	o := &view.Outcome{Text: c.Evidence}
	try := view.Action{Label: say.Of("Test sign-in"), URL: "/signin"}
	again := view.Action{Label: say.Of("Prove it again"), URL: "/prove"}
	switch {
	case c.ID == "":
		o.Kind, o.Heading, o.Actions = "bad", say.Of("There was no sign-in"), []view.Action{again, try}
	case c.Status == report.Pass:
		o.Kind, o.Heading = "good", proof.Headline(report.Checks{c}, in.Proof.SignedIn)
		o.Actions = []view.Action{{Label: say.Of("Check results"), URL: "/verify"},
			{Label: say.Of("Finish"), URL: "/done"}}
	case c.Status == report.Skipped:
		o.Kind, o.Heading, o.Actions = "warn", say.Of("This sign-in takes a person"), []view.Action{try}
	default:
		o.Kind, o.Heading = "bad", cmp.Or(proof.CauseTitle(c.Cause), say.Of("Sign-in failed"))
		if fix := proof.Fix(c.Cause); fix != nil {
			o.Actions = append(o.Actions, *fix)
		}
		o.Actions = append(o.Actions, again)
	}
	if in.Proof.Result != "" {
		o.Actions = append(o.Actions, view.Action{Label: say.Of("View the sign-in"), URL: in.Proof.Result})
	}
	if todo := c.Advice(report.OnPage); !todo.Empty() {
		o.Lines = append(o.Lines, say.Of("What to do: %s", todo))
	}
	if in.Stopped == nil {
		o.Lines = append(o.Lines, say.Of("The person and the account that the proof made are deleted again."))
		return o
	}
	o.Kind = "bad"
	for _, m := range report.Messages(in.Stopped.Err) {
		o.Lines = append(o.Lines, m.Text(report.OnPage))
	}
	return o
}
