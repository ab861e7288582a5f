package changes

import (
	"cmp"
	"fmt"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// Progress is an apply's record: the plan's changes and the state of each, in
// the engine's words.
type Progress struct {
	Changes []link.Change
	States  []string                 // one per change; "waiting" when missing
	Failed  map[int][]report.Message // the errors of failed changes, by index
	Ended   bool
	Stopped *report.Stopped // why it ended early, nil where all changes were applied

	Purpose  link.Purpose
	Restores bool   // the undo of a removal
	Again    string // URL of the review of a new plan of the same kind
	Back     string // where to continue after a plan that fixes one problem
	OneWay   bool   // ways in were taken away, after a proof
	Tries    bool   // the only way in got another client secret, which is tried before the apply ends
	Warnings []link.Warning
	// Restored says why the client ID and secret from before were restored, nil if they were not.
	Restored *report.Message
	// Checks are the checks of a new client secret.
	Checks report.Checks
	Proof  Proof
}

// NewApply returns the apply page of a record. events is the URL of the stream
// of its later entries, left out once the record has ended.
func NewApply(h view.Head, in Progress, events string) ApplyPage {
	if in.Purpose == link.PurposeLink {
		h.Step = view.StepCaption(5)
	}
	p := ApplyPage{Head: h}
	for i, c := range in.Changes {
		p.Steps = append(p.Steps, newStep(in, i, &c))
		if in.state(i) == "done" {
			p.Done++
		}
	}
	p.Status = say.Of("%d of %s applied", p.Done, countChanges(len(p.Steps)))
	if in.Purpose == link.PurposeProof {
		return p.proof(in, events)
	}
	if in.Ended {
		p.Outcome = applyOutcome(in, p.Done)
		p.Head.Title = say.Of("Changes applied")
		switch {
		case in.failed():
			p.Head.Title = say.Of("Some changes were not applied")
		case in.Purpose == link.PurposeUndo:
			p.Head.Title = say.Of("Undone")
		case in.Purpose == link.PurposeRemove:
			p.Head.Title = say.Of("The link was removed")
		case in.Purpose == link.PurposeSignOut:
			p.Head.Title = say.Of("Signed out")
		}
		return p
	}
	if (in.Purpose == link.PurposeRotate || in.Tries) && p.Done == len(p.Steps) {
		p.Status = say.Of("%d of %s applied. Checking the new secret.", p.Done, countChanges(len(p.Steps)))
	}
	p.Head.Title = say.Count(len(p.Steps), "Applying %d change", "Applying %d changes")
	p.Head.Live, p.Head.Refresh, p.Events = true, true, events
	return p
}

func (in Progress) state(i int) string {
	if i < len(in.States) {
		return cmp.Or(in.States[i], "waiting")
	}
	return "waiting"
}

func newStep(in Progress, i int, c *link.Change) ApplyStep {
	s := ApplyStep{
		ID: fmt.Sprint("change-", i+1), State: in.state(i), Title: task(c), System: c.System.Label(),
	}
	for _, m := range in.Failed[i] {
		m.Effect = nil // the outcome says it for the whole apply
		s.Summary, s.Todo = say.Join(s.Summary, m.What()), say.Join(s.Todo, m.Advice(report.OnPage))
	}
	s.Word = map[string]say.Text{"waiting": say.Of("Waiting"), "running": say.Of("In progress"),
		"done": say.Of("Done"), "failed": say.Of("Failed")}[s.State]
	if s.State == "waiting" && in.Ended {
		s.Word = say.Of("Not started")
	}
	return s
}

func (in Progress) failed() bool {
	return in.Stopped != nil || len(in.Failed) > 0 || in.Restored != nil
}

func applyOutcome(in Progress, done int) *view.Outcome {
	if !in.failed() {
		return goodOutcome(in, done)
	}
	o := &view.Outcome{Kind: "bad", Heading: say.Of("The apply stopped"),
		Actions: []view.Action{{Label: say.Of("Review what is left"), URL: cmp.Or(in.Again, "/review")}}}
	if in.Restored != nil {
		o.Heading, o.Text = in.Restored.Summary, in.Restored.Todo
		o.Actions = append(o.Actions, view.Action{Label: say.Of("View check results"), URL: "/verify"})
		return o
	}
	if in.Stopped == nil {
		return o
	}
	if in.Stopped.Stale {
		o.Heading, o.Actions[0].Label = say.Of("Something changed since the review"), say.Of("Review again")
	}
	if len(in.Failed) > 0 { // which say why
		o.Text = say.Join(in.Stopped.Words(),
			say.Of("Fix the problem above. The next review lists only what is left."))
		return o
	}
	for i, m := range in.Stopped.Messages() {
		switch {
		case i > 0:
			o.Lines = append(o.Lines, m.Text(report.OnPage))
		case in.Stopped.Stale:
			o.Text, o.Lines = m.Advice(report.OnPage), m.Details
		default:
			o.Heading, o.Text, o.Lines = m.Summary, m.Advice(report.OnPage), m.Details
		}
	}
	return o
}

// goodOutcome returns the outcome of a plan whose changes were all applied.
func goodOutcome(in Progress, done int) *view.Outcome {
	o := &view.Outcome{Kind: "good", Heading: say.Of("All changes were applied and read back"),
		Text: say.Of("Now check that sign-in works."), Check: true,
		Actions: []view.Action{{Label: say.Of("Prove it now"), URL: "/prove"}}}
	if done == 0 {
		o.Heading = say.Of("No changes were needed")
	}
	switch {
	case in.OneWay && !link.TurnsOff(in.Changes):
		o.Heading = say.Of("The old slot is removed")
		o.Text, o.Check = say.Of("To add it again, undo this in the history."), false
		o.Actions = []view.Action{{Label: say.Of("Back to the link"), URL: "/done"},
			{Label: report.RunReceipts.Label(), URL: "/receipts"}}
	case in.OneWay:
		o.Heading = say.Of("Passwords are turned off")
		o.Text, o.Check = say.Of("Superusers keep their password. To turn passwords on again, undo this in the "+
			"history."), false
		o.Actions = []view.Action{{Label: say.Of("Back to the link"), URL: "/done"},
			{Label: report.RunReceipts.Label(), URL: "/receipts"}}
	case in.Back != "":
		o.Check, o.Actions = false, []view.Action{{Label: say.Of("Continue the test"), URL: in.Back},
			{Label: say.Of("Check again"), URL: "/verify"}}
	}
	switch in.Purpose {
	case link.PurposeUndo:
		o.Heading = say.Count(done, "%d change was undone", "%d changes were undone")
		o.Text, o.Check = say.Of("Both systems are as they were before."), false
		if in.Restores {
			o.Heading = say.Of("The link was restored")
		}
		o.Lines = details(in.Warnings, report.WarnLost)
		if len(o.Lines) > 0 {
			o.Text = say.Of("Both systems are as they were before, except for what could not be restored:")
		}
		o.Actions = []view.Action{{Label: say.Of("View history"), URL: "/receipts"},
			{Label: say.Of("Change the settings"), URL: "/settings"}}
	case link.PurposeRemove:
		o.Heading, o.Check = say.Of("People can no longer sign in with authentik"), false
		o.Text = say.Of("All changes were applied and read back. PocketBase accounts were kept.")
		o.Lines = details(in.Warnings, "")
		o.Actions = []view.Action{{Label: say.Of("View history"), URL: "/receipts"},
			{Label: say.Of("Go to start"), URL: "/"}}
	case link.PurposeSignOut:
		o.Heading, o.Check = words.Did(in.Purpose, "", in.Changes[:done]), false
		o.Text = say.Of("PocketBase accepts none of their old tokens. Anyone still allowed in can sign in again.")
		o.Actions = []view.Action{{Label: say.Of("Back to the people"), URL: "/people"}}
	case link.PurposeRotate:
		rotated(o, in.Checks, in.Again == RestoreURL)
	}
	return o
}

// details returns each warning as one line, or only those with that ID.
func details(warnings []link.Warning, only report.WarningID) []say.Text {
	var lines []say.Text
	for _, w := range warnings {
		if only == "" || w.ID == only {
			lines = append(lines, say.Join(w.Summary, w.Advice(report.OnPage)))
		}
	}
	return lines
}

// rotated sets the outcome of a rotation from the checks of the client secret, which is the new one or again the old.
func rotated(o *view.Outcome, checks report.Checks, restored bool) {
	o.Check, o.Text = false, say.Of("Checks: %s", proof.Tally(checks))
	o.Heading = say.Of("Both systems use the new client secret")
	see := view.Action{Label: say.Of("View check results"), URL: "/verify"}
	o.Actions = []view.Action{see, {Label: say.Of("Back to the link"), URL: "/done"}}
	if restored {
		if o.Heading = say.Of("Both systems use the old client secret"); checks.Failed() {
			o.Kind = "bad"
		}
		return
	}
	refused := slices.ContainsFunc(checks, func(c report.Check) bool {
		return c.Status == report.Fail && c.Cause == report.CauseInvalidClient
	})
	switch {
	case refused:
		o.Kind, o.Heading = "bad", say.Of("The new client secret is rejected")
		o.Text = say.Join(o.Text, say.Of("Users cannot sign in until this is fixed. You can restore the old secret on "+
			"both systems."))
	case checks.Failed():
		o.Kind, o.Heading = "bad", say.Of("Both systems use the new client secret, but a check failed")
		o.Text = say.Join(o.Text, say.Of("If this check passed before, you can restore the old secret on both "+
			"systems."))
	case checks.Unreached() != nil:
		o.Kind = "warn"
		o.Text = say.Join(o.Text, checks.Unknown(), checks.Unreached().Todo)
	case !checks.Good():
		o.Kind = "warn"
		o.Text = say.Of("The checks could not run, so test a sign-in. You can restore the old secret on both systems.")
	default:
		return
	}
	o.Actions = []view.Action{{Label: say.Of("Restore the old secret"), URL: RestoreURL}, see}
}
