// Package reply answers a session's requests: with a page in the session's frame, with one that says what is wrong, or
// with the way back to a form that is refused.
package reply

import (
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"authpocket/internal/say"
	"authpocket/web/live"
	"authpocket/web/middleware"
	"authpocket/web/respond"
	"authpocket/web/session"
	"authpocket/web/view"
)

// Writer writes the replies.
type Writer struct {
	Log      *slog.Logger
	Pages    respond.Pages
	Assets   view.Assets
	Note     say.Text // a quiet banner on every page, empty for none
	Receipts bool     // there is a history to look at
	Ending   <-chan struct{}
	Sessions *session.Store
	SignIns  *session.SignIns
}

// Page writes a whole page, or the last page where its template fails.
func (wr *Writer) Page(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Vary", "HX-Request-Type")
	if err := wr.Pages.Page(w, r, status, page); err != nil {
		wr.LogError(r, "rendering", err)
	}
}

// Redirect sends the browser on with a GET.
func Redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther) // #nosec G710 -- paths of ours
}

// LogError logs an error, unless the client has disconnected.
func (wr *Writer) LogError(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	wr.Log.ErrorContext(r.Context(), what, middleware.ID(r), slog.Any("error", err))
}

// Stream sends the events of a record, and logs errors.
func (wr *Writer) Stream(w http.ResponseWriter, r *http.Request, state live.Follow,
	message func(n int, over bool) templ.Component) {
	if err := live.Stream(w, r, wr.Ending, state, func(n int) templ.Component {
		count, _, _ := state()
		return message(n, n > count)
	}); err != nil {
		wr.LogError(r, "sending an event", err)
	}
}
