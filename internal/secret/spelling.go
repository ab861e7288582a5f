package secret

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// layers is how deep escapes may be nested.
const layers = 3

// special lists the characters that begin an escape.
const special = "\\%&+'\"$"

// reading is one way to decode the text at a position: the decoded characters
// and the position after them.
type reading struct {
	is   string
	next int
}

// reader decodes a text in every possible way.
type reader struct {
	text string
	seen map[[2]int][]reading // by position and layers
	ends map[state]int
}

// state is a position in the text and the rest of a form to match there.
type state struct {
	at   int
	left string
}

// read returns all readings at a position.
func (r *reader) read(at int) []reading { return r.through(at, layers) }

func (r *reader) through(at, depth int) []reading {
	if at >= len(r.text) {
		return nil
	}
	plain := reading{r.text[at : at+1], at + 1}
	if depth == 0 || !r.mayEscape(at) {
		return []reading{plain}
	}
	key := [2]int{at, depth}
	if list, ok := r.seen[key]; ok {
		return list
	}
	list := slices.Clone(r.through(at, depth-1))
	for _, intro := range r.through(at, depth-1) {
		list = added(list, r.escaped(intro, depth-1)...)
	}
	if r.seen == nil {
		r.seen = map[[2]int][]reading{}
	}
	r.seen[key] = list
	return list
}

// mayEscape reports whether an escape can begin at a position. Quotes and $ only
// begin one before another special character.
func (r *reader) mayEscape(at int) bool {
	return isSpecial(r.text[at]) && (strings.IndexByte(`"'$`, r.text[at]) < 0 || at+1 < len(r.text) &&
		isSpecial(r.text[at+1]))
}

func isSpecial(c byte) bool { return strings.IndexByte(special, c) >= 0 }

// end returns the last possible end of form if the text at a position begins with
// it, or -1.
func (r *reader) end(at int, form string) int {
	left := form
	for left != "" && at < len(r.text) && !r.mayEscape(at) {
		if r.text[at] != left[0] {
			return -1
		}
		at, left = at+1, left[1:]
	}
	if left == "" {
		return at
	}
	key := state{at, left}
	if end, ok := r.ends[key]; ok {
		return end
	}
	end := -1
	for _, one := range r.read(at) {
		if rest, ok := strings.CutPrefix(left, one.is); ok {
			end = max(end, r.end(one.next, rest))
		}
	}
	if r.ends == nil {
		r.ends = map[state]int{}
	}
	r.ends[key] = end
	return end
}

// escaped returns the readings of the escapes that intro begins.
func (r *reader) escaped(intro reading, depth int) []reading {
	at := intro.next
	switch intro.is {
	case `\`:
		return r.backslash(at, depth)
	case "%":
		return append(r.percent(at, depth), r.as("%", at, depth, "%")...)
	case "&":
		return r.entity(at, depth)
	case "+":
		return []reading{{" ", at}}
	case "'": // in shells, SQL and YAML
		return slices.Concat(r.as("'", at, depth, `\''`), r.as("'", at, depth, `"'"'`), r.as("'", at, depth, "'"))
	case `"`, "$":
		return r.as(intro.is, at, depth, intro.is)
	}
	return nil
}

// as returns the readings of the escape written, decoded as is.
func (r *reader) as(is string, at, depth int, written string) []reading {
	list := r.run(at, depth, len(written), func(i int, c byte) bool { return c == written[i] })
	for i := range list {
		list[i].is = is
	}
	return list
}

// run returns the readings of size characters that satisfy ok.
func (r *reader) run(at, depth, size int, ok func(i int, c byte) bool) []reading {
	list := []reading{{"", at}}
	for i := range size {
		var longer []reading
		for _, begun := range list {
			for _, one := range r.through(begun.next, depth) {
				if len(one.is) == 1 && ok(i, one.is[0]) {
					longer = added(longer, reading{begun.is + one.is, one.next})
				}
			}
		}
		list = longer
	}
	return list
}

