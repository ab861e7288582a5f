package output

import (
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Outcomes holds the state of each change of a plan.
type Outcomes []Outcome

// Outcome is a change and what became of it.
type Outcome struct {
	link.Change
	State   apply.State `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed"`
	Summary say.Text    `json:"summary,omitzero"`
	Todo    say.Text    `json:"todo,omitzero"`
}

// NewOutcomes returns those of a plan that has not begun.
func NewOutcomes(plan *link.Plan) Outcomes {
	list := make(Outcomes, len(plan.Changes))
	for i, c := range plan.Changes {
		list[i] = Outcome{Change: c, State: apply.Waiting}
	}
	return list
}

func (o Outcomes) take(e *apply.Event) {
	if e.Index < len(o) {
		one := Outcome{Change: e.Change, State: e.State}
		if len(e.Messages) > 0 {
			one.Summary, one.Todo = e.Messages[0].What(), e.Messages[0].Advice(report.InFile)
		}
		o[e.Index] = one
	}
}

// Done returns how many changes were made.
func (o Outcomes) Done() int {
	done := 0
	for _, one := range o {
		if one.State == apply.Done {
			done++
		}
	}
	return done
}
