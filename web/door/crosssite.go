package door

import "net/http"

// OwnPagesOnly refuses what another site's page sends: every write that is not
// shown to come from a page of ours, and every read but a person's own way to
// a page. deny answers those.
func OwnPagesOnly(deny http.Handler) func(http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(deny)
	return func(next http.Handler) http.Handler {
		writes := protection.Handler(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case isRead(r) && foreignRead(r), !isRead(r) && unknownOrigin(r):
				deny.ServeHTTP(w, r)
			default:
				writes.ServeHTTP(w, r)
			}
		})
	}
}

func isRead(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
}

// unknownOrigin is a write of which nothing says where it comes from. Every
// browser says one or the other.
func unknownOrigin(r *http.Request) bool {
	return r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

// foreignRead is a request that a page of another origin makes. Pages on
// another port of this machine count as the same site, so a cookie's SameSite
// does not keep them out.
func foreignRead(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		origin := r.Header.Get("Origin")
		return origin != "" && origin != "http://"+r.Host && origin != "https://"+r.Host
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}
