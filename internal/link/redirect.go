package link

import (
	"regexp"
	"strings"
)

// RedirectURI is one entry of a provider's redirect URIs.
type RedirectURI struct {
	URL  string       `yaml:"url" json:"url"`
	Mode RedirectMode `yaml:"mode" json:"mode"`
	Type RedirectType `yaml:"type" json:"type"` // authentik 2026.5 and later, empty before
}

// RedirectMode is how authentik compares a redirect URI.
type RedirectMode string

// The modes (authentik MatchingModeEnum).
const (
	RedirectStrict RedirectMode = "strict"
	RedirectRegex  RedirectMode = "regex"
)

// RedirectType is what a redirect URI is for.
type RedirectType string

// The types (authentik RedirectUriTypeEnum).
const (
	RedirectAuthorization RedirectType = "authorization"
	RedirectLogout        RedirectType = "logout"
)

// UnmarshalYAML reads a plain string as a strict redirect URI.
func (r *RedirectURI) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&r.URL); err == nil {
		r.Mode = RedirectStrict
		return nil
	}
	type whole RedirectURI
	return unmarshal((*whole)(r))
}

// Logout reports whether authentik sends people there after they have signed out.
func (r RedirectURI) Logout() bool { return r.Type == RedirectLogout }

// PatternSuffix is the suffix of a redirect URI's text if it is a regular expression.
const PatternSuffix = " (regex)"

// String returns the URI, marked if it is a regular expression or for logout.
func (r RedirectURI) String() string {
	s := r.URL
	if r.Mode == RedirectRegex {
		s += PatternSuffix
	}
	if r.Type == RedirectLogout {
		s += " (logout)"
	}
	return s
}

// Allows reports whether authentik accepts the redirect URI u by this entry. A pattern has to match all of u.
// One that only Python can read never matches.
func (r RedirectURI) Allows(u string) bool {
	if r.Mode != RedirectRegex {
		return r.URL == u
	}
	pattern, err := regexp.Compile(`^(?:` + r.URL + `)$`)
	return err == nil && pattern.MatchString(u)
}

// RedirectNames returns the redirect URIs as text, with regular expressions and logout URIs marked.
func RedirectNames(list []RedirectURI) []string { return Each(list, RedirectURI.String) }

// RedirectURL returns the redirect URI of a PocketBase at base (PocketBase
// apis/record_auth_with_oauth2_redirect.go).
func RedirectURL(base string) string { return strings.TrimRight(base, "/") + RedirectPath }

func hasRedirectPath(u string) bool { return strings.HasSuffix(u, RedirectPath) }
