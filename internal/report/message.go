package report

import (
	"fmt"
	"strings"

	"authpocket/internal/say"
)

// Message describes one thing that is wrong, in parts from which page, command and receipt are built.
type Message struct {
	System  System     `json:"system,omitempty" jsonschema:"enum=authentik,enum=pocketbase"`
	Field   string     `json:"field,omitempty"` // the form field or spec path to blame, if any
	Summary say.Text   `json:"summary"`         // what is wrong, a full sentence
	Details []say.Text `json:"details,omitempty"`
	Todo    say.Text   `json:"todo,omitzero"`  // what to do, full sentences
	Ways    []Way      `json:"ways,omitempty"` // alternative settings
	// Effect is what was written, nil if not stated.
	Effect *Effect `json:"-"`
	// Place is where the link file sets the field, nil without a link file.
	Place *Place `json:"place,omitempty"`
}

// Key returns a field as its path in a link file reads, such as pocketbase.groups[0].field.
func Key(field string) string {
	var key strings.Builder
	for i, part := range strings.Split(field, ".") {
		switch entry := part != "" && strings.Trim(part, "0123456789") == ""; {
		case entry && i > 0:
			key.WriteString("[" + part + "]")
		case i > 0:
			key.WriteString("." + part)
		default:
			key.WriteString(part)
		}
	}
	return key.String()
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

// Reader is where a message is shown.
type Reader int

// The places.
const (
	OnPage Reader = iota // settings are called by their labels
	InFile               // settings are called by their keys in the link file
)

// What returns what is wrong, in one line.
func (m Message) What() say.Text { return say.Join(append([]say.Text{m.Summary}, m.Details...)...) }

// Advice returns what was written and what to do, in one line.
func (m Message) Advice(r Reader) say.Text {
	parts := []say.Text{m.Todo}
	if m.Effect != nil {
		parts = []say.Text{m.Effect.Words(), m.Todo}
	}
	for i, w := range m.Ways {
		parts = append(parts, w.words(r, i > 0 || !m.Todo.Empty()))
	}
	return say.Join(parts...)
}

// Text returns the whole message in one line.
func (m Message) Text(r Reader) say.Text { return say.Join(m.What(), m.Advice(r)) }

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
	return Message{Summary: say.Of("Something went wrong inside authpocket."), Todo: say.Of("The log has the details.")}
}
