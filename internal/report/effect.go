package report

import (
	"errors"

	"authpocket/internal/say"
)

// Written is how much of a failed write took effect. The zero value is unknown.
type Written string

// The values of Written.
const (
	WrittenUnknown Written = ""
	WrittenNone    Written = "none"
	WrittenSome    Written = "some"
)

// Secrets is the state of the two client secrets after an apply that stopped.
type Secrets string

// The states of the client secrets.
const (
	SecretsUntouched Secrets = ""
	SecretsBack      Secrets = "back"     // authentik has its previous one again
	SecretsReplaced  Secrets = "replaced" // both systems have the one that another program wrote meanwhile
	SecretsDiffer    Secrets = "differ"   // the two systems may have different ones
)

// Effect is what an apply wrote before it stopped. The zero value is unknown.
type Effect struct {
	Made    int     // changes made before
	Between bool    // it stopped before or between changes, not during one
	Change  Written // how much of the failed change took effect
	Secrets Secrets
}

// Written summarises what was written.
func (e Effect) Written() Written {
	switch {
	case e.Made > 0:
		return WrittenSome
	case e.Between:
		return WrittenNone
	}
	return e.Change
}

// Words returns what was written, worded alike for page, command and receipt.
func (e Effect) Words() say.Text {
	var said []say.Text
	switch {
	case e.Written() == WrittenNone:
		said = append(said, say.Of("Nothing was written."))
	case e.Between:
		said = append(said, say.Of("Earlier changes stay."))
	case e.Made > 0 && e.Change == WrittenNone:
		said = append(said, say.Of("The failed change was not written; earlier changes stay."))
	case e.Made > 0 && e.Change == WrittenSome:
		said = append(said, say.Of("The failed change was written, and earlier changes stay."))
	case e.Made > 0:
		said = append(said, say.Of("It is unclear whether the failed change was written; earlier changes stay."))
	case e.Change == WrittenSome:
		said = append(said, say.Of("The failed change was written."))
	default:
		said = append(said, say.Of("It is unclear whether anything was written."))
	}
	switch e.Secrets {
	case SecretsBack:
		said = append(said, say.Of("authentik has its previous client ID and secret again, so sign-ins work as "+
			"before."))
	case SecretsReplaced:
		said = append(said, say.Of("Another program changed the client secret at the same time. Both systems have "+
			"that one, so sign-ins work."))
	case SecretsDiffer:
		said = append(said, say.Of("The two systems may have different client secrets now. Sign-ins fail until you "+
			"apply this again."))
	}
	return say.Join(said...)
}

// WrittenBy returns how much of the change an adapter's error is about was written, WrittenUnknown if the error
// doesn't tell.
func WrittenBy(err error) Written {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Written
	}
	return WrittenUnknown
}

// WithWritten returns the error with what was written in a copy of its fault.
func WithWritten(err error, w Written) error {
	f, ok := errors.AsType[*Fault](err)
	if !ok {
		return err
	}
	told := *f
	told.Written = w
	return &told
}

// Stopped is the error of an apply that did not complete its plan. It wraps the cause and holds what was written.
type Stopped struct {
	Effect
	Stale bool // something changed since the plan was made
	Err   error
}

// StoppedBetween returns the error of an apply that stopped between two changes, nil if err is.
func StoppedBetween(made int, err error) error {
	if err == nil {
		return nil
	}
	return &Stopped{Effect: Effect{Made: made, Between: true}, Stale: IsStale(err), Err: err}
}

// Error returns the cause's text.
func (s *Stopped) Error() string { return s.Err.Error() }

// Unwrap returns the cause.
func (s *Stopped) Unwrap() error { return s.Err }

// Messages returns the messages of the cause, the first one with the effect of the whole apply: an adapter
// knows only its own change.
func (s *Stopped) Messages() []Message {
	list := Messages(s.Err)
	if len(list) == 0 {
		list = []Message{MessageOf(s.Err)}
	}
	for i := range list {
		list[i].Effect = nil
	}
	list[0].Effect = &s.Effect
	return list
}
