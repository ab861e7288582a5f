package command

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/visible"
)

// view prints outcomes: results to out, faults to err. With asJSON, out gets
// exactly one JSON document.
type view struct {
	out, err io.Writer
	asJSON   bool
	all      bool          // also what is usual or passed
	lines    bool          // each JSON document is one line
	file     linkfile.File // its places are shown with messages
	on, errs screen        // of out and err
	told     *sync.Map     // what several links tell once, nil for a link alone
}

// tells reports whether this is to be told: by the first of several links.
func (v view) tells(what string) bool {
	if v.told == nil {
		return true
	}
	_, before := v.told.LoadOrStore(what, true)
	return !before
}

func (p program) view(asJSON bool) view {
	var told *sync.Map
	if p.common != nil {
		told = &p.common.told
	}
	return view{told: told, out: p.out, err: p.streams.err, asJSON: asJSON, on: screenOf(p.out, p.colour),
		errs: screenOf(p.err, p.colour)}
}

func (v view) json(value any) {
	var document bytes.Buffer
	enc := json.NewEncoder(&document)
	if !v.lines {
		enc.SetIndent("", "  ")
	}
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	if err == nil {
		_, err = v.out.Write(visible.JSON(document.Bytes()))
	}
	if err != nil {
		visible.Fprintln(v.err, "authpocket: printing JSON:", err)
	}
}

// fail prints the messages of err and returns the exit code.
func (v view) fail(err error) error {
	if v.asJSON {
		v.json(failure{v.messages(err)})
	}
	v.errors(err)
	return exitError
}

func (v view) errors(err error) {
	for _, m := range v.messages(err) {
		visible.Fprintf(v.err, "%s\n", v.errs.in(red, text(m)))
	}
}

// messages returns the messages of err with their places in the link file.
func (v view) messages(err error) []link.Message { return link.Each(messages(err), v.file.Locate) }

// text returns a message as one line.
func text(m link.Message) string {
	line := m.Text(link.InFile)
	if m.Field != "" {
		line = inFile(m.Field) + ": " + line
	}
	if m.Place != nil {
		line = m.Place.String() + ": " + line
	}
	return line
}

// inFile returns a field's name in the link file, such as access.groups[0].
func inFile(field string) string {
	at := strings.LastIndexByte(field, '.')
	if at < 0 || at == len(field)-1 || strings.Trim(field[at+1:], "0123456789") != "" {
		return field
	}
	return field[:at] + "[" + field[at+1:] + "]"
}

// messages returns the messages of err, or of each error it joins. An error
// without messages is shown as it is.
func messages(err error) []link.Message {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // not what it wraps
		var all []link.Message
		for _, one := range several.Unwrap() {
			all = append(all, messages(one)...)
		}
		return all
	}
	if list := link.Messages(err); len(list) > 0 {
		return list
	}
	return []link.Message{{Summary: err.Error()}}
}
