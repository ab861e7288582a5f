package signin

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Difference marks where two addresses differ. The first is Before+A+After, the second Before+B+After. Words names the
// part of the address that differs.
type Difference struct {
	Before string   `json:"before"`
	A      string   `json:"a"`
	B      string   `json:"b"`
	After  string   `json:"after"`
	Words  say.Text `json:"words"` // empty if the addresses are equal
}

// Same reports whether there is no difference.
func (d Difference) Same() bool { return d.A == "" && d.B == "" }

// String returns both addresses with the differing part in brackets.
func (d Difference) String() string {
	return d.Before + "[" + d.A + "]" + d.After + " and " + d.Before + "[" + d.B + "]" + d.After
}

// Compare returns the difference of two addresses. It never splits a character.
func Compare(a, b string) Difference {
	if a == b {
		return Difference{Before: a}
	}
	head := 0
	for head < len(a) && head < len(b) {
		_, size := utf8.DecodeRuneInString(a[head:])
		if !strings.HasPrefix(b[head:], a[head:head+size]) {
			break
		}
		head += size
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head {
		_, size := utf8.DecodeLastRuneInString(a[head : len(a)-tail])
		if !strings.HasSuffix(b[head:len(b)-tail], a[len(a)-tail-size:len(a)-tail]) {
			break
		}
		tail += size
	}
	return Difference{
		Before: a[:head], A: a[head : len(a)-tail], B: b[head : len(b)-tail], After: a[len(a)-tail:],
		Words: differ(a, b),
	}
}

// differ returns a sentence that names the part in which two addresses differ.
func differ(a, b string) say.Text {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	switch {
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return say.Of("They differ in white space.")
	case strings.TrimRight(a, "/") == strings.TrimRight(b, "/"):
		return say.Of("They differ in the trailing slash.")
	case errA != nil || errB != nil:
		return say.Of("They differ.")
	case strings.EqualFold(a, b):
		return say.Of("They differ in case.")
	case ua.Hostname() != ub.Hostname():
		return say.Of("They differ in the host.")
	case ua.Port() != ub.Port():
		return say.Of("They differ in the port.")
	case ua.Scheme != ub.Scheme:
		return say.Of("They differ in the scheme.")
	case ua.Path != ub.Path:
		return say.Of("They differ in the path.")
	}
	return say.Of("They differ in the query or fragment.")
}

// NewMismatch compares a redirect URI with those that the provider has, and marks the difference to the most
// similar one.
func NewMismatch(sent string, known []string) *Mismatch {
	m := &Mismatch{Sent: sent, Known: known, Difference: Compare(sent, "")}
	best, nearest := -1, 0
	for i, one := range known {
		d := Compare(sent, one)
		if common := len(d.Before) + len(d.After); common > best {
			best, nearest, m.Difference = common, i, d
		}
	}
	if len(known) == 0 {
		m.Difference.Words = say.Of("The provider has no redirect URI.")
	}
	if best >= 0 && literal(known[nearest]) {
		m.Difference.Words = say.Of("A strict redirect URI is compared literally: a wildcard or backslash in it " +
			"matches only itself. Enter the exact address, or set its matching mode to regex and enter a pattern.")
	}
	return m
}

// literal reports whether a strict redirect URI looks like a pattern.
func literal(known string) bool {
	return !strings.HasSuffix(known, link.PatternSuffix) && strings.ContainsAny(known, `*\`)
}

// Text returns the mismatch as a sentence, with the difference in brackets.
func (m Mismatch) Text() say.Text {
	if len(m.Known) == 0 {
		return say.Of("authentik received the redirect URI %s, but the provider has none.", m.Sent)
	}
	d := m.Difference
	if d.Same() {
		return say.Of("authentik received the redirect URI %s, which the provider has.", m.Sent)
	}
	return say.Join(say.Of("authentik received the redirect URI %s, but the provider has %s.",
		d.Before+"["+d.A+"]"+d.After,
		d.Before+"["+d.B+"]"+d.After), d.Words)
}

// RedirectNames returns the redirect URIs that authentik may send users back to, with regular expressions
// marked.
func RedirectNames(list []link.RedirectURI) []string {
	names := []string{}
	for _, r := range list {
		if !r.Logout() {
			names = append(names, r.String())
		}
	}
	return names
}
