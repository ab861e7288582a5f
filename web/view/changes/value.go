package changes

import (
	"context"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Value is a value, or an entry of a list, in parts.
type Value []Part

// Part is a part of a value.
type Part struct {
	Text    say.Text
	Differs bool // the other side has something else here
}

// String returns the whole value in English.
func (v Value) String() string { return v.words(context.Background()) }

// words returns the whole value in the language of the context.
func (v Value) words(ctx context.Context) string {
	var all strings.Builder
	for _, p := range v {
		all.WriteString(say.In(ctx, p.Text))
	}
	return all.String()
}

// lines returns the number of lines.
func (v Value) lines() int { return strings.Count(strings.TrimSpace(v.String()), "\n") + 1 }

// Render writes the parts without space between them. A long URL is broken after a slash of its path.
func (v Value) Render(ctx context.Context, w io.Writer) error {
	var html strings.Builder
	for _, p := range v {
		text := templ.EscapeString(say.In(ctx, p.Text))
		if scheme, rest, isURL := strings.Cut(text, "://"); isURL {
			text = scheme + "://" + strings.ReplaceAll(rest, "/", "/<wbr>")
		}
		if p.Differs {
			text = "<mark>" + text + "</mark>"
		}
		html.WriteString(text)
	}
	_, err := io.WriteString(w, html.String())
	return err
}

// entries returns a list's entries one by one, nil for no value.
func entries(v link.Shown) []say.Text {
	if list, ok := v.List(); ok {
		return link.Each(list, say.Raw)
	}
	if v.None() {
		return nil
	}
	return []say.Text{v.Words()}
}

func valuesOf(v link.Shown) []Value {
	return link.Each(entries(v), func(t say.Text) Value { return Value{{Text: t}} })
}

// differing returns the values before and after, with what differs marked. Entries that only one side has are marked
// whole. If each side has only one, just the words that differ are marked.
func differing(before, after link.Shown) (was, is []Value) {
	b, a := entries(before), entries(after)
	gone := func(t say.Text) bool { return !slices.Contains(a, t) }
	added := func(t say.Text) bool { return !slices.Contains(b, t) }
	mark := func(list []say.Text, marked func(say.Text) bool) []Value {
		return link.Each(list, func(t say.Text) Value { return Value{{t, marked(t)}} })
	}
	was, is = mark(b, gone), mark(a, added)
	i, j := only(b, gone), only(a, added)
	if i >= 0 && j >= 0 && isData(before) && isData(after) {
		was[i], is[j] = differingWords(b[i].String(), a[j].String())
	}
	return was, is
}

// isData reports whether a value is shown as it is in every language.
func isData(v link.Shown) bool {
	text, isText := v.Text()
	_, isList := v.List()
	return isText && text != "" || isList
}

// only returns the index of the one text that fits, -1 for none or several.
func only(list []say.Text, fits func(say.Text) bool) int {
	i := slices.IndexFunc(list, fits)
	if i < 0 || slices.ContainsFunc(list[i+1:], fits) {
		return -1
	}
	return i
}

// differingWords marks what is between the common words at the beginning and the end. Two texts with little in common
// are marked whole.
func differingWords(before, after string) (was, is Value) {
	b, a := split(before), split(after)
	head, tail, same := 0, 0, 0
	for head < min(len(b), len(a)) && b[head] == a[head] {
		same += len(b[head])
		head++
	}
	for tail < min(len(b), len(a))-head && b[len(b)-1-tail] == a[len(a)-1-tail] {
		same += len(b[len(b)-1-tail])
		tail++
	}
	if 3*same < max(len(before), len(after)) {
		head, tail = 0, 0
	}
	return parts(b, head, tail), parts(a, head, tail)
}

func parts(list []string, head, tail int) Value {
	var v Value
	for i, part := range [][]string{list[:head], list[head : len(list)-tail], list[len(list)-tail:]} {
		if text := strings.Join(part, ""); text != "" {
			v = append(v, Part{say.Raw(text), i == 1})
		}
	}
	return v
}

// split returns the words of a text and what is between them.
func split(s string) []string {
	var list []string
	from, inWord := 0, false
	for i, r := range s {
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if i > from && (word != inWord || !word) {
			list = append(list, s[from:i])
			from = i
		}
		inWord = word
	}
	return append(list, s[from:])
}
