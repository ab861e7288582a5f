// Package visible makes foreign text safe to show: names, messages and values of
// the two systems. It escapes invisible characters and those that control a
// terminal or a page.
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

// Line returns s as one line. Line breaks and tabs are escaped, too.
func Line(s string) string { return escape(s, "", text) }

// Text is a text that is already safe to show, often of several lines.
type Text string

// Block returns s with its line breaks and tabs. Each line after the first is
// indented, so that none looks like our own output.
func Block(s, indent string) Text {
	s = escape(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t", text)
	return Text(strings.ReplaceAll(s, "\n", "\n"+indent))
}

// JSON returns an equivalent JSON document with all such characters escaped;
// encoding/json only escapes some.
func JSON(document []byte) []byte { return []byte(escape(string(document), "\n\t", inJSON)) }

// YAML returns an equivalent YAML document with all such characters escaped. They must stand in double quotes.
func YAML(document []byte) []byte { return []byte(escape(string(document), "\n\t", inYAML)) }

// Fprintf is fmt.Fprintf with each value made visible as a Line, except a Text. It
// ignores write errors.
func Fprintf(w io.Writer, format string, values ...any) {
	shown := make([]any, len(values))
	for i, v := range values {
		shown[i] = value{v}
	}
	_, _ = fmt.Fprintf(w, format, shown...) // there is nobody to tell about a closed terminal
}

// Fprintln is fmt.Fprintln with the whole line made visible.
func Fprintln(w io.Writer, values ...any) {
	_, _ = io.WriteString(w, Line(strings.TrimSuffix(fmt.Sprintln(values...), "\n"))+"\n")
}

type value struct{ any }

// Format formats the value with its verb and flags, made visible.
func (v value) Format(f fmt.State, verb rune) {
	if text, ok := v.any.(Text); ok {
		_, _ = io.WriteString(f, string(text))
		return
	}
	_, _ = io.WriteString(f, Line(fmt.Sprintf(fmt.FormatString(f, verb), v.any)))
}

// Writer makes everything written to it visible, except line breaks. Each write
// must contain whole characters.
type Writer struct{ Out io.Writer }

// Write implements io.Writer.
func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Out, escape(string(p), "\n", text)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escape escapes the characters of s that are not seen, except those in keep.
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

// seen reports whether a character is visible, or a plain space, and controls
// nothing.
func seen(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return strconv.IsPrint(r) && r != '\u2800' &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// text escapes a character like Go, or the byte raw if r is negative.
func text(b *strings.Builder, r rune, raw byte) {
	if r < 0 {
		fmt.Fprintf(b, `\x%02x`, raw)
		return
	}
	quoted := strconv.QuoteRuneToASCII(r)
	b.WriteString(quoted[1 : len(quoted)-1])
}

// inJSON escapes a character like JSON.
func inJSON(b *strings.Builder, r rune, _ byte) {
	if r < 0 {
		r = utf8.RuneError
	}
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(b, `\u%04x`, unit)
	}
}

// inYAML escapes a character like YAML between double quotes.
func inYAML(b *strings.Builder, r rune, _ byte) {
	if r < 0 {
		r = utf8.RuneError
	}
	if r > 0xffff {
		fmt.Fprintf(b, `\U%08X`, r)
		return
	}
	fmt.Fprintf(b, `\u%04X`, r)
}
