package store

import (
	"regexp"
	"slices"
	"strings"
)

// Kind returns the type, or its default.
func (u RedirectURI) Kind() string {
	if u.Type == "" {
		return "authorization"
	}
	return u.Type
}

// Matches reports whether an address is the URL or, in regex mode, matches it as a whole.
func (u RedirectURI) Matches(address string) bool {
	if u.MatchingMode != "regex" {
		return u.URL == address
	}
	pattern, err := regexp.Compile(`^(?:` + u.URL + `)$`)
	return err == nil && pattern.MatchString(address)
}

// Allows reports whether the provider may redirect the browser to an address.
func (p *Provider) Allows(address string) bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool {
		return u.Kind() == "authorization" && u.Matches(address)
	})
}

// Broken reports whether a redirect URI lacks its mode or URL, which makes the provider unreadable.
func (p *Provider) Broken() bool {
	return slices.ContainsFunc(p.RedirectURIs, func(u RedirectURI) bool { return u.MatchingMode == "" || u.URL == "" })
}

// LaunchRoot returns the origin of a provider's first redirect URI, which authentik uses as the launch URL of an
// application that has none.
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

// ForbiddenScheme reports whether a browser would run the address instead of visiting it.
func ForbiddenScheme(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return slices.Contains([]string{"javascript", "data", "vbscript"}, strings.ToLower(scheme))
}
