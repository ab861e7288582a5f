package secret

import (
	"slices"
	"strings"
)

// shortest is the length from which a value is looked for, in bytes. A shorter
// one would take words apart, and is no secret.
const shortest = 4

// Hide replaces known values in text, in every spelling: as they are, escaped
// for an address, JSON, HTML, a shell or a program, up to three of these one
// inside the other, and as base64 or hexadecimal digits.
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

// In reports whether text holds one of the known values in a spelling that
// Hide knows.
func In(text string, known ...Text) bool {
	at, _ := newFinder(text, known).next(0)
	return at >= 0
}

// finder looks for forms in a text.
type finder struct {
	reader
	byFirst [256][]form
}

func newFinder(text string, known []Text) *finder {
	f := &finder{reader: reader{text: text}}
	for _, one := range known {
		value := one.Reveal()
		if len(value) < shortest {
			continue
		}
		for _, form := range forms(value) {
			f.byFirst[form.text[0]] = append(f.byFirst[form.text[0]], form)
		}
	}
	return f
}

// next returns the first span from at on that has to be hidden: all forms
// that overlap, taken together. There is none where from is negative.
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

// span returns the longest span that begins with a form at i. What is written
// as base64 takes the characters around it along, which are of one text.
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
