package link

import (
	"fmt"
	"slices"
	"strings"
)

// Message describes one thing that is wrong, in parts from which page, command and receipt are built.
type Message struct {
	System  System   `json:"system,omitempty" jsonschema:"enum=authentik,enum=pocketbase"`
	Field   string   `json:"field,omitempty"` // the form field or spec path to blame, if any
	Summary string   `json:"summary"`         // what is wrong, a full sentence
	Details []string `json:"details,omitempty"`
	Todo    string   `json:"todo,omitempty"` // what to do, full sentences
	Ways    []Way    `json:"ways,omitempty"` // alternative settings
	// Effect is what was written, nil if not stated.
	Effect *Effect `json:"-"`
	// Place is where the link file sets the field, nil without a link file.
	Place *Place `json:"place,omitempty"`
}

// Place is a place in a link file.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // from 1, 0 if unknown
	Column int    `json:"column,omitempty"`
}

// String returns the place as compilers write it, such as link.yaml:3:7.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, max(p.Column, 1))
}

// Way is a setting that solves a problem.
type Way struct {
	Key   string `json:"key"` // as in the link file
	Value string `json:"value"`
	For   string `json:"for"` // the purpose: "to replace it"
}

// UseExisting returns the setting that uses existing objects.
func UseExisting(what string) Way { return Way{Key: "existing", Value: string(ExistingUse), For: what} }

// MakeNew returns the setting that creates new objects.
func MakeNew(what string) Way { return Way{Key: "existing", Value: string(ExistingNew), For: what} }

// Reader is where a message is shown.
type Reader int

// The places.
const (
	OnPage Reader = iota // settings are called by their labels
	InFile               // settings are called by their keys in the link file
)

// What returns what is wrong, in one line.
func (m Message) What() string { return Joined(append([]string{m.Summary}, m.Details...)...) }

// Advice returns what was written and what to do, in one line.
func (m Message) Advice(r Reader) string {
	parts := []string{m.Todo}
	if m.Effect != nil {
		parts = []string{m.Effect.Words(), m.Todo}
	}
	for i, w := range m.Ways {
		parts = append(parts, w.words(r, i > 0 || m.Todo != ""))
	}
	return Joined(parts...)
}

// Text returns the whole message in one line.
func (m Message) Text(r Reader) string { return Joined(m.What(), m.Advice(r)) }

func (w Way) words(r Reader, other bool) string {
	how := "Set " + w.Key + ": " + w.Value
	if r == OnPage {
		how = "Choose " +
			Quote(map[string]string{string(ExistingUse): "use the existing application and provider",
				string(ExistingNew): "create a new application and provider"}[w.Value])
	}
	if other {
		how = "Or " + strings.ToLower(how[:1]) + how[1:]
	}
	return how + " " + w.For + "."
}

// Joined returns the non-empty parts, separated by spaces.
func Joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(one string) bool { return one == "" }), " ")
}

// Messages returns the messages of an error, or those of the errors that it wraps. nil if none has any.
func Messages(err error) []Message {
	switch e := err.(type) { //nolint:errorlint // each error of the chain is checked in turn
	case interface{ Messages() []Message }:
		return e.Messages()
	case interface{ Unwrap() error }:
		return Messages(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []Message
		for _, one := range e.Unwrap() {
			all = append(all, Messages(one)...)
		}
		return all
	}
	return nil
}

// MessageOf returns the first message of an error, or a general one that reveals nothing.
func MessageOf(err error) Message {
	if list := Messages(err); len(list) > 0 {
		return list[0]
	}
	return Message{Summary: "Something went wrong inside authpocket.", Todo: "The log has the details."}
}
