package web

import (
	"net"
	"net/http"
	"net/url"
	"slices"

	"authpocket/internal/link"
	"authpocket/web/door"
	"authpocket/web/session"
	"authpocket/web/view"
)

// callbackPath is authpocket's own redirect URI, for a test in which the
// browser does not reach PocketBase.
const callbackPath = "/signin/callback"

// callbackURL returns the full URL, as the browser sees it.
func callbackURL(r *http.Request) string { return root(r) + callbackPath }

// root returns the wizard's address without a slash at the end, as the browser sees it.
func root(r *http.Request) string { return origin(r) + view.MountOf(r.Context()) }

// origin returns the wizard's origin, as the browser sees it.
func origin(r *http.Request) string {
	if door.Secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

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

// ownAddress reports whether an address is the one of this request. All names of
// this machine count as one.
func ownAddress(r *http.Request, address string) bool {
	if mount := view.MountOf(r.Context()); mount != "" { // others share the host
		return address == root(r)
	}
	u, err := url.Parse(address)
	own, odd := url.Parse(origin(r))
	if err != nil || odd != nil {
		return false
	}
	return machine(u.Hostname()) == machine(own.Hostname()) && port(u) == port(own)
}

func machine(host string) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return "localhost"
	}
	return host
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
