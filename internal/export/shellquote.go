package export

import "strings"

// shellQuote is s as one word of a POSIX shell, whatever is in it. A NUL
// cannot be in a word at all.
func shellQuote(s string) string { return "'" + quoteInside(s) + "'" }

// quoteInside is s as it stands between single quotes.
func quoteInside(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }

// shellJSON is a JSON document as one word, with the shell's variables in it.
// They hold JSON already.
func shellJSON(v any) (string, error) {
	r := renderer{literal: quoteInside, variable: func(n variable) string { return `'"$` + string(n) + `"'` }}
	r.value(v, "")
	return "'" + r.out.String() + "'", r.err
}
