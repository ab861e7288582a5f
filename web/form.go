package web

import (
	"io"
	"net/http"
	"strings"

	"authpocket/internal/secret"
)

// maxBody bounds what a form may hold, in bytes.
const maxBody = 64 << 10

// parseForm reads a posted form of either encoding.
func parseForm(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return r.ParseMultipartForm(maxBody) // #nosec G120 -- bound by the router
	}
	return r.ParseForm()
}

// typed is a text field without the blanks that pasting brings.
func typed(r *http.Request, name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

// typedSecret is a token or password.
func typedSecret(r *http.Request, name string) secret.Text { return secret.New(typed(r, name)) }

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

// certificate is the pasted or uploaded certificate, the file before the
// text.
func certificate(r *http.Request, name string) (string, error) {
	file, err := uploaded(r, name+"_file")
	if err != nil || file != "" {
		return file, err
	}
	return typed(r, name), nil
}