// added appends the readings that are not in list yet.
func added(list []reading, more ...reading) []reading {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// number returns the readings of a number with size digits, decoded by means.
func (r *reader) number(at, depth, size, base int, means func(rune, int) []reading) []reading {
	var list []reading
	for _, one := range r.run(at, depth, size, func(_ int, c byte) bool { return alphanumeric(c) }) {
		if n, err := strconv.ParseUint(one.is, base, 32); err == nil && n <= utf8.MaxRune {
			list = append(list, means(rune(n), one.next)...)
		}
	}
	return list
}

func asByte(n rune, at int) []reading {
	if n > 0xff {
		return nil
	}
	return []reading{{string([]byte{byte(n)}), at}}
}

func asRune(n rune, at int) []reading { return []reading{{string(n), at}} }

// backslash returns the readings after a backslash. A character that is neither a
// letter nor a digit stands for itself.
func (r *reader) backslash(at, depth int) []reading {
	var list []reading
	for size := 1; size <= 3; size++ {
		list = append(list, r.number(at, depth, size, 8, asByte)...)
	}
	for _, one := range r.through(at, depth) {
		switch c := one.is[0]; {
		case c == 'x':
			list = append(list, r.number(one.next, depth, 2, 16, asByte)...)
			list = append(list, r.number(one.next, depth, 2, 16, asRune)...)
		case c == 'u':
			list = append(list, r.number(one.next, depth, 4, 16, r.codeUnit(depth))...)
		case c == 'U':
			list = append(list, r.number(one.next, depth, 8, 16, asRune)...)
		case letter(c) != "":
			list = append(list, reading{letter(c), one.next})
		case c < utf8.RuneSelf && !alphanumeric(c):
			list = append(list, one)
		}
	}
	return list
}

// letter returns the meaning of a letter after a backslash, in C or YAML.
func letter(c byte) string {
	if at := strings.IndexByte("abefnrtv", c); at >= 0 {
		return "\a\b\x1b\f\n\r\t\v"[at : at+1]
	}
	switch c {
	case 'N':
		return "\u0085"
	case 'L':
		return "\u2028"
	case 'P':
		return "\u2029"
	}
	return ""
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// codeUnit decodes the number of \uXXXX, or of two that form a surrogate pair.
func (r *reader) codeUnit(depth int) func(rune, int) []reading {
	return func(high rune, at int) []reading {
		if !utf16.IsSurrogate(high) {
			return asRune(high, at)
		}
		var list []reading
		for _, second := range r.as("", at, depth, `\u`) {
			list = append(list, r.number(second.next, depth, 4, 16, func(low rune, at int) []reading {
				return asRune(utf16.DecodeRune(high, low), at)
			})...)
		}
		return list
	}
}

func (r *reader) percent(at, depth int) []reading {
	list := r.number(at, depth, 2, 16, asByte)
	for _, one := range r.as("", at, depth, "u") {
		list = append(list, r.number(one.next, depth, 4, 16, asRune)...)
	}
	return list
}

// longestEntity is the maximum number of characters between & and semicolon.
const longestEntity = 32

// entity returns the readings of an HTML entity after its &.
func (r *reader) entity(at, depth int) []reading {
	var list []reading
	names := []reading{{"", at}}
	for size := 0; size <= longestEntity && len(names) > 0; size++ {
		var longer []reading
		for _, name := range names {
			for _, one := range r.through(name.next, depth) {
				switch c := one.is[0]; {
				case c == ';':
					written := "&" + name.is + ";"
					if is := html.UnescapeString(written); is != written {
						list = append(list, reading{is, one.next})
					}
				case alphanumeric(c) || c == '#' && name.is == "":
					longer = added(longer, reading{name.is + one.is, one.next})
				}
			}
		}
		names = longer
	}
	return list
}
