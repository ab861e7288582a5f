package link

import (
	"errors"
	"strings"
)

// Problem is one thing that a person has to put right before there can be a
// plan. Field is the spec's path, such as "application.slug", and empty where
// no single field is to blame.
type Problem struct {
	Field   string `json:"field"`
	Summary string `json:"summary"` // what is
	Todo    string `json:"todo"`    // what to do
	Ways    []Way  `json:"ways,omitempty"`
}

// Message returns the problem in parts for people.
func (p Problem) Message() Message {
	return Message{Field: p.Field, Summary: p.Summary, Todo: p.Todo, Ways: p.Ways}
}

// Problems are all that was found, in the order of the page.
type Problems []Problem

// Add appends a problem.
func (p *Problems) Add(field, summary, todo string, ways ...Way) {
	*p = append(*p, Problem{Field: field, Summary: summary, Todo: todo, Ways: ways})
}

// Messages returns one for each problem.
func (p Problems) Messages() []Message {
	list := make([]Message, len(p))
	for i, one := range p {
		list[i] = one.Message()
	}
	return list
}

// Error lists them all, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Message().Text(InFile)
		if one.Field != "" {
			lines[i] = one.Field + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// Err returns p as an error, nil when there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Fault is an error of an outside system in words for people. The log gets
// the chain of Err; neither has a secret.
type Fault struct {
	System  System
	Field   string   // the form field or spec path it belongs to, if any
	Summary string   // what is, a full sentence
	Details []string // more of it, a full sentence each
	Todo    string   // what to do, a full sentence
	Ways    []Way    // settings that would do instead
	Kind    FaultKind
	Written Written // what came of the change that failed
	Err     error
}

// FaultKind lets callers act on a fault without reading its words.
type FaultKind string

// The kinds of fault.
const (
	FaultOther       FaultKind = ""
	FaultUnreachable FaultKind = "unreachable" // no answer: refused, DNS, TLS, timeout
	FaultNotThis     FaultKind = "not-this"    // answers, but is another product
	FaultTooOld      FaultKind = "too-old"
	FaultToken       FaultKind = "token"      // credentials refused
	FaultPermission  FaultKind = "permission" // known, but not allowed
	FaultRefused     FaultKind = "refused"    // the values were refused
	FaultUnknown     FaultKind = "unknown"    // a write whose outcome is not known
	FaultStale       FaultKind = "stale"      // changed since the plan was made
	FaultMFA         FaultKind = "mfa"        // a one-time password is asked for
)

func (f *Fault) Error() string {
	s := f.System.Label() + ": " + Joined(append([]string{f.Summary}, f.Details...)...)
	if f.Err != nil {
		s += " (" + f.Err.Error() + ")"
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }

// IsStale reports whether an error says that something has changed since the
// plan was made.
func IsStale(err error) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Kind == FaultStale
}

// Messages returns the fault's own. A fault of another system inside it is for
// the log.
func (f *Fault) Messages() []Message {
	m := Message{System: f.System, Field: f.Field, Summary: f.Summary, Details: f.Details, Todo: f.Todo, Ways: f.Ways}
	if f.Written != WrittenUnknown {
		m.Effect = &Effect{Change: f.Written}
	}
	return []Message{m}
}
