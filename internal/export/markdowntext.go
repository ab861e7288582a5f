package export

import (
	"fmt"
	"strings"
	"unicode"

	"authpocket/internal/link"
)

// How values are written, so that none can end its cell, its line or its
// code, be taken for HTML or for a template, or call a person by name:
//
//   - A line of a value that has none of that is code.
//   - Any other is text whose punctuation is written as numbers (&#124;), and
//     whose @ is code.
//   - What cannot be seen is shown by its number: ⟨U+202E⟩.
//   - <br> ends a line of a value, and "• " begins an item of a list.
//   - What is no text is a word in italics or without code: yes, *none*.

// markdownValue is a field's value.
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

// isCode tells whether s can stand between backticks in a table, in every
// dialect of Markdown and before a template engine.
func isCode(s string) bool {
	unsafe := func(c rune) bool { return !unicode.IsPrint(c) || strings.ContainsRune("`|<>⟨⟩\\", c) }
	twin := strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "}}") ||
		strings.Contains(s, "%}")
	return !twin && !strings.ContainsFunc(s, unsafe) && !strings.HasSuffix(s, " ")
}

// markdownProse is text that reads as it is. It never begins a line.
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

// isPlain tells whether Markdown takes c for nothing but itself.
func isPlain(c rune) bool {
	if c > '~' {
		return unicode.IsPrint(c) && c != '⟨' && c != '⟩' && c != '•'
	}
	return c == ' ' || unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(".,;?'()/-", c)
}
