// Package terminal shows text at a terminal and asks there.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"

	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Streams are the standard streams of a command.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Colour   string        // when there are colours: auto, always or never
	Language *say.Language // nil for English
}

// Say returns a text in the language.
func (s Streams) Say(t say.Text) string { return s.Language.Say(t) }

// CanAsk reports whether there is somebody to ask.
func (s Streams) CanAsk() bool { return isTerminal(s.In) }

// Kept is a stream that keeps what is written to it, to be shown later.
type Kept interface{ ShownOn() io.Writer }

// Screen returns what one of the streams is shown on. What is kept is styled and wrapped for where it is shown, and
// replaces no line there.
func (s Streams) Screen(stream io.Writer) Screen {
	if kept, ok := stream.(Kept); ok {
		on := s.Screen(kept.ShownOn())
		on.Erases = false
		return on
	}
	if results, ok := stream.(*Results); ok {
		stream = results.to
	}
	on := Screen{Terminal: isTerminal(stream)}
	if file, ok := stream.(*os.File); ok && on.Terminal {
		on.Width, _, _ = term.GetSize(int(file.Fd()))
		on.Erases = os.Getenv("TERM") != "dumb" && understandsEscapes(file)
		on.colours = on.Erases && os.Getenv("NO_COLOR") == "" // no-color.org
	}
	switch s.Colour {
	case "always":
		on.colours = true
	case "never":
		on.colours = false
	}
	return on
}

// Tell prints a message on standard error, on lines that fit a terminal.
func (s Streams) Tell(message say.Text) {
	visible.Fprintf(s.Err, "%s\n", s.Screen(s.Err).Wrapped(s.Say(message), 0, ""))
}

// Status shows a line at a terminal while something runs, and returns what erases it.
func (s Streams) Status(text say.Text) (erase func()) {
	on := s.Screen(s.Err)
	if !on.Erases {
		return func() {}
	}
	on.ReplaceLine(s.Err, s.Say(text))
	return func() { visible.Fprintf(s.Err, "%s", EraseLine) }
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
