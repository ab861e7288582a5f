package terminal

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"authpocket/internal/visible"
)

// Screen is what a stream is shown on. The zero value is a file or pipe, which gets plain text.
type Screen struct {
	Terminal bool
	Width    int  // in columns, 0 if unknown
	Erases   bool // a line can be replaced
	colours  bool // escapes may style text
}

// Style is the parameter of an escape that styles text (ECMA-48, SGR).
type Style string

// The styles.
const (
	Bold   Style = "1"
	Faint  Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// In returns a text of one line in a style.
func (s Screen) In(as Style, text string) visible.Text {
	return s.Styled(as, visible.Text(visible.Line(text)))
}

// Styled returns a text in a style.
func (s Screen) Styled(as Style, text visible.Text) visible.Text {
	if !s.colours || as == "" || text == "" {
		return text
	}
	return "\x1b[" + visible.Text(as) + "m" + text + "\x1b[0m"
}

// Wrapped returns prose on lines that fit a terminal, all but the first with an indent. before is the width of what
// stands before it on the first line.
func (s Screen) Wrapped(prose string, before int, indent string) visible.Text {
	prose = visible.Line(prose)
	const narrow = 40 // columns that are too few to wrap in
	if !s.Terminal || s.Width < narrow {
		return visible.Text(prose)
	}
	return visible.Text(strings.Join(Lines(prose, s.Width-before, s.Width-len(indent)), "\n"+indent))
}

// Lines returns prose on lines of at most so many columns, but for longer words. The first line may have another width.
func Lines(prose string, first, width int) []string {
	lines, left := []string{}, first
	for i, word := range strings.Split(prose, " ") {
		n := utf8.RuneCountInString(word)
		if last := len(lines) - 1; i > 0 && n < left {
			lines[last] += " " + word
			left -= 1 + n
			continue
		}
		if i > 0 {
			left = width
		}
		lines = append(lines, word)
		left -= n
	}
	return lines
}

// Time returns a time as the clock of whoever is at a terminal shows it, and for files and pipes as JSON has it.
func (s Screen) Time(t time.Time) string {
	if s.Terminal {
		return t.Local().Format(time.DateTime)
	}
	return t.UTC().Format(time.RFC3339)
}

// EraseLine moves to the beginning of the line and erases it.
const EraseLine = visible.Text("\r\x1b[K")

// cut returns a text that fits in one line.
func (s Screen) cut(text string) string {
	line := []rune(visible.Line(text))
	if s.Width > 2 && len(line) >= s.Width {
		line = append(line[:s.Width-2], '…')
	}
	return string(line)
}

// ReplaceLine shows a status on the current line of a stream that erases.
func (s Screen) ReplaceLine(to io.Writer, text string) {
	visible.Fprintf(to, "%s%s", EraseLine, s.In(Faint, s.cut(text+" …")))
}

// Fit returns help whose lines are wrapped to the width of a terminal. A description that goes on below itself, and
// prose, are wrapped as a whole.
func (s Screen) Fit(help string) visible.Text {
	var b strings.Builder
	whole, column := "", 0 // of a description, 0 for prose
	flush := func() {
		indent := column
		if words := strings.TrimLeft(whole, " "); indent > s.Width/2 || column == 0 {
			indent = min(len(whole)-len(words), s.Width/2)
		}
		b.WriteString(string(s.Wrapped(whole, 0, strings.Repeat(" ", indent))) + "\n")
	}
	const full = 80 // columns of a line of prose that goes on
	for i, line := range strings.Split(strings.TrimSuffix(help, "\n"), "\n") {
		words := strings.TrimLeft(line, " ")
		at := len(line) - len(words)
		goesOn := column > 0 && at == column || column == 0 && at == 0 && len(whole) >= full
		if words != "" && goesOn {
			whole += " " + words
			continue
		}
		if i > 0 {
			flush()
		}
		whole, column = line, 0
		if gap := strings.Index(words, "  "); gap >= 0 {
			column = len(line) - len(strings.TrimLeft(words[gap:], " "))
		}
	}
	flush()
	return visible.Text(b.String())
}
