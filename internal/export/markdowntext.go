package export

import (
	"fmt"
	"strings"
	"unicode"

	"authpocket/internal/link"
)

// Values are written so that none can end its cell, line or code span, act as
// HTML or as a template, or mention a person:
//
//   - A harmless line is a code span.
//   - Any other line is text with numeric character references (&#124;) for
//     punctuation and @ as code.
//   - Invisible characters are shown by their code point: ⟨U+202E⟩.
//   - <br> ends a line of a value, and "• " begins an item of a list.
//   - Values that are not text are plain or in italics: yes, *none*.

// markdownValue returns a field's value as Markdown.
func markdownValue(v link.Shown) string {
	if text, ok := v.Text(); ok {
		return markdownString(text)
	}
	if _, ok := v.Flag(); ok {
		return v.String()
	}
	list, ok := v.List()
	switch {
	case v.None(), ok && len(list) == 0:
		return "*none*"
	case !ok:
		return markdownString(v.String())
	}
	items := make([]string, len(list))
	for i, s := range list {
		items[i] = "• " + markdownString(s)
	}
	return strings.Join(items, "<br>")
}

func markdownString(s string) string {
	if s == "" {
		return "*empty*"
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = markdownLine(line)
	}
	return strings.Join(lines, "<br>")
}

func markdownLine(s string) string {
	if s == "" {
		return ""
	}
	if isCode(s) {
		return "`" + s + "`"
	}
	return markdownProse(s)
}

// isCode reports whether s is safe between backticks in a table, in every dialect
// of Markdown and in front of a template engine.
func isCode(s string) bool {
	unsafe := func(c rune) bool { return !unicode.IsPrint(c) || strings.ContainsRune("`|<>⟨⟩\\", c) }
	twin := strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "}}") ||
		strings.Contains(s, "%}")
	return !twin && !strings.ContainsFunc(s, unsafe) && !strings.HasSuffix(s, " ")
}

// markdownProse returns s as text that renders unchanged. It must not begin a
// line.
func markdownProse(s string) string {
	var out strings.Builder
	last := ' '
	for i, c := range s {
		end := i+len(string(c)) == len(s)
		switch {
		case c == ' ' && (last == ' ' || end):
			out.WriteString("&#32;")
		case c == '@':
			out.WriteString("`@`")
		case c == ':' && (end || s[i+1] == ' ' && i+2 < len(s)): // a space at the end is a number
			out.WriteRune(c)
		case isPlain(c):
			out.WriteRune(c)
		case unicode.IsPrint(c):
			fmt.Fprintf(&out, "&#%d;", c)
		default:
			fmt.Fprintf(&out, "⟨U+%04X⟩", c)
		}
		last = c
	}
	return out.String()
}

// isPlain reports whether c has no special meaning in Markdown.
func isPlain(c rune) bool {
	if c > '~' {
		return unicode.IsPrint(c) && c != '⟨' && c != '⟩' && c != '•'
	}
	return c == ' ' || unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(".,;?'()/-", c)
}
