// Package visible shows text that is not ours: names, messages and values of
// the two systems. Characters that steer a terminal or a page, or that cannot
// be seen, are written as escapes.
package visible

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line returns s as one line: line breaks and tabs become escapes, too.
func Line(s string) string { return escape(s, "", text) }

// Text is a text of several lines that is fit to be shown.
type Text string

// Block returns s with its lines and tabs kept. Each line after the first
// begins with indent, so that none looks like a line of ours.
func Block(s, indent string) Text {
	s = escape(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t", text)
	return Text(strings.ReplaceAll(s, "\n", "\n"+indent))
}

// JSON returns a JSON document with the same meaning in which all such
// characters are escaped, which encoding/json does for some.
func JSON(document []byte) []byte { return []byte(escape(string(document), "\n\t", inJSON)) }

// Fprintf formats text of ours with values that are made visible as lines.
// A Text stays as it is.
func Fprintf(w io.Writer, format string, values ...any) {
	shown := make([]any, len(values))
	for i, v := range values {
		shown[i] = value{v}
	}
	_, _ = fmt.Fprintf(w, format, shown...) // a terminal that is gone takes no complaint
}

// Fprintln writes values as one line.
func Fprintln(w io.Writer, values ...any) {
	_, _ = io.WriteString(w, Line(strings.TrimSuffix(fmt.Sprintln(values...), "\n"))+"\n")
}

type value struct{ any }

// Format writes the value as its own verb and flags say, made visible.
func (v value) Format(f fmt.State, verb rune) {
	if text, ok := v.any.(Text); ok {
		_, _ = io.WriteString(f, string(text))
		return
	}
	_, _ = io.WriteString(f, Line(fmt.Sprintf(fmt.FormatString(f, verb), v.any)))
}

// Writer makes all that passes visible but the ends of lines. Each write has
// to hold whole characters.
type Writer struct{ Out io.Writer }

// Write implements io.Writer.
func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Out, escape(string(p), "\n", text)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escape replaces what cannot be seen, except what is in keep.
func escape(s, keep string, as func(*strings.Builder, rune, byte)) string {
	var b strings.Builder
	copied := 0
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		broken := r == utf8.RuneError && size == 1
		if broken || !seen(r) && !strings.ContainsRune(keep, r) {
			b.WriteString(s[copied:at])
			if broken {
				r = -1
			}
			as(&b, r, s[at])
			copied = at + size
		}
		at += size
	}
	if copied == 0 {
		return s
	}
	return b.String() + s[copied:]
}

// seen reports whether a character takes up ink, or is a plain space, and
// steers nothing.
func seen(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return strconv.IsPrint(r) && r != '\u2800' &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// text writes a character as Go does, and a byte that is of none.
func text(b *strings.Builder, r rune, raw byte) {
	if r < 0 {
		fmt.Fprintf(b, `\x%02x`, raw)
		return
	}
	quoted := strconv.QuoteRuneToASCII(r)
	b.WriteString(quoted[1 : len(quoted)-1])
}

// inJSON writes a character as JSON does.
func inJSON(b *strings.Builder, r rune, _ byte) {
	if r < 0 {
		r = utf8.RuneError
	}
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(b, `\u%04x`, unit)
	}
}
