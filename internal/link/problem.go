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
}

// Problems are all that was found, in the order of the page.
type Problems []Problem

// Add appends a problem.
func (p *Problems) Add(field, summary, todo string) {
	*p = append(*p, Problem{Field: field, Summary: summary, Todo: todo})
}

// Error lists them all, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = strings.TrimSpace(one.Summary + " " + one.Todo)
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
	Field   string // the form field or spec path it belongs to, if any
	Summary string // what is, a full sentence
	Todo    string // what to do, a full sentence
	Kind    FaultKind
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
	s := f.System.Label() + ": " + f.Summary
	if f.Err != nil {
		s += " (" + f.Err.Error() + ")"
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }

// Words returns summary and what to do for any error: a Fault's own, or a
// general sentence that gives nothing away.
func Words(err error) (summary, todo string) {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Summary, f.Todo
	}
	if p, ok := errors.AsType[Problems](err); ok && len(p) > 0 {
		return p[0].Summary, p[0].Todo
	}
	return "Something went wrong inside authpocket.", "The log has the details. Nothing more was written."
}
