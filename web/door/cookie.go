package door

import (
	"net/http"
	"net/netip"
	"strings"

	"authpocket/web/view"
)

// Cookie is a cookie's plain name. It is set as __Host-NAME too, which a
// browser takes only with Secure, over https or from this machine itself, and
// only for this very host. A wizard at a path has __Secure-NAME, for that path.
// The plain name is for browsers that know http://localhost as insecure, and
// for plain http.
type Cookie string

// Host is the name that only this very host can have set.
func (c Cookie) Host() string { return "__Host-" + string(c) }

// protected is the name that a browser takes only with Secure.
func (c Cookie) protected(r *http.Request) string {
	if view.MountOf(r.Context()) != "" {
		return "__Secure-" + string(c)
	}
	return c.Host()
}

// Value prefers the cookie that a browser takes only with Secure.
func (c Cookie) Value(r *http.Request) string {
	for _, name := range []string{c.protected(r), string(c)} {
		if found, err := r.Cookie(name); err == nil && found.Value != "" {
			return found.Value
		}
	}
	return ""
}

// Set gives (or with a negative age, takes back) the cookie under each name
// that the browser may accept here.
func (c Cookie) Set(w http.ResponseWriter, r *http.Request, value string, age int) {
	c.set(w, r, value, age, http.SameSiteStrictMode)
}

// SetLax is Set for a cookie that a browser also sends when it comes from another site, as from authentik's way back.
func (c Cookie) SetLax(w http.ResponseWriter, r *http.Request, value string, age int) {
	c.set(w, r, value, age, http.SameSiteLaxMode)
}

func (c Cookie) set(w http.ResponseWriter, r *http.Request, value string, age int, site http.SameSite) {
	secure := Secure(r)
	if secure || loopbackName(hostname(r.Host)) {
		put(w, r, c.protected(r), value, age, true, site)
	}
	if !secure {
		put(w, r, string(c), value, age, false, site)
	}
}

// DropPlain takes the second cookie back once the browser has shown that it
// accepts the first.
func (c Cookie) DropPlain(w http.ResponseWriter, r *http.Request) {
	_, errHost := r.Cookie(c.protected(r))
	_, errPlain := r.Cookie(string(c))
	if errHost == nil && errPlain == nil {
		put(w, r, string(c), "", -1, false, http.SameSiteStrictMode)
	}
}

// SetForPage gives the browser a cookie for the page of the request alone.
func SetForPage(w http.ResponseWriter, r *http.Request, name, value string) {
	putAt(w, r, r.URL.Path, &http.Cookie{ // #nosec G124 -- Secure where the browser takes it
		Name: name, Value: value, Secure: Secure(r), HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func put(w http.ResponseWriter, r *http.Request, name, value string, age int, secure bool, site http.SameSite) {
	putAt(w, r, "/", &http.Cookie{ // #nosec G124 -- Set decides on Secure
		Name: name, Value: value, MaxAge: age, Secure: secure, HttpOnly: true, SameSite: site})
}

// putAt sets a cookie for a path below the wizard's root. In a frame of another site a browser takes and sends only one
// that is partitioned.
func putAt(w http.ResponseWriter, r *http.Request, path string, c *http.Cookie) { // #nosec G124 -- as the callers say
	c.Path = view.MountOf(r.Context()) + path
	if c.Secure && framed(r) {
		c.SameSite, c.Partitioned = http.SameSiteNoneMode, true
	}
	http.SetCookie(w, c)
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if at := strings.LastIndexByte(host, ':'); at >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:at]
	}
	return host
}

// loopbackName reports whether browsers resolve a name to this machine without
// DNS, so that no attacker can point it elsewhere.
func loopbackName(name string) bool {
	name = strings.ToLower(name)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == "" && name[0] != '.'
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	return err == nil && ip.Zone() == "" && ip.IsLoopback() && ip.Is6() == strings.HasPrefix(name, "[")
}
