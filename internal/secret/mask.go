package secret

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	hidden   = "(hidden)"
	maxScrub = 400      // characters shown
	maxRead  = 16 << 10 // bytes looked at
)

// edge is where a name or a token begins: a word, or what follows an escaped
// character such as %26 or \u0026.
const edge = `(\b|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})`

const (
	names = `(?:(?:access_|refresh_|id_)?token|code(?:_?verifier|_?challenge)?|client_?secret|secret|password|passwd` +
		`|api_?key|state|nonce|session\w*|assertion`
	pairs   = names + `|authentik_\w+|pb_auth)`
	members = names + `|cookie|set-cookie|authorization|mfaId)`
)

var (
	// name=value, as in addresses, forms and cookies
	secretPair = regexp.MustCompile(`(?i)` + edge + `(` + pairs + `)(=|%3D|\\u003d)[^\s&;,"'<>)\]}]+`)
	// "name": "value", as in JSON and in Python's own form
	secretField = regexp.MustCompile(`(?i)(["'])(` + members + `)["']\s*:\s*` +
		`("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}]+)`)
	// \"name\": \"value\", as in JSON that is quoted once more
	quotedField = regexp.MustCompile(`(?i)(\\")(` + members + `)\\"\s*:\s*` +
		`\\"(?:[^"\\]|\\\\\\\\|\\\\\\"|\\\\?[^"\\])*(?:\\")?`)
	// Authorization: Bearer value, Cookie: value
	secretHeader = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*[^\r\n]+`)
	bearer       = regexp.MustCompile(`(?i)` + edge + `(bearer|basic)(?:\s|%20|\+)+[a-z0-9._~+/=-]{8,}`)
	markup       = regexp.MustCompile(`<[A-Za-z!/?]`)
	webToken     = regexp.MustCompile(edge + `eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}`)
)

// Scrub makes what an outside system wrote fit to be shown to the admin: one
// line of bounded length, without pages, and without codes, tokens, secrets
// and cookies. known are values that must not appear in any form.
func Scrub(text string, known ...Text) string {
	return oneLine(withoutPage(Mask(text, known...)))
}

// Mask is Scrub for our own eyes: codes, tokens, secrets and cookies are left
// out, all else stays, up to 16 kB.
func Mask(text string, known ...Text) string {
	text = strings.ToValidUTF8(Hide(text, known...), "?")
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	text = secretHeader.ReplaceAllString(text, "$1: "+hidden)
	text = bearer.ReplaceAllString(text, "$1$2 "+hidden)
	text = webToken.ReplaceAllString(text, "$1"+hidden)
	text = secretField.ReplaceAllString(text, "$1$2$1: "+hidden)
	text = quotedField.ReplaceAllString(text, "$1$2$1: "+hidden)
	return secretPair.ReplaceAllString(text, "$1$2$3"+hidden)
}

// withoutPage cuts where markup begins: it may be a whole page.
func withoutPage(text string) string {
	if at := markup.FindStringIndex(text); at != nil {
		return text[:at[0]] + "(a web page)"
	}
	return text
}

func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxScrub {
		return strings.TrimSpace(string(runes[:maxScrub])) + "…"
	}
	return text
}
