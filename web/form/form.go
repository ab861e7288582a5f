// Package form reads posted forms, the one of the settings into a spec and
// back.
package form

import (
	"io"
	"net/http"
	"strings"

	"authpocket/internal/secret"
)

// MaxBody bounds what a form may hold, in bytes.
const MaxBody = 64 << 10

// Parse reads a posted form of either encoding.
func Parse(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return r.ParseMultipartForm(MaxBody) // #nosec G120 -- bound by the router
	}
	return r.ParseForm()
}

// Typed is a text field without the blanks that pasting brings.
func Typed(r *http.Request, name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

// TypedSecret is a token or password.
func TypedSecret(r *http.Request, name string) secret.Text { return secret.New(Typed(r, name)) }

// uploaded is the content of a text file, empty when none was chosen.
func uploaded(r *http.Request, name string) (string, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 {
		return "", nil
	}
	f, err := r.MultipartForm.File[name][0].Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return strings.TrimSpace(string(b)), err
}

// Certificate is the pasted or uploaded certificate, the file before the
// text.
func Certificate(r *http.Request, name string) (string, error) {
	file, err := uploaded(r, name+"_file")
	if err != nil || file != "" {
		return file, err
	}
	return Typed(r, name), nil
}
