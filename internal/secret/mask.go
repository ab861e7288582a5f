package secret

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

const (
	hidden   = "(hidden)"
	maxScrub = 400      // characters that Scrub returns
	maxRead  = 16 << 10 // bytes that Mask reads
)

// edge matches where a name or token begins: at a word boundary or after an
// escaped character such as %26 or \u0026.
const edge = `(\b|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})`

const (
	names = `(?:(?:access_|refresh_|id_)?token|code(?:_?verifier|_?challenge)?|client_?secret|secret|password|passwd` +
		`|api_?key|state|nonce|session\w*|assertion`
	pairs   = names + `|authentik_\w+|pb_auth)`
	members = names + `|cookie|set-cookie|authorization|mfaId)`
)

// patterns find secrets, and markup.
type patterns struct{ secretPair, secretField, quotedField, secretHeader, bearer, markup, webToken *regexp.Regexp }

// find returns the patterns, compiled when they are first needed.
var find = sync.OnceValue(func() (p patterns) {
	// name=value, as in URLs, forms and cookies
	p.secretPair = regexp.MustCompile(`(?i)` + edge + `(` + pairs + `)(=|%3D|\\u003d)[^\s&;,"'<>)\]}]+`)
	// "name": "value", as in JSON and Python
	p.secretField = regexp.MustCompile(`(?i)(["'])(` + members + `)["']\s*:\s*` +
		`("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}]+)`)
	// \"name\": \"value\", as in a JSON string of JSON
	p.quotedField = regexp.MustCompile(`(?i)(\\")(` + members + `)\\"\s*:\s*` +
		`\\"(?:[^"\\]|\\\\\\\\|\\\\\\"|\\\\?[^"\\])*(?:\\")?`)
	// Authorization: Bearer value, Cookie: value
	p.secretHeader = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*[^\r\n]+`)
	p.bearer = regexp.MustCompile(`(?i)` + edge + `(bearer|basic)(?:\s|%20|\+)+[a-z0-9._~+/=-]{8,}`)
	p.markup = regexp.MustCompile(`<[A-Za-z!/?]`)
	p.webToken = regexp.MustCompile(edge + `eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}`)
	return p
})

// Scrub returns text from an outside system in a form that can be shown to the
// admin: one line of bounded length, without web pages, codes, tokens, secrets
// and cookies. It hides the known values in any spelling.
func Scrub(text string, known ...Text) string {
	return oneLine(withoutPage(Mask(text, known...)))
}

// Mask returns text without codes, tokens, secrets and cookies, for the log. It
// keeps everything else, up to 16 kB.
func Mask(text string, known ...Text) string {
	text = strings.ToValidUTF8(Hide(text, known...), "?")
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	p := find()
	text = p.secretHeader.ReplaceAllString(text, "$1: "+hidden)
	text = p.bearer.ReplaceAllString(text, "$1$2 "+hidden)
	text = p.webToken.ReplaceAllString(text, "$1"+hidden)
	text = p.secretField.ReplaceAllString(text, "$1$2$1: "+hidden)
	text = p.quotedField.ReplaceAllString(text, "$1$2$1: "+hidden)
	return p.secretPair.ReplaceAllString(text, "$1$2$3"+hidden)
}

// withoutPage cuts text where markup begins, which may be a whole web page.
func withoutPage(text string) string {
	if at := find().markup.FindStringIndex(text); at != nil {
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
