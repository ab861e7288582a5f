// Package output prints what the commands have to say: text for a terminal or a pipe, JSON, JUnit and Prometheus'
// format.
package output

import (
	"bytes"
	"encoding/json"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// View prints outcomes: results to standard output, faults to standard error. With AsJSON, standard output gets
// exactly one JSON document.
type View struct {
	terminal.Streams
	AsJSON   bool
	All      bool              // also what is usual or passed
	Lines    bool              // each JSON document is one line
	File     linkfile.File     // its places are shown with messages
	Flags    map[string]string // what a command without a file calls its keys
	Several  bool              // the link is one of several: what is of no link is told for all of them
	on, errs terminal.Screen   // of standard output and standard error
}

// New returns a view that prints to streams.
func New(to terminal.Streams, asJSON bool) *View {
	return &View{Streams: to, AsJSON: asJSON, on: to.Screen(to.Out), errs: to.Screen(to.Err)}
}

func (v *View) json(value any) {
	var document bytes.Buffer
	enc := json.NewEncoder(&document)
	if !v.Lines {
		enc.SetIndent("", "  ")
	}
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		v.Tell(say.Of("authpocket: printing JSON: %s", err.Error()))
		return
	}
	_, _ = v.Out.Write(visible.JSON(document.Bytes())) // an error is kept: see terminal.Results
}

// line prints prose in a style, on lines that fit a terminal.
func (v *View) line(as terminal.Style, prose say.Text, indent string) {
	visible.Fprintf(v.Out, "%s\n", v.on.Styled(as, v.on.Wrapped(v.Say(prose), 0, indent)))
}

// ended prints a last line that says what was done. Where standard output is lost, it is on standard error.
func (v *View) ended(line say.Text, as terminal.Style) {
	if !v.AsJSON {
		v.line(as, line, "")
	}
	if v.Lost() != nil {
		v.Tell(line)
	}
}

// Fail prints the messages of err and returns the exit code.
func (v *View) Fail(err error) error {
	if v.AsJSON {
		v.Failure(err)
	}
	v.Errors(err)
	return ExitError
}

// Failure prints the document of a command that ended before it had a result.
func (v *View) Failure(err error) { v.json(failure{v.messages(err)}) }

// Errors prints the messages of err.
func (v *View) Errors(err error) {
	for _, m := range v.messages(err) {
		visible.Fprintf(v.Err, "%s\n", v.errs.Styled(terminal.Red, v.errs.Wrapped(v.Say(text(m)), 0, "")))
	}
}

// messages returns the messages of err with their places in the link file.
func (v *View) messages(err error) []report.Message {
	return link.Each(Messages(err), func(m report.Message) report.Message {
		if flag, found := v.Flags[m.Field]; found {
			m.Field = flag
		}
		return v.File.Locate(m)
	})
}

// text returns a message as one line.
func text(m report.Message) say.Text {
	line := m.Text(report.InFile)
	if m.Field != "" {
		line = say.Of("%s: %s", report.Key(m.Field), line)
	}
	if m.Place != nil {
		line = say.Of("%s: %s", m.Place.String(), line)
	}
	return line
}

// Messages returns the messages of err, or of each error it joins. An error
// without messages is shown as it is.
func Messages(err error) []report.Message {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // not what it wraps
		var all []report.Message
		for _, one := range several.Unwrap() {
			all = append(all, Messages(one)...)
		}
		return all
	}
	if list := report.Messages(err); len(list) > 0 {
		return list
	}
	return []report.Message{{Summary: say.Raw(err.Error())}}
}
