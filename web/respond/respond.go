// Package respond writes whole pages, and nothing for a client that is gone.
package respond

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"

	"authpocket/web/view"
)

// StatusGone is nginx's status for a client that hung up before its answer.
// The log shows it; nobody receives it.
const StatusGone = 499

// Gone reports whether the client has hung up: net/http then ends the context
// of its request.
func Gone(r *http.Request) bool { return r.Context().Err() != nil }

// Nothing ends a request whose client is gone.
func Nothing(w http.ResponseWriter) { w.WriteHeader(StatusGone) }

// Page writes a page once it is rendered in whole, and otherwise last, whose
// bytes need no rendering. It returns the error of a page that cannot be
// rendered.
func Page(w http.ResponseWriter, r *http.Request, status int, page templ.Component, last []byte) error {
	if Gone(r) {
		Nothing(w)
		return nil
	}
	var body bytes.Buffer
	err := view.Visible(page).Render(r.Context(), &body)
	switch {
	case err == nil:
		write(w, status, body.Bytes())
	case Gone(r): // templates refuse to go on then
		Nothing(w)
		return nil
	default:
		Last(w, last)
	}
	return err
}

// Last answers with the page for what must not happen.
func Last(w http.ResponseWriter, page []byte) { write(w, http.StatusInternalServerError, page) }

func write(w http.ResponseWriter, status int, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page) // a client that is gone needs no answer
}
