// Package middleware has what runs before the handlers of every route.
package middleware

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
)

// requestID is the key of a request's id in its context.
type requestID struct{}

// OwnID gives each request an id of ours. One that the client sends would be
// its text in our log.
func OwnID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := slog.String("id", rand.Text()[:12])
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestID{}, id)))
	})
}

// ID returns the request's id as a field of the log.
func ID(r *http.Request) slog.Attr {
	id, _ := r.Context().Value(requestID{}).(slog.Attr)
	return id
}

// HeadAsGet routes HEAD requests to the handlers of GET. net/http sends no body.
func HeadAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			chi.RouteContext(r.Context()).RouteMethod = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// statusWriter remembers the status of a response, 0 if nothing was written.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush and set deadlines.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// shortened is a method, which a client may make up.
func shortened(method string) string { return method[:min(len(method), len(http.MethodOptions))] }

// Log writes one line per request to the log that is chosen for it: no query, no headers, no bodies.
func Log(of func(*http.Request) *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			ww := &statusWriter{ResponseWriter: w}
			next.ServeHTTP(ww, r)
			of(r).LogAttrs(r.Context(), slog.LevelInfo, "request",
				ID(r), slog.String("method", shortened(r.Method)),
				slog.String("route", chi.RouteContext(r.Context()).RoutePattern()), slog.Int("status", ww.status),
				slog.Duration("took", time.Since(began)))
		})
	}
}
