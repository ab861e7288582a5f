package signins

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"authpocket/internal/link"
	"authpocket/sandbox/pocketbasehost"
)

// quiet returns a logger for servers whose clients fail on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// reverse returns a proxy that forwards everything to a system.
func reverse(t testing.TB, target string) *httputil.ReverseProxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{ErrorLog: quiet(),
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
}

// ownCA serves authentik over TLS with an unknown authority.
func ownCA(l *linked) string {
	server := httptest.NewUnstartedServer(reverse(l.t, l.a.url))
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	l.t.Cleanup(server.Close)
	return server.URL
}

// unflushed is a response writer that cannot flush.
type unflushed struct{ http.ResponseWriter }

// buffering is a proxy that forwards responses once they are complete or four
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

// atRealtime is a proxy for PocketBase that answers the event stream itself.
func atRealtime(t testing.TB, target string, answer http.HandlerFunc) string {
	t.Helper()
	next := reverse(t, target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/api/realtime") {
			answer(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// cutting ends every event stream when a person returns from authentik, like a
// proxy's timeout.
func cutting(t testing.TB, target string) string {
	t.Helper()
	next := reverse(t, target)
	var mu sync.Mutex
	var cut []func()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/api/realtime"):
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			ended := make(chan struct{})
			defer close(ended)
			mu.Lock()
			cut = append(cut, func() { cancel(); <-ended })
			mu.Unlock()
			defer func() { _ = recover() }() // the proxy ends a stream with a panic
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		case strings.HasSuffix(r.URL.Path, link.RedirectPath):
			mu.Lock()
			for _, one := range cut {
				one()
			}
			cut = nil
			mu.Unlock()
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// balancing sends posts to the event stream to another PocketBase, like a load
// balancer.
func balancing(t testing.TB, target string) string {
	t.Helper()
	other, err := pocketbasehost.Start(t.Context(), pocketbasehost.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	first, second := reverse(t, target), reverse(t, other.URL())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/api/realtime") {
			second.ServeHTTP(w, r)
			return
		}
		first.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
