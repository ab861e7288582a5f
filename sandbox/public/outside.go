package public

import (
	"net/http"
	"slices"
	"strings"
)

// beforeFrames is the content policy of the two systems. A link may lead anybody into a sandbox that is open in a
// frame, so that no text of its visitor may run as a script.
const beforeFrames = "script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors "

// oneAddress is that of each browser for the two systems. They hold a sign-in to one address, but a gateway may have
// many, and a visitor one of IPv4 and one of IPv6.
const oneAddress = "127.0.0.1:1"

// fromOutside is for what browsers reach of the two systems, which share the origin of all sandboxes.
func fromOutside(frames []string, next http.Handler) http.Handler {
	ancestors := "'none'"
	if len(frames) > 0 {
		ancestors = "'self' " + strings.Join(frames, " ")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // a copy
		r.RemoteAddr = oneAddress
		h := w.Header()
		h.Set("Content-Security-Policy", beforeFrames+ancestors)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// visitorsOnly answers the requests of a test sign-in, and those that read as a guest or as the person who signed in.
// Collections, settings, backups and logs are for the wizard. In place of the dashboard there is a page about it.
func visitorsOnly(dashboard, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case open(r):
			next.ServeHTTP(w, r)
		case r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/_/"):
			dashboard.ServeHTTP(w, r)
		default:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"status":403,"message":"In this demo only the wizard uses this part of ` +
				`PocketBase.","data":{}}` + "\n"))
		}
	})
}

// usersName is the collection of a fresh install that people sign in to. Others are PocketBase's own, and have an ID
// beside their name.
const usersName = "users"

// open reports whether a browser may send a request to PocketBase.
func open(r *http.Request) bool {
	path := r.URL.Path
	switch {
	case path == "/api/health", path == "/api/realtime", path == "/api/oauth2-redirect":
		return true
	}
	// /api/collections/users/WHAT
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 4 || parts[0] != "api" || parts[1] != "collections" || parts[2] != usersName {
		return false
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	switch parts[3] {
	case "auth-methods", "records":
		return reads
	case "auth-with-oauth2", "auth-refresh":
		return slices.Contains([]string{http.MethodPost, http.MethodOptions}, r.Method)
	}
	return false
}
