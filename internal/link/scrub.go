package link

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"authpocket/internal/secret"
)

const (
	hidden   = "(hidden)"
	maxScrub = 400      // characters shown
	maxRead  = 16 << 10 // bytes looked at
)

var (
	// name=value, as in addresses, forms and cookies
	secretPair = regexp.MustCompile(`(?i)\b((?:access_|refresh_|id_)?token|code(?:_?verifier|_?challenge)?|client_?secret|secret|password|passwd|api_?key|state|nonce|session\w*|authentik_\w+|pb_auth|assertion)=[^\s&;,"'<>)\]}]+`)
	// "name": "value", as in JSON and in Python's own form
	secretField = regexp.MustCompile(`(?i)(["'])((?:access_|refresh_|id_)?token|code(?:_?verifier|_?challenge)?|client_?secret|secret|password|passwd|api_?key|state|nonce|session\w*|cookie|set-cookie|authorization|assertion|mfaId)["']\s*:\s*("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}]+)`)
	// Authorization: Bearer value, Cookie: value
	secretHeader = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)\s*:\s*[^\r\n]+`)
	bearer       = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}`)
	markup       = regexp.MustCompile(`<[A-Za-z!/?]`)
	webToken     = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}`)
)

// Scrub makes what an outside system wrote fit to be shown to the admin: one
// line of bounded length, without pages, and without codes, tokens, secrets
// and cookies. known are values that must not appear in any form.
func Scrub(text string, known ...secret.Text) string {
	return oneLine(withoutPage(Mask(text, known...)))
}

// Mask is Scrub for our own eyes: codes, tokens, secrets and cookies are left
// out, all else stays, up to 16 kB.
func Mask(text string, known ...secret.Text) string {
	text = strings.ToValidUTF8(text, "?")
	for _, one := range known {
		text = hide(text, one.Reveal())
	}
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	text = secretHeader.ReplaceAllString(text, "$1: "+hidden)
	text = bearer.ReplaceAllString(text, "$1 "+hidden)
	text = webToken.ReplaceAllString(text, hidden)
	text = secretField.ReplaceAllString(text, "$1$2$1: "+hidden)
	return secretPair.ReplaceAllString(text, "$1="+hidden)
}

// hide replaces a value, plain and as it stands in addresses and in JSON.
func hide(text, value string) string {
	if len(value) < 4 {
		return text // it would take words apart, and is no secret
	}
	for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value), strings.ReplaceAll(value, `"`, `\"`)} {
		text = strings.ReplaceAll(text, form, hidden)
	}
	return text
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
