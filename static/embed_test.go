package static

import (
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// The scripts of others are htmx.org 4.0.1 from npm, byte for byte.
func TestVendoredScriptsAreTheReleasedOnes(t *testing.T) {
	for name, want := range map[string]string{
		"js/htmx.min.js":   "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
		"js/hx-sse.min.js": "v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
	} {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha512.Sum384(b)
		if got := base64.StdEncoding.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: SHA-384 is %s, want %s", name, got, want)
		}
	}
	if _, err := files.ReadFile("js/htmx-LICENSE.txt"); err != nil {
		t.Errorf("htmx's licence is not kept: %v", err)
	}
}

func TestEveryFileIsServedForGood(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name := range sources() {
		rec := httptest.NewRecorder()
		f.ServeHTTP(rec, httptest.NewRequest("GET", f.URL(name), nil))
		if rec.Code != 200 || rec.Body.Len() == 0 {
			t.Errorf("%s: %d with %d bytes", name, rec.Code, rec.Body.Len())
		}
		if got := rec.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control is %q", name, got)
		}
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest("GET", f.URL(Styles), nil)
	req.Header.Set("Accept-Encoding", "gzip")
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil || string(got) != string(f.byPath[f.URL(Styles)].plain) {
		t.Fatalf("the unpacked style sheet differs (%v)", err)
	}
}

func TestStyleSheetIsSmall(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(f.byPath[f.URL(Styles)].packed); got > 8<<10 {
		t.Errorf("the style sheet is %d bytes compressed, more than 8 kB", got)
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
