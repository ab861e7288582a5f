package static

import (
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The scripts of others are htmx.org 4.0.1 from npm, byte for byte.
func TestVendoredScriptsAreTheReleasedOnes(t *testing.T) {
	for name, want := range map[string]string{
		"js/htmx.min.js":   "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
		"js/hx-sse.min.js": "v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
	} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha512.Sum384(b)
		if got := base64.StdEncoding.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: SHA-384 is %s, want %s", name, got, want)
		}
	}
	if _, err := os.ReadFile("js/htmx-LICENSE.txt"); err != nil {
		t.Errorf("htmx's licence is not kept: %v", err)
	}
}

func TestEveryFileIsServedForGood(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{Styles: "text/css", Pages: "text/css", App: "text/javascript", SignIn: "text/javascript",
		HTMX: "text/javascript", Icon: "image/svg+xml"}
	if len(f.urls) != len(types) {
		t.Errorf("there are %d files, want %d", len(f.urls), len(types))
	}
	for name, kind := range types {
		rec := get(f, name, "")
		if rec.Code != 200 || rec.Body.Len() == 0 {
			t.Errorf("%s: %d with %d bytes", name, rec.Code, rec.Body.Len())
		}
		if got := rec.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control is %q", name, got)
		}
		if got := rec.Header().Get("Content-Type"); !strings.HasPrefix(got, kind) {
			t.Errorf("%s: Content-Type is %q, want %s", name, got, kind)
		}
	}
}

func get(f *Files, name, encoding string) *httptest.ResponseRecorder {
	req := httptest.NewRequest("GET", f.URL(name), nil)
	req.Header.Set("Accept-Encoding", encoding)
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	return rec
}

func TestTakesGzip(t *testing.T) {
	for asked, want := range map[string]bool{
		"gzip": true, "br, GZip;q=0.5": true, "gzip; q=1.0": true, "": false, "identity": false, "br": false,
		"gzip;q=0": false, "gzip;q=0.000, br": false, "gzip;q=x": false, "notgzip": false,
	} {
		if got := TakesGzip(http.Header{"Accept-Encoding": {asked}}); got != want {
			t.Errorf("%q: %v", asked, got)
		}
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	plain, packed := get(f, Styles, ""), get(f, Styles, "br, gzip")
	if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("Content-Encoding is %q and %q", plain.Header(), packed.Header())
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil || string(got) != plain.Body.String() {
		t.Fatalf("the unpacked style sheet differs (%v)", err)
	}
}

func TestStyleSheetsAreSmall(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]int{Styles: 4500, Pages: 4000} {
		if got := get(f, name, "gzip").Body.Len(); got > most {
			t.Errorf("%s is %d bytes compressed, more than %d", name, got, most)
		}
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"/static/", "/static/0000000000000000/style.css", "/static/../embed.go",
		"/static/css/base.css"} {
		rec := httptest.NewRecorder()
		f.ServeHTTP(rec, httptest.NewRequest("GET", "http://x"+p, nil))
		if rec.Code != 404 {
			t.Errorf("%s: %d, want 404", p, rec.Code)
		}
	}
}
