package report

import (
	"slices"
	"strings"

	"authpocket/internal/say"
)

// Problem is one thing that the admin has to fix before there can be a plan. Field is the path in the spec, such as
// "application.slug", and empty if no single field is to blame.
type Problem struct {
	Field   string   `json:"field"`
	Summary say.Text `json:"summary"` // what is wrong
	Todo    say.Text `json:"todo"`    // what to do
	Ways    []Way    `json:"ways,omitempty"`
	NoLink  bool     `json:"-"` // the link does not exist
}

// Message returns the problem as a message.
func (p Problem) Message() Message {
	return Message{Field: p.Field, Summary: p.Summary, Todo: p.Todo, Ways: p.Ways}
}

// Problems is a list of problems, in the order of the settings page.
type Problems []Problem

// Add appends a problem.
func (p *Problems) Add(field string, summary, todo say.Text, ways ...Way) {
	*p = append(*p, Problem{Field: field, Summary: summary, Todo: todo, Ways: ways})
}

// NoLink reports whether there is no link yet.
func (p Problems) NoLink() bool {
	return slices.ContainsFunc(p, func(one Problem) bool { return one.NoLink })
}

// Messages returns one message for each problem.
func (p Problems) Messages() []Message {
	list := make([]Message, 0, len(p))
	for _, one := range p {
		list = append(list, one.Message())
	}
	return list
}

// Error returns all problems, one per line.
func (p Problems) Error() string {
	var lines []string
	for _, one := range p {
		line := one.Message().Text(InFile).String()
		if one.Field != "" {
			line = Key(one.Field) + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Err returns p as an error, nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
