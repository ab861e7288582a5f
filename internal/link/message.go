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

// Way is a setting or a run of authpocket that helps.
type Way struct {
	Key   string `json:"key,omitempty"` // as in the link file
	Value string `json:"value,omitempty"`
	Run   Run    `json:"run,omitempty"` // the run, if it is no setting
	For   string `json:"for"`           // the purpose: "to replace it"
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
func (r Run) Label() string {
	return map[Run]string{RunRewrite: "Write the client secret again", RunRotate: "Rotate the client secret",
		RunReceipts: "View history", RunForce: "Undo anyway"}[r]
}

const accessKey = "access"

// AccessLabel is the wizard's heading for groups, users and policies.
const AccessLabel = "Who may use it"

// ChooseAccess returns the settings of who may use the application.
func ChooseAccess(what string) Way { return Way{Key: accessKey, For: what} }

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
	how := w.page()
	if r == InFile {
		how = w.file()
	}
	if other {
		how = "Or " + strings.ToLower(how[:1]) + how[1:]
	}
	return how + " " + w.For + "."
}

func (w Way) page() string {
	switch {
	case w.Run != "":
		return "Choose " + Quote(w.Run.Label())
	case w.Key == accessKey:
		return "Choose groups, users or a policy under " + Quote(AccessLabel)
	}
	return "Choose " + Quote(map[string]string{string(ExistingUse): "use the existing application and provider",
		string(ExistingNew): "create a new application and provider"}[w.Value])
}

func (w Way) file() string {
	switch {
	case w.Run != "":
		return "Run authpocket " + string(w.Run)
	case w.Key == accessKey:
		keys := Each(AccessAttrs(), func(a Attr[Access, struct{}]) string { return a.Spec })
		return "Set " + strings.Join(keys[:len(keys)-1], ", ") + " or " + keys[len(keys)-1]
	}
	return "Set " + w.Key + ": " + w.Value
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
