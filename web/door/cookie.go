package door

import (
	"net/http"
	"net/netip"
	"strings"
)

// Cookie is a cookie's plain name. It is set as __Host-NAME too, which a
// browser takes only with Secure, over https or from this machine itself, and
// only for this very host. The plain name is for browsers that know
// http://localhost as insecure, and for plain http.
type Cookie string

// Host is the name that only this very host can have set.
func (c Cookie) Host() string { return "__Host-" + string(c) }

// Value prefers the cookie that only this very host can have set.
func (c Cookie) Value(r *http.Request) string {
	for _, name := range []string{c.Host(), string(c)} {
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
		put(w, c.Host(), value, age, true, site)
	}
	if !secure {
		put(w, string(c), value, age, false, site)
	}
}

// DropPlain takes the second cookie back once the browser has shown that it
// accepts the first.
func (c Cookie) DropPlain(w http.ResponseWriter, r *http.Request) {
	_, errHost := r.Cookie(c.Host())
	_, errPlain := r.Cookie(string(c))
	if errHost == nil && errPlain == nil {
		put(w, string(c), "", -1, false, http.SameSiteStrictMode)
	}
}

func put(w http.ResponseWriter, name, value string, age int, secure bool, site http.SameSite) {
	http.SetCookie(w, &http.Cookie{ // #nosec G124 -- Set decides on Secure
		Name: name, Value: value, Path: "/", MaxAge: age, Secure: secure, HttpOnly: true,
		SameSite: site,
	})
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
