package door

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// FuzzHeaders sends what a client may make up beside its Host: no such request
// of a stranger comes past the door, none of another site past the refusal of
// those, and nobody but the proxy is believed.
func FuzzHeaders(f *testing.F) {
	const own = "http://localhost:8480"
	f.Add("POST", own, "", "authpocket-door=x", "evil.example", "https")
	f.Add("POST", "", "same-origin", "__Host-authpocket-door=; __Host-authpocket-door=y", "localhost:8480", "http")
	f.Add("GET", "null", "cross-site", "=;;\x00", "localhost:8480, evil.example", "https,http")
	f.Add("POST", "http://localhost:8480@evil.example", " same-origin", "a", "", "HTTPS")
	f.Add("PUT", "http://evil.example\thttp://localhost:8480", "none", "authpocket-door=\"x\"", "[::1", "wss")
	f.Add("get", "HTTP://LOCALHOST:8480", "Same-Origin", "authpocket-door", "\r\nX: y", "https ")
	d := New(Config{})
	f.Cleanup(d.Close)
	d.NewCode()
	proxied := Hosts{Public: &url.URL{Scheme: "https", Host: "wizard.example"},
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	f.Fuzz(func(t *testing.T, method, origin, site, cookies, host, proto string) {
		says := map[string]string{"Origin": origin, "Sec-Fetch-Site": site, "Cookie": cookies, "X-Forwarded-Host": host,
			"X-Forwarded-Proto": proto, "X-Forwarded-For": host, "Forwarded": "host=" + host}
		_, through := arrive(Hosts{}, "127.0.0.1:8480", "127.0.0.1:1", "localhost:8480", says, false)
		if through == nil || through.Host != "localhost:8480" || Secure(through) {
			t.Fatalf("what a client says of its host is believed: %v", through)
		}
		for _, name := range forwardedHeaders() {
			if through.Header.Get(name) != "" {
				t.Errorf("%s came through", name)
			}
		}
		if _, other := arrive(proxied, "10.0.0.2:8480", "10.0.0.9:1", "backend:8480", says, false); other != nil &&
			!proxiedName(other) {
			t.Errorf("the proxy's word %q, %q leads to %q", host, proto, other.Host)
		}
		through.Method = method
		inside, ours := false, false
		d.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside = true })).ServeHTTP(
			httptest.NewRecorder(), through)
		if inside {
			t.Errorf("the cookies %q open the door", cookies)
		}
		deny := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		OwnPagesOnly(deny)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ours = true })).ServeHTTP(
			httptest.NewRecorder(), through)
		if ours && !isRead(through) && site != "same-origin" && site != "none" && (site != "" || !ownOrigin(origin)) {
			t.Errorf("%s of %q from %q came through", method, origin, site)
		}
	})
}

// proxiedName reports whether a request came by a name that the proxy may say.
func proxiedName(r *http.Request) bool {
	name := hostname(r.Host)
	return Secure(r) && strings.EqualFold(name, "wizard.example") || loopbackName(name) ||
		strings.Trim(name, "[]") == "10.0.0.2" || strings.EqualFold(name, "[::ffff:10.0.0.2]")
}

// ownOrigin reports whether an origin's host is the one that was asked. An old
// browser's is all that tells where a request came from.
func ownOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host == "localhost:8480"
}
