package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"authpocket/static"
)

// encoded asks for a page with that Accept-Encoding, and returns the answer
// with the bytes that came over the wire.
func (b *browser) encoded(method, path, takes string) *page {
	b.t.Helper()
	return b.ask(b.http, method, path, func(r *http.Request) {
		r.Header.Set("Accept-Encoding", takes) // set by hand, net/http leaves the answer as it came
	})
}

func unpacked(t *testing.T, text string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestPagesAreCompressedUnlessTheyHoldSecrets(t *testing.T) {
	w, b, live := living(t)
	small := 0
	err := chi.Walk(w.server.routes(), func(method, route string, _ http.Handler,
		_ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet {
			return nil
		}
		path := lead(t, live, route)
		p := b.encoded(method, path, "br, gzip")
		holds := strings.HasPrefix(route, "/signin") || strings.HasPrefix(route, "/try/")
		page := p.header.Get("Content-Type") == "text/html; charset=utf-8" && p.status != http.StatusSeeOther
		want := ""
		if page && !holds || strings.HasPrefix(route, static.Prefix) {
			want = "gzip"
			small++
		}
		if got := p.header.Get("Content-Encoding"); got != want {
			t.Errorf("%s is %d with the encoding %q, want %q", route, p.status, got, want)
		}
		if left := strings.Contains(p.header.Get("Cache-Control"), "no-transform"); left != holds {
			t.Errorf("%s: Cache-Control is %q", route, p.header.Get("Cache-Control"))
		}
		if page && !holds && !strings.Contains(unpacked(t, p.text), "<") {
			t.Errorf("%s is no page", route)
		}
		return nil
	})
	if err != nil || small < 15 {
		t.Errorf("%d pages are compressed: %v", small, err)
	}
}

func TestACompressedPageIsTheSame(t *testing.T) {
	_, b, _ := living(t)
	for _, path := range []string{"/", "/settings", "/done", "/nowhere"} {
		packed := b.encoded(http.MethodGet, path, "gzip")
		for _, takes := range []string{"identity", "br", "gzip;q=0"} {
			plain := b.encoded(http.MethodGet, path, takes)
			if plain.text != unpacked(t, packed.text) || plain.header.Get("Content-Encoding") != "" {
				t.Errorf("%s is another page for a client that takes %q", path, takes)
			}
		}
		head := b.encoded(http.MethodHead, path, "gzip")
		if got := head.header.Get("Content-Length"); head.text != "" || got != strconv.Itoa(len(packed.text)) ||
			head.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("HEAD %s: %v", path, head.header)
		}
		for _, p := range []*page{packed, head, b.encoded(http.MethodGet, path, "br")} {
			vary := strings.Join(p.header.Values("Vary"), ", ")
			if !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(vary, "HX-Request-Type") {
				t.Errorf("%s: Vary is %q", path, vary)
			}
		}
		again := b.ask(b.http, http.MethodGet, path, func(r *http.Request) {
			r.Header.Set("If-None-Match", "*")
			r.Header.Set("If-Modified-Since", "Sun, 06 Nov 2094 08:49:37 GMT")
		})
		if again.status != packed.status || again.text == "" { // pages are not stored, so none is unchanged
			t.Errorf("%s is answered with %d to a browser that asks for changes", path, again.status)
		}
	}
}
