package link

import (
	"fmt"

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

// Way is a setting or a run of authpocket that helps.
type Way struct {
	Key   string   `json:"key,omitempty"` // as in the link file
	Value string   `json:"value,omitempty"`
	Run   Run      `json:"run,omitempty"` // the run, if it is no setting
	For   say.Text `json:"for"`           // the purpose: "to replace it"
}

// Run is what people can have authpocket do, as the command's arguments.
type Run string

// The runs that messages advise.
const (
	RunRewrite  Run = "apply --rewrite-secret"
	RunRotate   Run = "rotate"
	RunReceipts Run = "receipts"
	RunForce    Run = "undo --force"
)

// Label returns the text of the wizard's link or button.
func (r Run) Label() say.Text {
	return map[Run]say.Text{RunRewrite: runRewriteLabel.Text(),
		RunRotate: say.Of("Rotate the client secret"), RunReceipts: say.Of("View history"),
		RunForce: say.Of("Undo anyway")}[r]
}

// runRewriteLabel is also the label of the setting that does it.
const runRewriteLabel say.Name = "Write the client secret again"

const accessKey = "access"

// AccessLabel is the wizard's heading for groups, users and policies.
const AccessLabel = "Who may use it"

// ChooseAccess returns the settings of who may use the application.
func ChooseAccess(what say.Text) Way { return Way{Key: accessKey, For: what} }

// UseExisting returns the setting that uses existing objects.
func UseExisting(what say.Text) Way {
	return Way{Key: "existing", Value: string(ExistingUse), For: what}
}

// MakeNew returns the setting that creates new objects.
func MakeNew(what say.Text) Way { return Way{Key: "existing", Value: string(ExistingNew), For: what} }

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

// words returns the way as a sentence, which begins with "Or" after another one.
func (w Way) words(r Reader, other bool) say.Text {
	how := w.choice()
	switch {
	case r == InFile:
		run, how := w.inFile()
		switch {
		case run && other:
			return say.Of("Or run %s %s.", how, w.For)
		case run:
			return say.Of("Run %s %s.", how, w.For)
		case other:
			return say.Of("Or set %s %s.", how, w.For)
		}
		return say.Of("Set %s %s.", how, w.For)
	case w.Key == accessKey && other:
		return say.Of("Or choose groups, users or a policy under “%s” %s.", how, w.For)
	case w.Key == accessKey:
		return say.Of("Choose groups, users or a policy under “%s” %s.", how, w.For)
	case other:
		return say.Of("Or choose “%s” %s.", how, w.For)
	}
	return say.Of("Choose “%s” %s.", how, w.For)
}

// inFile returns the run, or the key and its value in a link file.
func (w Way) inFile() (run bool, how say.Text) {
	switch {
	case w.Run != "":
		return true, say.Of("authpocket %s", string(w.Run))
	case w.Key == accessKey:
		return false, say.Or(Each(AccessAttrs(), func(a Attr[Access, struct{}]) say.Text { return say.Raw(a.Spec) })...)
	}
	return false, say.Of("%s: %s", w.Key, w.Value)
}

// choice returns the label of what the wizard offers.
func (w Way) choice() say.Text {
	switch {
	case w.Run != "":
		return w.Run.Label()
	case w.Key == accessKey:
		return say.Of(AccessLabel)
	case w.Value == string(ExistingUse):
		return say.Of("use the existing application and provider")
	}
	return say.Of("create a new application and provider")
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
	return Message{Summary: say.Of("Something went wrong inside authpocket."), Todo: say.Of("The log has the details.")}
}
