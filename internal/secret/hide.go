package secret

import (
	"slices"
	"strings"
)

// minLength is the length from which values are searched for, in bytes. Shorter
// ones are not secrets and would match parts of words.
const minLength = 4

// Hide replaces known values in text, in every spelling: plain, escaped for URLs,
// JSON, HTML, a shell or a programming language, with up to three of these
// nested, and as base64 or hexadecimal digits.
func Hide(text string, known ...Text) string {
	f := newFinder(text, known)
	var out strings.Builder
	copied := 0
	for from, to := f.next(0); from >= 0; from, to = f.next(to) {
		out.WriteString(text[copied:max(copied, from)])
		out.WriteString(hidden)
		copied = to
	}
	if copied == 0 {
		return text
	}
	out.WriteString(text[copied:])
	return out.String()
}

// In reports whether text contains one of the known values, in any spelling that
// Hide finds.
func In(text string, known ...Text) bool {
	at, _ := newFinder(text, known).next(0)
	return at >= 0
}

// finder searches a text for forms.
type finder struct {
	reader
	byFirst [256][]form
}

func newFinder(text string, known []Text) *finder {
	f := &finder{reader: reader{text: text}}
	for _, one := range known {
		value := one.Reveal()
		if len(value) < minLength {
			continue
		}
		for _, form := range forms(value) {
			f.byFirst[form.text[0]] = append(f.byFirst[form.text[0]], form)
		}
	}
	return f
}

// next returns the first span to hide from at on: the union of overlapping
// forms. from is negative if there is none.
func (f *finder) next(at int) (from, to int) {
	from = -1
	for i := at; i < len(f.text) && (from < 0 || i < to); i++ {
		first, last := f.span(i)
		switch {
		case last < 0:
		case from < 0:
			from, to = max(first, at), last
		default:
			to = max(to, last)
		}
	}
	return from, to
}

// span returns the longest span of a form at i. A base64 form is extended to the
// whole base64 text around it.
func (f *finder) span(i int) (from, to int) {
	from, to = i, -1
	consider := func(first byte) {
		for _, form := range f.byFirst[first] {
			end := f.end(i, form.text)
			if end < 0 {
				continue
			}
			if form.base64 {
				from, end = widen(f.text, i, end)
			}
			to = max(to, end)
		}
	}
	if !f.mayEscape(i) {
		consider(f.text[i])
		return from, to
	}
	var tried []byte
	for _, one := range f.read(i) {
		if first := one.is[0]; !slices.Contains(tried, first) {
			tried = append(tried, first)
			consider(first)
		}
	}
	return from, to
}

func widen(text string, from, to int) (int, int) {
	for from > 0 && base64Digit(text[from-1]) {
		from--
	}
	for to < len(text) && base64Digit(text[to]) {
		to++
	}
	for to < len(text) && text[to] == '=' {
		to++
	}
	return from, to
}

func base64Digit(c byte) bool {
	return alphanumeric(c) || strings.IndexByte("+/-_", c) >= 0
}
