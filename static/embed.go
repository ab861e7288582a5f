// Package static serves the style sheet, the scripts and the icon. Every URL
// holds a hash of the content, so that browsers may keep it for good.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed css js icon.svg
var files embed.FS

// Prefix is the path below which Files has to be mounted.
const Prefix = "/static/"

// The names that URL knows. The style sheet is one file made of several. So is
// htmx with its extension: it starts in the moment after its own script, and
// an extension that arrives later is not asked.
const (
	Styles = "style.css"
	App    = "app.js"
	SignIn = "signin.js"
	HTMX   = "htmx.min.js"
	Icon   = "icon.svg"
)

// sources lists what each name is made of, in order.
func sources() map[string][]string {
	return map[string][]string{
		Styles: {"css/tokens.css", "css/base.css", "css/components.css", "css/pages.css"},
		App:    {"js/app.js"},
		SignIn: {"js/signin.js"},
		HTMX:   {"js/htmx.min.js", "js/hx-sse.min.js"},
		Icon:   {"icon.svg"},
	}
}

// Files are the embedded files, hashed and compressed once.
type Files struct {
	urls   map[string]string
	byPath map[string]file
}

type file struct {
	plain, packed []byte
	contentType   string
}

// Load reads, hashes and compresses all files.
func Load() (*Files, error) {
	f := &Files{urls: map[string]string{}, byPath: map[string]file{}}
	for name, parts := range sources() {
		if err := f.add(name, parts); err != nil {
			return nil, fmt.Errorf("loading %s: %w", name, err)
		}
	}
	return f, nil
}

func (f *Files) add(name string, parts []string) error {
	var plain bytes.Buffer
	for _, part := range parts {
		b, err := files.ReadFile(part)
		if err != nil {
			return err
		}
		plain.Write(b)
		plain.WriteByte('\n')
	}
	packed, err := pack(plain.Bytes())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(plain.Bytes())
	f.urls[name] = Prefix + hex.EncodeToString(sum[:8]) + "/" + name
	f.byPath[f.urls[name]] = file{plain: plain.Bytes(), packed: packed, contentType: contentType(name)}
	return nil
}

func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
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

// URL returns the path of a file, hash included. Unknown names give "".
func (f *Files) URL(name string) string { return f.urls[name] }

// Bytes returns a file's content.
func (f *Files) Bytes(name string) ([]byte, error) {
	found, ok := f.byPath[f.urls[name]]
	if !ok {
		return nil, fmt.Errorf("there is no file %q", name)
	}
	return found.plain, nil
}

// ServeHTTP answers the URLs that URL gives, and 404 for any other.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := f.byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	body := found.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = found.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
