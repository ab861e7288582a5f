package door

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// arrive sends a request to a listener at local and tells what came through.
func arrive(h Hosts, local, remote, host string, header map[string]string, secure bool) (rec *httptest.ResponseRecorder,
	through *http.Request) {
	req := httptest.NewRequest("GET", "http://x/", nil)
	req.Host, req.RemoteAddr = host, remote
	for name, value := range header {
		req.Header.Set(name, value)
	}
	if secure {
		req.TLS = &tls.ConnectionState{}
	}
	at := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(local))
	req = req.WithContext(context.WithValue(req.Context(), http.LocalAddrContextKey, at))
	rec = httptest.NewRecorder()
	h.Only(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { through = r })).ServeHTTP(rec, req)
	return rec, through
}

func TestOnlyOwnNamesAreAnswered(t *testing.T) {
	public := Hosts{Public: &url.URL{Scheme: "https", Host: "wizard.example"}}
	odd := Hosts{Public: &url.URL{Scheme: "http", Host: "wizard.lan:9000"}}
	for name, one := range map[string]struct {
		hosts  Hosts
		local  string
		host   string
		secure bool
		want   bool
	}{
		"loopback":                       {Hosts{}, "127.0.0.1:8480", "127.0.0.1:8480", false, true},
		"localhost":                      {Hosts{}, "127.0.0.1:8480", "localhost:8480", false, true},
		"capitals":                       {Hosts{}, "127.0.0.1:8480", "LOCALHOST:8480", false, true},
		"below localhost":                {Hosts{}, "127.0.0.1:8480", "wizard.localhost:8480", false, true},
		"IPv6 loopback":                  {Hosts{}, "[::1]:8480", "[::1]:8480", false, true},
		"another loopback address":       {Hosts{}, "127.0.0.1:8480", "127.0.0.2:8480", false, true},
		"another port":                   {Hosts{}, "127.0.0.1:8480", "localhost:8481", false, false},
		"no port":                        {Hosts{}, "127.0.0.1:8480", "localhost", false, false},
		"no port on 80":                  {Hosts{}, "127.0.0.1:80", "localhost", false, true},
		"no port on 443":                 {Hosts{}, "127.0.0.1:443", "localhost", true, true},
		"a rebound name":                 {Hosts{}, "127.0.0.1:8480", "evil.example:8480", false, false},
		"a name that begins so":          {Hosts{}, "127.0.0.1:8480", "localhost.evil.example:8480", false, false},
		"a name that looks like one":     {Hosts{}, "127.0.0.1:8480", "127.0.0.1.evil.example:8480", false, false},
		"a number for a name":            {Hosts{}, "127.0.0.1:8480", "2130706433:8480", false, false},
		"nothing":                        {Hosts{}, "127.0.0.1:8480", "", false, false},
		"a dot behind":                   {Hosts{}, "127.0.0.1:8480", "localhost.:8480", false, false},
		"two hosts":                      {Hosts{}, "127.0.0.1:8480", "localhost:8480,evil.example", false, false},
		"the very address":               {Hosts{}, "192.168.1.5:8480", "192.168.1.5:8480", false, true},
		"another address":                {Hosts{}, "192.168.1.5:8480", "192.168.1.6:8480", false, false},
		"the public name":                {public, "10.0.0.2:8480", "wizard.example", true, true},
		"the public name in the clear":   {public, "10.0.0.2:8480", "wizard.example", false, false},
		"the public name, another port":  {public, "10.0.0.2:8480", "wizard.example:8480", true, false},
		"the public name with its port":  {public, "10.0.0.2:8480", "wizard.example:443", true, true},
		"another name beside the public": {public, "10.0.0.2:8480", "evil.example", true, false},
		"a public name with a port":      {odd, "10.0.0.2:8480", "wizard.lan:9000", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			rec, through := arrive(one.hosts, one.local, "10.9.9.9:1", one.host, nil, one.secure)
			if (through != nil) != one.want {
				t.Fatalf("%d, through: %v", rec.Code, through != nil)
			}
			if !one.want && (rec.Code != http.StatusMisdirectedRequest ||
				!strings.Contains(rec.Body.String(), "started with it as its public URL") ||
				rec.Header().Get(policyHeader) != ContentPolicy) {
				t.Errorf("%d %s %v", rec.Code, rec.Body, rec.Header())
			}
		})
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	h := Hosts{Public: &url.URL{Scheme: "https", Host: "wizard.example"},
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	says := map[string]string{"X-Forwarded-Host": "wizard.example", "X-Forwarded-Proto": "https",
		"X-Forwarded-For": "1.2.3.4", "Forwarded": "host=wizard.example", "X-Real-IP": "1.2.3.4"}
	for name, one := range map[string]struct {
		hosts        Hosts
		remote, host string
		header       map[string]string
		want, secure bool
	}{
		"the proxy": {h, "10.0.0.9:1", "backend:8480", says, true, true},
		"the proxy keeps the Host": {h, "10.0.0.9:1", "wizard.example",
			map[string]string{"X-Forwarded-Proto": "https"}, true, true},
		"the proxy says no https": {h, "10.0.0.9:1", "wizard.example", nil, false, false},
		"the newest of a chain": {h, "10.0.0.9:1", "x",
			map[string]string{"X-Forwarded-Host": "evil.example, wizard.example", "X-Forwarded-Proto": "http, https"},
			true, true},
		"a client put its own in front": {h, "10.0.0.9:1", "x",
			map[string]string{"X-Forwarded-Host": "wizard.example, evil.example", "X-Forwarded-Proto": "https"}, false,
			false},
		"somebody else":                 {h, "10.0.1.9:1", "wizard.example", says, false, false},
		"somebody else by another name": {h, "10.0.1.9:1", "localhost:8480", says, false, false},
		"this machine without a proxy":  {h, "127.0.0.1:1", "localhost:8480", says, true, false},
		"nobody is trusted": {Hosts{}, "127.0.0.1:1", "evil.example",
			map[string]string{"X-Forwarded-Host": "localhost:8480"}, false, false},
		"nobody is trusted to be secure":   {Hosts{}, "127.0.0.1:1", "localhost:8480", says, true, false},
		"the proxy over an IPv4-mapped v6": {h, "[::ffff:10.0.0.9]:1", "x", says, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			rec, through := arrive(one.hosts, "10.0.0.2:8480", one.remote, one.host, one.header, false)
			if (through != nil) != one.want {
				t.Fatalf("%d, through: %v", rec.Code, through != nil)
			}
			if through == nil {
				return
			}
			if Secure(through) != one.secure {
				t.Errorf("secure: %v", Secure(through))
			}
			for _, header := range forwardedHeaders() {
				if through.Header.Get(header) != "" {
					t.Errorf("%s came through", header)
				}
			}
		})
	}
}

