// Package logs creates the program's logger, which masks secrets and limits the
// lines that strangers can cause.
package logs

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"authpocket/internal/secret"
	"authpocket/internal/visible"
)

// New returns a logger that writes text lines to w. Secrets are masked by their
// own type and left out of our errors; masking here is the last defence, for
// example against a URL with a query in another library's error.
func New(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewTextHandler(visible.Writer{Out: w}, &slog.HandlerOptions{Level: level, ReplaceAttr: mask}))
}

func mask(_ []string, a slog.Attr) slog.Attr {
	switch strings.ToLower(a.Key) {
	case "token", "password", "secret", "client_secret", "code", "authorization", "cookie":
		return slog.String(a.Key, "(hidden)")
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, secret.Mask(a.Value.String()))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case *slog.Source, slog.Level, time.Time:
		case error:
			return slog.String(a.Key, secret.Mask(v.Error()))
		default:
			return slog.String(a.Key, secret.Mask(fmt.Sprintf("%+v", v)))
		}
	}
	return a
}
