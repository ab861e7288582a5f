package view

import (
	"fmt"

	"authpocket/internal/link"
)

// Progress is what an apply's record says: the plan's changes and how far
// each has come. States are the engine's words.
type Progress struct {
	Changes []link.Change
	States  []string // one per change; "waiting" when missing
	// Words are the summaries and what to do of failed changes, by index.
	Failed  map[int]Note
	Ended   bool
	Failure *Note // why it ended before or between changes, nil for none
}

// NewApply makes the apply page of a record. events is where the rest of the
// story can be followed; it is left out once the record has ended.
func NewApply(h Head, in Progress, events string) ApplyPage {
	h.Step = step(5)
	p := ApplyPage{Head: h}
	for i, c := range in.Changes {
		p.Steps = append(p.Steps, newStep(in, i, c))
		if in.state(i) == "done" {
			p.Done++
		}
	}
	p.Status = fmt.Sprintf("%d of %s made", p.Done, plural(len(p.Steps), "change", "changes"))
	if in.Ended {
		p.Outcome = applyOutcome(in, p.Done)
		p.Head.Title = "Changes made"
		if p.Outcome.Kind == "bad" {
			p.Head.Title = "Not all changes were made"
		}
		return p
	}
	p.Head.Title = "Making " + plural(len(p.Steps), "change", "changes")
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
		ID: fmt.Sprint("change-", i+1), State: in.state(i), Verb: verb(c.Action), Object: c.Object, System: c.System.Label(),
		Summary: in.Failed[i].Heading, Todo: in.Failed[i].Text,
	}
	s.Word = map[string]string{"waiting": "Waiting", "running": "Under way", "done": "Done", "failed": "Failed"}[s.State]
	if s.State == "waiting" && in.Ended {
		s.Word = "Not begun"
	}
	return s
}

func applyOutcome(in Progress, done int) *Outcome {
	if in.Failure == nil && len(in.Failed) == 0 {
		return &Outcome{Kind: "good", Heading: "All changes were made and read back", Text: "What is left is to check that a sign-in will work.", Check: true}
	}
	o := &Outcome{Kind: "bad", Heading: "It stopped", Actions: []Action{{"Review what is left", "/review"}}}
	switch {
	case in.Failure != nil:
		o.Heading, o.Text = in.Failure.Heading, in.Failure.Text
	case done == 0:
		o.Text = "Nothing was written. Put right what is said above and review again."
	default:
		o.Text = "What was made before stays. Put right what is said above; the next review lists only what is left."
	}
	return o
}
