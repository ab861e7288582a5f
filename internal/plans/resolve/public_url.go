package resolve

import (
	"net/url"
	"strings"

	"authpocket/internal/link"
)

// PublicURL returns the address that authentik has for itself, to be proposed as its public address. It is empty if
// authentik has none or the one that was read, if the spec has one, and if the collection has a link, whose addresses
// stay. https never becomes http.
func PublicURL(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) string {
	base, err := url.Parse(a.BaseURL)
	read, errRead := url.Parse(a.URL)
	switch {
	case s.AuthentikURL != "" || err != nil || errRead != nil || base.Host == "":
		return ""
	case base.Scheme != "https" && (base.Scheme != "http" || read.Scheme == "https"):
		return ""
	case len(certain(Candidates(s, a, *p))) > 0:
		return ""
	}
	// The setting has no path, and authentik is below the same one at each of its addresses.
	public := base.Scheme + "://" + base.Host + strings.TrimRight(read.EscapedPath(), "/")
	if strings.EqualFold(public, a.URL) {
		return ""
	}
	return public
}
