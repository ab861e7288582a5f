package signin

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"authpocket/internal/link"
)

// Difference marks where two texts part: each is Before, its own middle, and
// After. Words says in which part of an address they differ.
type Difference struct {
	Before string `json:"before"`
	A      string `json:"a"`
	B      string `json:"b"`
	After  string `json:"after"`
	Words  string `json:"words"` // empty where the texts are equal
}

// Same tells whether there is no difference.
func (d Difference) Same() bool { return d.A == "" && d.B == "" }

// String shows both with the differing part in brackets.
func (d Difference) String() string {
	return d.Before + "[" + d.A + "]" + d.After + " and " + d.Before + "[" + d.B + "]" + d.After
}

// Compare marks the difference of two addresses, never inside a character.
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

// differ says in which part two addresses differ.
func differ(a, b string) string {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	switch {
	case strings.TrimSpace(a) == strings.TrimSpace(b):
		return "They differ in a space."
	case strings.TrimRight(a, "/") == strings.TrimRight(b, "/"):
		return "They differ in the slash at the end."
	case errA != nil || errB != nil:
		return "They differ."
	case strings.EqualFold(a, b):
		return "They differ in capital letters."
	case ua.Hostname() != ub.Hostname():
		return "They differ in the host."
	case ua.Port() != ub.Port():
		return "They differ in the port."
	case ua.Scheme != ub.Scheme:
		return "They differ in the scheme."
	case ua.Path != ub.Path:
		return "They differ in the path."
	}
	return "They differ behind the path."
}

// NewMismatch puts a redirect URI beside the nearest of those that authentik
// knows: the one that has most in common with it.
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
		m.Difference.Words = "authentik has no redirect URI of this provider."
	}
	if best >= 0 && literal(known[nearest]) {
		m.Difference.Words = "A strict redirect URI is compared literally, so its wildcard or backslash matches " +
			"nothing else. " +
			"Enter the exact address, or set its matching mode to regex and enter a pattern."
	}
	return m
}

// literal reports whether a strict redirect URI was meant as a pattern.
func literal(known string) bool {
	return !strings.HasSuffix(known, link.PatternSuffix) && strings.ContainsAny(known, `*\`)
}

// String is the mismatch in one sentence, the difference in brackets.
func (m Mismatch) String() string {
	if len(m.Known) == 0 {
		return "authentik was asked with " + m.Sent + " and knows none."
	}
	d := m.Difference
	if d.Same() {
		return "authentik was asked with " + m.Sent + ", which it knows."
	}
	return "authentik was asked with " + d.Before + "[" + d.A + "]" + d.After + " and knows " + d.Before + "[" + d.B +
		"]" + d.After + ". " + d.Words
}

// RedirectNames are the addresses of a provider's redirect URIs that people
// can be sent back to, regular expressions marked.
func RedirectNames(list []link.RedirectURI) []string {
	names := []string{}
	for _, r := range list {
		if r.Type != link.RedirectLogout {
			names = append(names, r.String())
		}
	}
	return names
}
