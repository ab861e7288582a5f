package command

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"authpocket/internal/visible"
)

// screen is what a stream is shown on. The zero value is a file or pipe, which gets plain text.
type screen struct {
	terminal bool
	width    int  // in columns, 0 if unknown
	colours  bool // escapes may style text
	erases   bool // a line can be replaced
}

// screenOf returns what a stream is shown on.
func screenOf(stream any, when string) screen {
	file, _ := stream.(*os.File)
	s := screen{terminal: isTerminal(stream)}
	if s.terminal {
		s.width, _, _ = term.GetSize(int(file.Fd()))
		s.erases = os.Getenv("TERM") != "dumb" && understandsEscapes(file)
		s.colours = s.erases && os.Getenv("NO_COLOR") == "" // no-color.org
	}
	switch when {
	case "always":
		s.colours = true
	case "never":
		s.colours = false
	}
	return s
}

// style is the parameter of an escape that styles text (ECMA-48, SGR).
type style string

// The styles.
const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

// in returns a text of one line in a style.
func (s screen) in(as style, text string) visible.Text {
	return s.styled(as, visible.Text(visible.Line(text)))
}

// styled returns a text in a style.
func (s screen) styled(as style, text visible.Text) visible.Text {
	if !s.colours || as == plain || text == "" {
		return text
	}
	return "\x1b[" + visible.Text(as) + "m" + text + "\x1b[0m"
}

// wrapped returns prose on lines that fit a terminal, all but the first with an indent. before is the width of what
// stands before it on the first line.
func (s screen) wrapped(prose string, before int, indent string) visible.Text {
	prose = visible.Line(prose)
	const narrow = 40 // columns that are too few to wrap in
	if !s.terminal || s.width < narrow {
		return visible.Text(prose)
	}
	var b strings.Builder
	at := before
	for i, word := range strings.Split(prose, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > s.width:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return visible.Text(b.String())
}

// eraseLine moves to the beginning of the line and erases it.
const eraseLine = visible.Text("\r\x1b[K")

// cut returns a text that fits in one line.
func (s screen) cut(text string) string {
	line := []rune(visible.Line(text))
	if s.width > 2 && len(line) >= s.width {
		line = append(line[:s.width-2], '…')
	}
	return string(line)
}

// replaceLine shows a status on the current line of a stream that erases.
func (s screen) replaceLine(to io.Writer, text string) {
	visible.Fprintf(to, "%s%s", eraseLine, s.in(faint, s.cut(text+" …")))
}

// status shows a line at a terminal while something runs, and returns what erases it.
func (p program) status(text string) (erase func()) {
	on := screenOf(p.err, p.colour)
	if !on.erases {
		return func() {}
	}
	on.replaceLine(p.err, text)
	return func() { visible.Fprintf(p.err, "%s", eraseLine) }
}
