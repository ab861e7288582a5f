package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any // of a type that renderer.value supports
}

func (o *object) add(key string, value any) { *o = append(*o, member{key, value}) }

// variable stands for JSON that is only known when the export runs.
type variable string

// renderer writes indented JSON. literal and variable adapt it to the
// surrounding language.
type renderer struct {
	out      strings.Builder
	literal  func(string) string
	variable func(variable) string
	err      error
}

// renderJSON returns a value as JSON that is also valid JavaScript.
func renderJSON(v any) (string, error) {
	r := renderer{literal: func(s string) string { return s }, variable: func(n variable) string { return string(n) }}
	r.value(v, "")
	return r.out.String(), r.err
}

func (r *renderer) text(s string) { r.out.WriteString(r.literal(s)) }

func (r *renderer) value(v any, indent string) {
	switch v := v.(type) {
	case nil:
		r.text("null")
	case string:
		r.text(jsonText(v))
	case bool:
		r.text(strconv.FormatBool(v))
	case int:
		r.text(strconv.Itoa(v))
	case variable:
		r.out.WriteString(r.variable(v))
	case json.RawMessage:
		r.raw(v, indent)
	case object:
		r.items("{", "}", indent, len(v), func(i int, deeper string) {
			r.text(jsonText(v[i].key) + ": ")
			r.value(v[i].value, deeper)
		})
	case []any:
		r.items("[", "]", indent, len(v), func(i int, deeper string) { r.value(v[i], deeper) })
	case []string:
		r.items("[", "]", indent, len(v), func(i int, deeper string) { r.value(v[i], deeper) })
	default:
		r.err = fmt.Errorf("writing JSON: no value can be a %T", v)
	}
}

func (r *renderer) items(open, end, indent string, n int, item func(i int, deeper string)) {
	if n == 0 {
		r.text(open + end)
		return
	}
	deeper := indent + "  "
	for i := range n {
		r.text(open + "\n" + deeper)
		item(i, deeper)
		open = ","
	}
	r.text("\n" + indent + end)
}

// raw writes JSON from an outside system.
func (r *renderer) raw(raw json.RawMessage, indent string) {
	var compact, safe, pretty bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		r.err = fmt.Errorf("reading JSON that PocketBase sent: %w", err)
		return
	}
	json.HTMLEscape(&safe, compact.Bytes())
	if err := json.Indent(&pretty, safe.Bytes(), indent, "  "); err != nil {
		r.err = fmt.Errorf("reading JSON that PocketBase sent: %w", err)
		return
	}
	r.text(escapeUnseen(pretty.String(), jsonEscape))
}

// jsonText returns s as a JSON and JavaScript string, without invisible
// characters and without any that end a line, a script or a comment.
func jsonText(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // cannot happen for a string
	}
	return escapeUnseen(string(raw), jsonEscape)
}

// escapeUnseen escapes invisible characters, such as controls, direction marks
// and zero-width characters, so that a file does what it shows. Line breaks
// stay.
func escapeUnseen(s string, escape func(rune) string) string {
	var out strings.Builder
	for _, c := range s {
		if unicode.IsPrint(c) || c == '\n' {
			out.WriteRune(c)
		} else {
			out.WriteString(escape(c))
		}
	}
	return out.String()
}

func jsonEscape(c rune) string {
	var out strings.Builder
	for _, unit := range utf16.AppendRune(nil, c) {
		fmt.Fprintf(&out, `\u%04x`, unit)
	}
	return out.String()
}
