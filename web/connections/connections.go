// Package connections has the pages that connect authentik and PocketBase, and the one of the permissions that a token
// of authentik needs.
package connections

import (
	"log/slog"
	"net/http"
	"strings"

	"authpocket/internal/connect"
	"authpocket/web/middleware"
	"authpocket/web/reply"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// Handlers are those of the pages.
type Handlers struct {
	Reply      *reply.Writer
	Sessions   *session.Store
	Connect    connect.Connector
	Authentik  session.Login // what the pages are filled in with at first
	PocketBase session.Login
}

// logRefused logs why a connection failed that was just asked for. Most often
// a typing mistake is why, and the page says so: it is no error of the program.
func (h *Handlers) logRefused(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	h.Reply.Log.InfoContext(r.Context(), what, middleware.ID(r), slog.String("refused", shorten(err.Error())))
}

// logText bounds what a line of the log repeats of what was typed, in bytes.
const logText = 300

func shorten(text string) string {
	if len(text) <= logText {
		return text
	}
	return strings.ToValidUTF8(text[:logText], "") + "…"
}
