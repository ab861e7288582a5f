package batch

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"

	"authpocket/internal/command/terminal"
	"authpocket/internal/visible"
)

// held keeps what a link prints until it ends, in order.
type held struct {
	mu    sync.Mutex
	parts []heldPart
}

type heldPart struct {
	err  bool // of standard error
	text []byte
}

// streams returns streams that keep what is written to them, and have no input.
func (h *held) streams(of terminal.Streams) terminal.Streams {
	of.In, of.Out, of.Err = strings.NewReader(""), heldStream{h, false, of.Out}, heldStream{h, true, of.Err}
	return of
}

type heldStream struct {
	held *held
	err  bool
	on   io.Writer
}

// ShownOn implements terminal.Kept.
func (s heldStream) ShownOn() io.Writer { return s.on }

// Write keeps the text.
func (s heldStream) Write(text []byte) (int, error) {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	s.held.parts = append(s.held.parts, heldPart{s.err, bytes.Clone(text)})
	return len(text), nil
}

// take returns what was written since it was last taken.
func (h *held) take() []heldPart {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts := h.parts
	h.parts = nil
	return parts
}

// show prints what a link has printed, under its name. In JSON it keeps its document for the end.
func (r *Run) show(j *job) {
	parts := j.held.take()
	if r.JSON {
		parts = slices.DeleteFunc(parts, func(part heldPart) bool {
			if !part.err {
				j.document = append(j.document, part.text...)
			}
			return !part.err
		})
	}
	if len(parts) == 0 {
		return
	}
	title := r.Streams.Out
	if !slices.ContainsFunc(parts, func(part heldPart) bool { return !part.err }) {
		title = r.Streams.Err
	}
	visible.Fprintf(title, "%s\n", r.Streams.Screen(title).In(terminal.Bold, j.file.Name+":"))
	for _, part := range parts {
		to := r.Streams.Out
		if part.err {
			to = r.Streams.Err
		}
		visible.Fprintf(to, "%s", visible.Text(part.text)) // escaped when it was printed
	}
	visible.Fprintln(title)
}
