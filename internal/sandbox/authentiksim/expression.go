package authentiksim

import (
	"fmt"
	"strings"
)

// The simulator has no Python. It checks that brackets and strings are closed,
// which is how an expression that was cut off is refused, and evaluates a small
// family of expressions.

// token is one word of an expression.
type exprToken struct {
	kind rune // 's' string, 'n' name or number, else the character itself
	text string
	line int // counted from 1
}

var closers = map[rune]rune{'(': ')', '[': ']', '{': '}'}

// syntaxProblem says what Python's parser would say about an expression, or
// nothing. Lines count from 2: authentik wraps the expression into a function.
func syntaxProblem(source string) string {
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
		if closers[opener.kind] != t.kind {
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

// scan cuts an expression into words, without its comments. It answers what is
// wrong with a string that does not end on its line.
func scan(source string) ([]exprToken, string) {
	var tokens []exprToken
	for number, line := range strings.Split(source, "\n") {
		rest := []rune(line)
		for len(rest) > 0 {
			switch first := rest[0]; {
			case first == '#':
				rest = nil
			case first == ' ' || first == '\t' || first == '\r':
				rest = rest[1:]
			case first == '"' || first == '\'':
				text, length := scanString(rest)
				if length == 0 {
					return nil, fmt.Sprintf("unterminated string literal (detected at line %d) (None, line %d)", number+2, number+2)
				}
				tokens, rest = append(tokens, exprToken{'s', text, number + 1}), rest[length:]
			case isWord(first):
				length := 1
				for length < len(rest) && isWord(rest[length]) {
					length++
				}
				tokens, rest = append(tokens, exprToken{'n', string(rest[:length]), number + 1}), rest[length:]
			default:
				tokens, rest = append(tokens, exprToken{first, string(first), number + 1}), rest[1:]
			}
		}
	}
	return tokens, ""
}

// scanString reads a quoted string and how many characters it takes with its
// quotes; 0 if it does not end.
func scanString(rest []rune) (string, int) {
	var text strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == rest[0]:
			return text.String(), i + 1
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			text.WriteRune(rest[i])
		default:
			text.WriteRune(rest[i])
		}
	}
	return "", 0
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}
