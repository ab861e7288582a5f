package python

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// exprToken is a token of an expression.
type exprToken struct {
	kind rune // 's' is a string, 'n' a name or number, any other the character itself
	text string
	line int // from 1
}

// closers returns the closing bracket of each opening one.
func closers() map[rune]rune {
	return map[rune]rune{'(': ')', '[': ']', '{': '}'}
}

// SyntaxProblem returns the message of Python's parser about an expression, or an empty string. Lines count from 2
// because authentik wraps the expression in a function.
func SyntaxProblem(source string) string {
	tokens, problem := scan(source)
	if problem != "" {
		return problem
	}
	var open []exprToken
	for _, t := range tokens {
		if strings.ContainsRune("([{", t.kind) {
			open = append(open, t)
			continue
		}
		if !strings.ContainsRune(")]}", t.kind) {
			continue
		}
		if len(open) == 0 {
			return fmt.Sprintf("unmatched '%c' (None, line %d)", t.kind, t.line+1)
		}
		opener := open[len(open)-1]
		if closers()[opener.kind] != t.kind {
			return fmt.Sprintf("closing parenthesis '%c' does not match opening parenthesis '%c' (None, line %d)",
				t.kind, opener.kind, t.line+1)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return fmt.Sprintf("'%c' was never closed (None, line %d)", open[len(open)-1].kind, open[len(open)-1].line+1)
	}
	return ""
}

// scan splits an expression into tokens and drops its comments. It returns a message about an unterminated string.
func scan(source string) ([]exprToken, string) {
	var tokens []exprToken
	line := 1
	for rest := []rune(source); len(rest) > 0; {
		kind, text, length := scanToken(rest)
		if length == 0 {
			return nil, fmt.Sprintf("unterminated string literal (detected at line %d) (None, line %d)", line+1, line+1)
		}
		if kind != 0 {
			tokens = append(tokens, exprToken{kind, text, line})
		}
		line += strings.Count(string(rest[:length]), "\n")
		rest = rest[length:]
	}
	return tokens, ""
}

// scanToken reads a token and its length in characters. Kind 0 is a space or a comment; length 0 is an unterminated
// string.
func scanToken(rest []rune) (kind rune, text string, length int) {
	switch first := rest[0]; {
	case first == '#':
		return 0, "", span(rest, func(r rune) bool { return r != '\n' })
	case strings.ContainsRune(" \t\r\n", first):
		return 0, "", 1
	case first == '"' || first == '\'':
		text, length = scanString(rest)
		return 's', text, length
	case isWord(first):
		length = span(rest, isWord)
		return 'n', string(rest[:length]), length
	default:
		return first, string(first), 1
	}
}

// span returns the number of leading characters that belong together.
func span(rest []rune, belongs func(rune) bool) int {
	for i, r := range rest {
		if !belongs(r) {
			return i
		}
	}
	return len(rest)
}

// scanString reads a quoted string and its length with the quotes, or 0 if it is unterminated. Triple quotes may span
// lines.
func scanString(rest []rune) (string, int) {
	quotes := 1
	if len(rest) > 2 && rest[1] == rest[0] && rest[2] == rest[0] {
		quotes = 3
	}
	ending := strings.Repeat(string(rest[0]), quotes)
	var text strings.Builder
	for i := quotes; i < len(rest); i++ {
		switch {
		case strings.HasPrefix(string(rest[i:min(i+quotes, len(rest))]), ending):
			return text.String(), i + quotes
		case rest[i] == '\n' && quotes == 1:
			return "", 0
		case rest[i] == '\\' && i+1 < len(rest):
			r, length := scanEscape(rest[i+1:])
			text.WriteRune(r)
			i += length
		default:
			text.WriteRune(rest[i])
		}
	}
	return "", 0
}

// scanEscape reads what follows a backslash, and its length. It knows the escapes by number, and takes any other
// character for itself.
func scanEscape(rest []rune) (rune, int) {
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[rest[0]]
	if digits == 0 || len(rest) <= digits {
		return rest[0], 1
	}
	number, err := strconv.ParseUint(string(rest[1:1+digits]), 16, 32)
	if err != nil || number > unicode.MaxRune {
		return rest[0], 1
	}
	return rune(number), 1 + digits
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}
