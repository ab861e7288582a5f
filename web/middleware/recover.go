package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recover logs a panic and has fail answer the request, which gives nothing away.
func Recover(log *slog.Logger, fail http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				reason := recover()
				if reason == nil {
					return
				}
				if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(reason)
				}
				log.ErrorContext(r.Context(), "panic", ID(r),
					slog.String("reason", fmt.Sprintf("%T", reason)), slog.String("stack", string(debug.Stack())))
				fail(w, r)
			}()
			next.ServeHTTP(w, r)
		})
	}
}
