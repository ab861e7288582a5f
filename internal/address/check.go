package address

import (
	"net/url"
	"strings"
	"unicode"

	"authpocket/internal/pattern"
)

// Check returns what is wrong with a complete web address, such as an endpoint.
func Check(raw string) error {
	if err := checkText(raw); err != nil {
		return err
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return wrong(Unreadable)
	case u.Scheme != "https" && u.Scheme != "http":
		return &Fault{Reason: OtherScheme, Part: u.Scheme}
	}
	return checkWeb(raw, u)
}

// CheckBase is Check for an address that paths are appended to.
func CheckBase(raw string) error {
	if err := Check(raw); err != nil {
		return err
	}
	if strings.Contains(raw, "?") {
		return wrong(HasQuery)
	}
	return nil
}

var schemeSyntax = pattern.Of(`^[a-zA-Z][a-zA-Z0-9+.-]*$`)

// CheckRedirect returns why a redirect URI with strict matching can never work. An
// app's own scheme may have any form: RFC 8252 uses com.example.app:/callback,
// others myapp://callback.
func CheckRedirect(raw string) error {
	if err := checkText(raw); err != nil {
		return err
	}
	if strings.ContainsAny(raw, `*\^`) {
		return wrong(IsPattern)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil && strings.Contains(raw, "://"):
		return wrong(Unreadable)
	case err != nil || !schemeSyntax().MatchString(u.Scheme) || hostAndPort().MatchString(raw):
		return wrong(NoScheme)
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript": // authentik rejects them at sign-in
		return &Fault{Reason: ScriptScheme, Part: u.Scheme}
	case "about", "blob", "file", "filesystem", "view-source":
		return &Fault{Reason: LocalScheme, Part: u.Scheme}
	case "https", "http":
		return checkWeb(raw, u)
	}
	return checkFragment(raw)
}

// checkText checks what needs no parser.
func checkText(raw string) error {
	switch {
	case raw == "":
		return wrong(Empty)
	case len(raw) > MaxLength:
		return wrong(TooLong)
	case strings.TrimSpace(raw) != raw:
		return wrong(EdgeSpace)
	case strings.ContainsFunc(raw, unicode.IsSpace):
		return wrong(HasSpace)
	}
	return nil
}

func checkWeb(raw string, u *url.URL) error {
	if u.User != nil {
		return wrong(HasUser)
	}
	if _, err := normalHost(u); err != nil {
		return err
	}
	return checkFragment(raw)
}

// checkFragment rejects fragments, even an empty one (RFC 6749 §3.1.2).
func checkFragment(raw string) error {
	if strings.Contains(raw, "#") {
		return wrong(HasFragment)
	}
	return nil
}
