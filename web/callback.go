package web

import (
	"net/http"
	"net/url"
	"slices"

	"authpocket/internal/link"
	"authpocket/web/door"
	"authpocket/web/session"
)

// callbackPath is authpocket's own redirect URI, for a test in which the
// browser does not reach PocketBase.
const callbackPath = "/signin/callback"

// callbackURL returns the full URL, as the browser sees it.
func callbackURL(r *http.Request) string { return door.Root(r) + callbackPath }

// own returns authpocket's own redirect URIs in an existing link.
func own(p *session.Progress) []string {
	if p.Settled == nil {
		return nil
	}
	return ownAddresses(&p.Settled.Desired, &p.Spec)
}

// ownAddresses returns authpocket's own redirect URIs in authentik. It compares
// the path only, since a test may have run at another address of authpocket.
// URIs in the spec are the admin's.
func ownAddresses(d *link.Desired, spec *link.Spec) []string {
	var own []string
	for _, u := range d.Provider.RedirectURIs {
		asked := slices.ContainsFunc(spec.Provider.RedirectURIs,
			func(r link.RedirectURI) bool { return r.URL == u.URL })
		if parsed, err := url.Parse(u.URL); err == nil && parsed.Path == callbackPath &&
			u.Mode == link.RedirectStrict && !u.Logout() && !asked {
			own = append(own, u.URL)
		}
	}
	return own
}