// A page whose name was made to lead here may come from the proxy's own
// address, and may set the proxy's headers.
func TestATrustedProxyComesUnderANameOfOurs(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
		netip.MustParsePrefix("172.16.0.0/12")}
	h := Hosts{Public: &url.URL{Scheme: "https", Host: "wizard.example"}, Proxies: proxies}
	says := map[string]string{"X-Forwarded-Host": "wizard.example", "X-Forwarded-Proto": "https"}
	for host, want := range map[string]bool{
		// passed on, by Caddy and Traefik too
		"wizard.example": true, "WIZARD.example:443": true, "wizard.example:8480": true,
		// nginx, to this machine
		"127.0.0.1:8480": true, "[::1]:8480": true, "localhost:8480": true, "wizard.localhost:8480": true,
		// to another
		"10.0.0.2:8480": true, "[fd00::2]:8480": true, "authpocket:8480": true, "authpocket_upstream": true,
		"evil.example": false, "evil.example:8480": false, "evil.example:443": false,
		"127.0.0.1.evil.example:8480": false,
		"localhost.evil.example:8480": false, "evil.:8480": false, "wizard.example.evil.example": false,
		"[evil.example]": false, "[evil": false,
	} {
		for _, remote := range []string{"127.0.0.1:1", "[::1]:1", "172.17.0.1:1"} {
			rec, through := arrive(h, "127.0.0.1:8480", remote, host, says, false)
			if (through != nil) != want || !want && rec.Code != http.StatusMisdirectedRequest {
				t.Errorf("%s from %s: %d, want it through: %t", host, remote, rec.Code, want)
			}
			if through != nil && through.Host != "wizard.example" {
				t.Errorf("%s from %s comes through as %s", host, remote, through.Host)
			}
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"localhost:8480", "127.0.0.1:8480", "[::1]:8480", "evil.example:8480",
		"a.localhost:8480", "[::1", ":8480", "localhost:8480\x00", "[fe80::1%25lo]:8480"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, host string) {
		_, through := arrive(Hosts{}, "127.0.0.1:8480", "127.0.0.1:1", host, nil, false)
		if through == nil {
			return
		}
		name, port, err := net.SplitHostPort(host)
		ip, literal := netip.ParseAddr(name)
		own := strings.EqualFold(name, "localhost") || strings.HasSuffix(strings.ToLower(name), ".localhost") ||
			literal == nil && ip.IsLoopback()
		if err != nil || port != "8480" || !own {
			t.Errorf("%q came through", host)
		}
	})
}
