package link

import (
	"errors"
	"strings"
)

// Written is what came of a write that failed. The zero value claims nothing.
type Written string

// The answers to whether a write had an effect.
const (
	WrittenUnknown Written = ""
	WrittenNone    Written = "none"
	WrittenSome    Written = "some"
)

// Secrets is what an apply that stopped left as the client secrets of the two
// systems, where it had given authentik another one.
type Secrets string

// The states of the client secrets.
const (
	SecretsUntouched Secrets = ""
	SecretsBack      Secrets = "back"   // authentik was given its old one again
	SecretsDiffer    Secrets = "differ" // the two systems may have different ones
)

// Effect is what an apply that stopped has done to the two systems. The zero
// value claims nothing.
type Effect struct {
	Made    int     // changes that were made before
	Between bool    // it stopped before or between changes, so none was under way
	Change  Written // what came of the change under way
	Secrets Secrets
}

// Written sums up what was written.
func (e Effect) Written() Written {
	switch {
	case e.Made > 0:
		return WrittenSome
	case e.Between:
		return WrittenNone
	}
	return e.Change
}

// Words says what was written, in the words that page, command and receipt
// share.
func (e Effect) Words() string {
	var said []string
	switch {
	case e.Written() == WrittenNone:
		said = append(said, "Nothing was written.")
	case e.Between:
		said = append(said, "What was done before stays.")
	case e.Made > 0 && e.Change == WrittenNone:
		said = append(said, "The failed change was not made; what was done before it stays.")
	case e.Made > 0 && e.Change == WrittenSome:
		said = append(said, "The failed change was written, and what was done before it stays.")
	case e.Made > 0:
		said = append(said, "It is not known whether the failed change was written; what was done before it stays.")
	case e.Change == WrittenSome:
		said = append(said, "The failed change was written.")
	default:
		said = append(said, "It is not known whether anything was written.")
	}
	switch e.Secrets {
	case SecretsBack:
		said = append(said, "authentik was given its old client ID and secret back, so sign-ins work as before.")
	case SecretsDiffer:
		said = append(said, "The two systems may have different client secrets now: sign-ins fail until this is "+
			"applied again.")
	}
	return strings.Join(said, " ")
}

// WrittenBy returns what came of the change that an adapter's error is about.
// An error that does not say leaves it open.
func WrittenBy(err error) Written {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Written
	}
	return WrittenUnknown
}

// Stopped is the error of an apply that did not carry out its plan. It wraps
// the cause and knows what was written until then.
type Stopped struct {
	Effect
	Stale bool // what the plan was made from has changed since
	Err   error
}

func (s *Stopped) Error() string { return s.Err.Error() }

func (s *Stopped) Unwrap() error { return s.Err }

// Messages returns those of the cause. What was written is said once, with the
// first of them: an adapter knows its own change alone.
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
