package rule

import (
	"slices"
	"strings"
)

// containing returns the pattern that PocketBase makes of an operand: unless it has a wildcard of its own, the value
// may stand anywhere in the text (tools/search/filter.go).
func containing(s string) string {
	if hasWildcard(s) {
		return s
	}
	return "%" + escaped(s) + "%"
}

// hasWildcard reports whether the pattern has a % without a backslash before it.
func hasWildcard(s string) bool {
	escape := false
	for _, r := range s {
		if r == '%' && !escape {
			return true
		}
		escape = r == '\\' && !escape
	}
	return false
}

// escaped puts a backslash before each special character that has none. Like PocketBase it works backwards and
// leaves the character before a special one alone, even if that is special too.
func escaped(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	var out []rune
	special := false
	for _, r := range runes {
		if special && r != '\\' {
			out = append(out, '\\')
		}
		special = !special && strings.ContainsRune(`\%_`, r)
		out = append(out, r)
	}
	if special {
		out = append(out, '\\')
	}
	slices.Reverse(out)
	return string(out)
}

// part is one character of a pattern.
type part struct {
	many, one bool
	char      rune
}

// parts returns the pattern's characters. It is not ok if the pattern ends in the middle of an escape.
func parts(pattern string) (list []part, ok bool) {
	escape := false
	for _, r := range lowerASCII(pattern) {
		switch {
		case escape:
			list, escape = append(list, part{char: r}), false
		case r == '\\':
			escape = true
		default:
			list = append(list, part{many: r == '%', one: r == '_', char: r})
		}
	}
	return list, !escape
}

// like reports whether the text matches the pattern of SQLite's LIKE with the escape character \.
func like(s, pattern string) bool {
	list, ok := parts(pattern)
	if !ok {
		return false
	}
	runes := []rune(lowerASCII(s))
	at, back, from := 0, -1, 0 // after a %: its place, and where the text goes on
	for i := 0; i < len(runes); {
		switch {
		case at < len(list) && list[at].many:
			back, from = at, i
			at++
		case at < len(list) && (list[at].one || list[at].char == runes[i]):
			at++
			i++
		case back >= 0:
			from++
			at, i = back+1, from
		default:
			return false
		}
	}
	return !slices.ContainsFunc(list[at:], func(p part) bool { return !p.many })
}
