package door

import (
	"net"
	"net/http"
	"net/url"

	"authpocket/web/view"
)

// Root returns the wizard's address without a slash at the end, as the browser sees it.
func Root(r *http.Request) string { return origin(r) + view.MountOf(r.Context()) }

// origin returns the wizard's origin, as the browser sees it.
func origin(r *http.Request) string {
	if Secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// IsOwn reports whether an address is the one of this request. All names of
// this machine count as one.
func IsOwn(r *http.Request, address string) bool {
	if mount := view.MountOf(r.Context()); mount != "" { // others share the host
		return address == Root(r)
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
