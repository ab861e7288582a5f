package report

import (
	"errors"

	"authpocket/internal/say"
)

// Fault is an error of an outside system, described for the admin. The log gets the chain of Err. Neither contains a
// secret.
type Fault struct {
	System  System
	Field   string     // the form field or spec path it belongs to, if any
	Summary say.Text   // what is wrong, a full sentence
	Details []say.Text // more about it, full sentences
	Todo    say.Text   // what to do, a full sentence
	Ways    []Way      // alternative settings
	Kind    FaultKind
	Written Written // what the failed change wrote
	Err     error
}

// FaultKind is the kind of a fault, for callers that act on it.
type FaultKind string

// The kinds of fault.
const (
	FaultOther       FaultKind = ""
	FaultUnreachable FaultKind = "unreachable" // no response: refused, DNS, TLS, timeout
	FaultNotThis     FaultKind = "not-this"    // another product responds
	FaultTooOld      FaultKind = "too-old"     // or too new for this authpocket
	FaultThrottled   FaultKind = "throttled"   // too many requests
	FaultToken       FaultKind = "token"       // credentials refused
	FaultPermission  FaultKind = "permission"  // authenticated, but not allowed
	FaultRefused     FaultKind = "refused"     // the values were refused
	FaultUnknown     FaultKind = "unknown"     // a write whose outcome is not known
	FaultStale       FaultKind = "stale"       // changed since the plan was made
	FaultMFA         FaultKind = "mfa"         // a one-time password is required
)

// Error returns the fault and its cause in one line, for the log.
func (f *Fault) Error() string {
	s := say.Join(append([]say.Text{f.Summary}, f.Details...)...).String()
	if f.System != "" {
		s = f.System.Label() + ": " + s
	}
	if f.Err != nil {
		s += " (" + f.Err.Error() + ")"
	}
	return s
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// IsStale reports whether the error is a fault because something changed since the plan was made.
func IsStale(err error) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Kind == FaultStale
}

// Messages returns the fault as one message. A fault that it wraps is only logged.
func (f *Fault) Messages() []Message {
	m := Message{System: f.System, Field: f.Field, Summary: f.Summary, Details: f.Details, Todo: f.Todo, Ways: f.Ways}
	if f.Written != WrittenUnknown {
		m.Effect = &Effect{Change: f.Written}
	}
	return []Message{m}
}
