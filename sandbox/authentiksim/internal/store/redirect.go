package store

import (
	"regexp"
	"slices"
	"strings"
)

func (u RedirectURI) Kind() string {
	if u.Type == "" {
		return "authorization"
	}
	return u.Type
}

// matches tells whether an address is one people may be sent back to: the same
// text, or the whole of what the expression describes.
func (u RedirectURI) Matches(address string) bool {
	if u.MatchingMode != "regex" {
		return u.URL == address
	}
	pattern, err := regexp.Compile(`^(?:` + u.URL + `)$`)
	return err == nil && pattern.MatchString(address)
}

// allows tells whether the provider may send people to an address.
func (p *Provider) Allows(address string) bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool {
		return u.Kind() == "authorization" && u.Matches(address)
	})
}

// poisoned tells whether a redirect URI cannot be read any more.
func (p *Provider) Poisoned() bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool { return u.MatchingMode == "" || u.URL == "" })
}

// launchRoot is the site of a provider's first redirect URI, which authentik
// guesses as the launch URL of an application that has none.
func LaunchRoot(p *Provider) string {
	if p == nil || len(p.RedirectURIs) == 0 {
		return ""
	}
	scheme, rest, found := strings.Cut(p.RedirectURIs[0].URL, "://")
	if !found || p.RedirectURIs[0].MatchingMode == "regex" {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// forbiddenScheme tells whether a browser would run the address instead of visiting it.
func ForbiddenScheme(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return slices.Contains([]string{"javascript", "data", "vbscript"}, strings.ToLower(scheme))
}
