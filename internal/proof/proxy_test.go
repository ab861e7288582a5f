package proof

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
)

// quiet is for servers whose clients are meant to fail.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// reverse passes everything on to a system.
func reverse(t testing.TB, target string) *httputil.ReverseProxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{ErrorLog: quiet(), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
}

// ownCA serves authentik over TLS with an authority that nobody knows.
func ownCA(l *linked) string {
	server := httptest.NewUnstartedServer(reverse(l.t, l.a.url))
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	l.t.Cleanup(server.Close)
	return server.URL
}

// unflushed cannot send before it is full.
type unflushed struct{ http.ResponseWriter }

// buffering is a proxy that passes answers on once they are whole, or four
// kilobytes long.
func buffering(t testing.TB, target string) string {
	t.Helper()
	next := reverse(t, target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(unflushed{w}, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
