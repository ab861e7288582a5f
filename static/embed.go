// Package static serves the style sheet, the scripts and the icon. Every URL
// holds a hash of the content, so that browsers may keep it for good.
package static

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// packed holds each file compressed, below the hash of its content: pack writes it.
//
//go:embed packed
var packed embed.FS

// Prefix is the path below which Files has to be mounted.
const Prefix = "/static/"

// The names that URL knows.
const (
	Styles = "style.css"
	Pages  = "pages.css" // what every page but the first one needs beside
	App    = "app.js"
	SignIn = "signin.js"
	HTMX   = "htmx.min.js"
	Icon   = "icon.svg"
)

// Files are the embedded files.
type Files struct{ urls map[string]string }

// Load lists the files.
func Load() (*Files, error) {
	hashes, err := packed.ReadDir("packed")
	if err != nil {
		return nil, fmt.Errorf("listing the embedded files: %w", err)
	}
	f := &Files{urls: map[string]string{}}
	for _, hash := range hashes {
		names, err := packed.ReadDir("packed/" + hash.Name())
		if err != nil {
			return nil, fmt.Errorf("listing the embedded files: %w", err)
		}
		for _, file := range names {
			name := strings.TrimSuffix(file.Name(), ".gz")
			f.urls[name] = Prefix + hash.Name() + "/" + name
		}
	}
	return f, nil
}

// URL returns the path of a file, hash included. Unknown names give "".
func (f *Files) URL(name string) string { return f.urls[name] }

// Bytes returns a file's content.
func (f *Files) Bytes(name string) ([]byte, error) {
	body, err := compressed(f.urls[name])
	if err != nil {
		return nil, fmt.Errorf("there is no file %q: %w", name, err)
	}
	return unpack(body)
}

// compressed returns the file at the path of a URL as it is embedded.
func compressed(url string) ([]byte, error) {
	return packed.ReadFile("packed/" + strings.TrimPrefix(url, Prefix) + ".gz")
}

func unpack(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// TakesGzip reports whether a client takes answers compressed with gzip.
func TakesGzip(h http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, params, err := mime.ParseMediaType(part)
		if err != nil || coding != "gzip" {
			continue
		}
		weight, err := strconv.ParseFloat(cmp.Or(params["q"], "1"), 64)
		return err == nil && weight > 0
	}
	return false
}

// contentType does not ask the machine's MIME table, which may differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	default:
		return "image/svg+xml"
	}
}

// ServeHTTP answers the URLs that URL gives, and 404 for any other.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := compressed(r.URL.Path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	if TakesGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
	} else if body, err = unpack(body); err != nil {
		http.Error(w, "The file is damaged.", http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", contentType(r.URL.Path))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // #nosec G705 -- an embedded file, of a fixed type
	}
}
