package changes

import (
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// Progress is what an apply's record says: the plan's changes and how far
// each has come. States are the engine's words.
type Progress struct {
	Changes []link.Change
	States  []string               // one per change; "waiting" when missing
	Failed  map[int][]link.Message // what failed changes say, by index
	Ended   bool
	Stopped *link.Stopped // why it ended before all was done, nil for a plan carried out

	Purpose  link.Purpose
	Restores bool   // the undo of a removal
	Again    string // URL of the review of a new plan of the same kind
	Back     string // where to go on after a plan for one thing
	Warnings []link.Warning
	// Checks are those that were made of a new client secret.
	Checks link.Checks
}

// NewApply makes the apply page of a record. events is where the rest of the
// story can be followed; it is left out once the record has ended.
func NewApply(h view.Head, in Progress, events string) ApplyPage {
	if in.Purpose == link.PurposeLink {
		h.Step = view.StepCaption(5)
	}
	p := ApplyPage{Head: h}
	for i, c := range in.Changes {
		p.Steps = append(p.Steps, newStep(in, i, c))
		if in.state(i) == "done" {
			p.Done++
		}
	}
	p.Status = fmt.Sprintf("%d of %s made", p.Done, view.Plural(len(p.Steps), "change", "changes"))
	if in.Ended {
		p.Outcome = applyOutcome(in, p.Done)
		p.Head.Title = "Changes made"
		switch {
		case in.failed():
			p.Head.Title = "Not all changes were made"
		case in.Purpose == link.PurposeUndo:
			p.Head.Title = "Undone"
		case in.Purpose == link.PurposeRemove:
			p.Head.Title = "The link is taken apart"
		}
		return p
	}
	if in.Purpose == link.PurposeRotate && p.Done == len(p.Steps) {
		p.Status += ". Checking the new secret."
	}
	p.Head.Title = "Making " + view.Plural(len(p.Steps), "change", "changes")
	p.Head.Live, p.Head.Refresh, p.Events = true, true, events
	return p
}

func (in Progress) state(i int) string {
	if i < len(in.States) && in.States[i] != "" {
		return in.States[i]
	}
	return "waiting"
}

func newStep(in Progress, i int, c link.Change) ApplyStep {
	s := ApplyStep{
		ID: fmt.Sprint("change-", i+1), State: in.state(i), Verb: verb(c.Action), Object: c.Object,
		System: c.System.Label(),
	}
	for _, m := range in.Failed[i] {
		m.Effect = nil // it is said of the whole apply, below
		s.Summary, s.Todo = strings.TrimSpace(s.Summary+" "+m.What()), strings.TrimSpace(s.Todo+" "+
			m.Advice(link.OnPage))
	}
	s.Word = map[string]string{"waiting": "Waiting", "running": "Under way", "done": "Done",
		"failed": "Failed"}[s.State]
	if s.State == "waiting" && in.Ended {
		s.Word = "Not begun"
	}
	return s
}

func (in Progress) failed() bool { return in.Stopped != nil || len(in.Failed) > 0 }

func applyOutcome(in Progress, done int) *view.Outcome {
	if !in.failed() {
		return goodOutcome(in, done)
	}
	o := &view.Outcome{Kind: "bad", Heading: "It stopped",
		Actions: []view.Action{{Label: "Review what is left", URL: in.again()}}}
	if in.Stopped == nil {
		return o
	}
	if in.Stopped.Stale {
		o.Heading, o.Actions[0].Label = "Something was changed since the preview", "Look at the new plan"
	}
	if len(in.Failed) > 0 { // which say why
		o.Text = in.Stopped.Words() + " Put right what is said above; the next review lists only what is left."
		return o
	}
	for i, m := range in.Stopped.Messages() {
		switch {
		case i > 0:
			o.Lines = append(o.Lines, m.Text(link.OnPage))
		case in.Stopped.Stale:
			o.Text, o.Lines = m.Advice(link.OnPage), m.Details
		default:
			o.Heading, o.Text, o.Lines = m.Summary, m.Advice(link.OnPage), m.Details
		}
	}
	return o
}

func (in Progress) again() string {
	if in.Again == "" {
		return "/review"
	}
	return in.Again
}

// goodOutcome is for a plan that was carried out whole.
func goodOutcome(in Progress, done int) *view.Outcome {
	o := &view.Outcome{Kind: "good", Heading: "All changes were made and read back",
		Text: "What is left is to check that a sign-in will work.", Check: true}
	if done == 0 {
		o.Heading = "Nothing had to be written"
	}
	if in.Back != "" {
		o.Check, o.Actions = false, []view.Action{{Label: "Go on with the test", URL: in.Back},
			{Label: "Check again", URL: "/verify"}}
	}
	switch in.Purpose {
	case link.PurposeUndo:
		o.Heading, o.Text, o.Check = pastTense(done), "Both systems are as they were before.", false
		if in.Restores {
			o.Heading = "The link is there again"
		}
		o.Lines = lost(in.Warnings)
		if len(o.Lines) > 0 {
			o.Text = "Both systems are as they were before, but for what could not come back:"
		}
		o.Actions = []view.Action{{Label: "See the receipts", URL: "/receipts"}, {Label: "Look at the settings",
			URL: "/settings"}}
	case link.PurposeRemove:
		o.Heading, o.Check = "People can no longer sign in with authentik", false
		o.Text = "Every change was made and read back. What stays: the accounts that people have in PocketBase."
		o.Lines = details(in.Warnings)
		o.Actions = []view.Action{{Label: "See the receipts", URL: "/receipts"}, {Label: "Start", URL: "/"}}
	case link.PurposeRotate:
		rotated(o, in.Checks)
	}
	return o
}

func pastTense(n int) string {
	if n == 1 {
		return "1 change was undone"
	}
	return fmt.Sprint(n, " changes were undone")
}

// lost are the sentences on what an undo could not put back.
func lost(warnings []link.Warning) []string {
	var lines []string
	for _, w := range warnings {
		if w.ID == link.WarnLost {
			lines = append(lines, w.Summary+" "+w.Detail)
		}
	}
	return lines
}

// details are the sentences of warnings.
func details(warnings []link.Warning) []string {
	var lines []string
	for _, w := range warnings {
		lines = append(lines, strings.TrimSpace(w.Summary+" "+w.Detail))
	}
	return lines
}

// rotated says what the checks say of a new client secret.
func rotated(o *view.Outcome, checks link.Checks) {
	o.Check, o.Text = false, "Checks: "+proof.Tally(checks)
	o.Heading = "Both sides have the new client secret"
	see := view.Action{Label: "See the checks", URL: "/verify"}
	o.Actions = []view.Action{see, {Label: "Back to the link", URL: "/done"}}
	refused := slices.ContainsFunc(checks, func(c link.Check) bool {
		return c.Status == link.Fail &&
			c.Cause == link.CauseInvalidClient
	})
	switch {
	case refused:
		o.Kind, o.Heading = "bad", "The new client secret is not accepted"
		o.Text += " People cannot sign in until this is put right. The old secret can be given to both sides again."
	case checks.Failed():
		o.Kind, o.Heading = "bad", "Both sides have the new client secret, but a check failed"
		o.Text += " If it did not fail before, the old secret can be given to both sides again."
	case checks.Count(link.Pass) == 0:
		o.Kind = "warn"
		o.Text = "Nothing could be measured, so try a sign-in. The old secret can be given to both sides again."
	default:
		return
	}
	o.Actions = []view.Action{{Label: "Go back to the old secret", URL: "/rotate/back"}, see}
}
