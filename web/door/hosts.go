package door

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the names under which the wizard answers, besides those of this
// machine itself.
type Hosts struct {
	// Public is the address in the browser when it is not the one listened
	// on: behind a proxy, or with a name in DNS. nil: none.
	Public *url.URL
	// Proxies may say by X-Forwarded-Host and X-Forwarded-Proto what the
	// browser asked for. With any set, others reach the wizard only from this
	// machine.
	Proxies []netip.Prefix
}

// forwardedHeaders are what proxies say of a request. Nothing behind Only
// ever sees them.
func forwardedHeaders() []string {
	return []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto",
		"X-Forwarded-Server", "X-Real-Ip", "True-Client-Ip"}
}

type secureKey struct{}

// Secure reports whether the browser uses https, to us or to a trusted proxy.
func Secure(r *http.Request) bool {
	return r.TLS != nil || r.Context().Value(secureKey{}) != nil
}

// elsewhere leads on who came by another port, such as that of a tunnel, and tells a stranger's page nothing of what
// program this is.
const elsewhere = "Nothing is served at this address. Open the one that was printed in the terminal or the log. " +
	"Another one works once the program is started with it as its public URL."

// Only answers requests for the wizard's own names and refuses all others
// with 421: a name that an attacker points at this machine has no access.
func (h Hosts) Only(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, peer := h.believe(r)
		if !peer || !h.names(r) {
			setHeaders(w.Header(), r)
			http.Error(w, elsewhere, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// believe takes over what a trusted proxy says, drops what anyone else says,
// and reports whether the peer may speak to us at all. A browser may come from
// a proxy's address too, under a name that an attacker points here, and send the
// headers of proxies. Its own Host gives it away.
func (h Hosts) believe(r *http.Request) (_ *http.Request, peer bool) {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	from := remote.Addr().Unmap().WithZone("")
	trusted := false
	for _, p := range h.Proxies {
		trusted = trusted || err == nil && p.Contains(from)
	}
	host, proto := last(r.Header, "X-Forwarded-Host"), last(r.Header, "X-Forwarded-Proto")
	ctx := r.Context()
	if trusted && proto == "https" {
		ctx = context.WithValue(ctx, secureKey{}, true)
	}
	r = r.Clone(ctx)
	for _, name := range forwardedHeaders() {
		r.Header.Del(name)
	}
	if trusted && host != "" {
		if !h.upstream(r.Host) {
			return r, false
		}
		r.Host = host
	}
	return r, trusted || len(h.Proxies) == 0 || err == nil && from.IsLoopback()
}

// upstream reports whether a proxy may have sent a request to us under this
// Host: the public name, which most pass on, or an address, a name of this
// machine or one without a dot, such as a container's, which nginx and Apache
// put in its place. An attacker can have none of those names in DNS.
func (h Hosts) upstream(host string) bool {
	name := hostname(host)
	if h.Public != nil && strings.EqualFold(name, hostname(h.Public.Host)) {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil || loopbackName(name) || !strings.ContainsAny(name, ".[]")
}

// last is the newest of the values that a chain of proxies has put together.
func last(header http.Header, name string) string {
	values := strings.Split(strings.Join(header.Values(name), ","), ",")
	return strings.TrimSpace(values[len(values)-1])
}

// names reports whether a request's Host is one of ours, port included.
func (h Hosts) names(r *http.Request) bool {
	asked, port := hostname(r.Host), portOf(r.Host, Secure(r))
	if bare := strings.Trim(asked, "[]"); asked != bare && asked != "["+bare+"]" {
		return false // brackets that enclose nothing
	}
	if h.Public != nil && strings.EqualFold(asked, hostname(h.Public.Host)) &&
		port == portOf(h.Public.Host, h.Public.Scheme == "https") {
		return true
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local == nil || local.Network() == "unix" {
		return loopbackName(asked) // there is no port to compare with
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil || port != portOf(local.String(), false) {
		return false
	}
	// An IP literal of the address that was reached cannot be an attacker's name.
	literal, err := netip.ParseAddr(strings.Trim(asked, "[]"))
	return loopbackName(asked) || err == nil && literal.Unmap() == at.Addr().Unmap().WithZone("")
}

// portOf is a host's port, or the one that its scheme implies.
func portOf(host string, secure bool) string {
	if rest := host[len(hostname(host)):]; rest != "" {
		return rest[1:]
	}
	if secure {
		return "443"
	}
	return "80"
}
