package export

import "strings"

// shellQuote returns s as one word of a POSIX shell. s must not contain NUL.
func shellQuote(s string) string { return "'" + quoteInside(s) + "'" }

// quoteInside returns s escaped for single quotes.
func quoteInside(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }

// shellJSON returns a JSON document as one shell word. Its variables are expanded
// by the shell and must hold JSON.
func shellJSON(v any) (string, error) {
	r := renderer{literal: quoteInside, variable: func(n variable) string { return `'"$` + string(n) + `"'` }}
	r.value(v, "")
	return "'" + r.out.String() + "'", r.err
}
