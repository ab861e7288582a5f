package door

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const policyHeader = "Content-Security-Policy"

// ContentPolicy lets pages use nothing but this program's own files, and no page show them in a frame.
const ContentPolicy = beforeFrames + "'none'"

const beforeFrames = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors "

const permissionsPolicy = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// Headers are those that every answer has. Files overwrite Cache-Control.
func Headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header(), r)
		next.ServeHTTP(w, r)
	})
}

func setHeaders(h http.Header, r *http.Request) {
	h.Set(policyHeader, framePolicy(r))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", referrerPolicy(r))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("Cache-Control", "no-store")
	// For this machine's names it would bind all other programs' ports too.
	if Secure(r) && !loopbackName(hostname(r.Host)) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// referrerPolicy tells other sites nothing in either case. Under no-referrer
// browsers say "Origin: null" of our own forms, and over plain http to another
// machine there is no Sec-Fetch-Site to tell them by.
func referrerPolicy(r *http.Request) string {
	if Secure(r) || loopbackName(hostname(r.Host)) {
		return "no-referrer"
	}
	return "same-origin"
}

// AllowConnect lets this one page talk to one more origin, such as
// https://pb.example. Anything but a bare http or https origin is refused.
func AllowConnect(w http.ResponseWriter, origin string) error {
	if err := CheckOrigin(origin); err != nil {
		return err
	}
	policy := w.Header().Get(policyHeader)
	w.Header().Set(policyHeader, strings.Replace(policy, "connect-src 'self'", "connect-src 'self' "+origin, 1))
	return nil
}

// CheckOrigin returns an error for anything but a bare http or https origin, such as https://pb.example.
func CheckOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != origin ||
		!plainHost(u.Host) {
		return fmt.Errorf("%q is not an origin such as https://pb.example", origin)
	}
	return nil
}

// plainHost holds nothing that has a meaning in a policy.
func plainHost(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune(".-_:[]", r))
	})
}
