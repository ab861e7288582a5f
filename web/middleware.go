package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/form"
	"authpocket/web/view"
)

// strangerLines is how many requests of strangers are logged in a minute.
const strangerLines = 60

// requestID is the key of a request's id in its context.
type requestID struct{}

// ownID gives each request an id of ours. One that the client sends would be
// its text in our log.
func ownID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := slog.String("id", rand.Text()[:12])
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestID{}, id)))
	})
}

// idOf returns the request's id as a field of the log.
func idOf(r *http.Request) slog.Attr {
	id, _ := r.Context().Value(requestID{}).(slog.Attr)
	return id
}

// headAsGet routes HEAD requests to the handlers of GET. net/http sends no body.
func headAsGet(next http.Handler) http.Handler {
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

// logRequests writes one line per request: no query, no headers, no bodies.
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ww := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(ww, r)
		log := s.cfg.Log
		if !s.door.Knows(r) {
			log = s.strangers
		}
		log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			idOf(r), slog.String("method", shortened(r.Method)),
			slog.String("route", chi.RouteContext(r.Context()).RoutePattern()), slog.Int("status", ww.status),
			slog.Duration("took", time.Since(began)))
	})
}

// recoverPanics turns a panic into a page that gives nothing away.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(reason)
			}
			s.cfg.Log.ErrorContext(r.Context(), "panic", idOf(r),
				slog.String("reason", fmt.Sprintf("%T", reason)), slog.String("stack", string(debug.Stack())))
			s.pages.Fail(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// ownPagesOnly refuses what another site's page sends.
func (s *Server) ownPagesOnly() func(http.Handler) http.Handler {
	return door.OwnPagesOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, r, http.StatusForbidden, view.ProblemPage{
			Head:    view.Head{Title: say.Of("Request from another site")},
			Summary: say.Of("The request did not come from a page of authpocket, so it was rejected."),
			Todo:    say.Of("Open authpocket at its own address and use the button there."),
			Actions: []view.Action{{Label: say.Of("Go to start"), URL: "/"}},
		})
	}))
}

// limitBody bounds what is read of a form. It ends the request's context when
// the client hangs up before the form's end: net/http notices that only later.
func (s *Server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, &watchedBody{r.Body, cancel}, form.MaxBody)
		next.ServeHTTP(w, r)
	})
}

type watchedBody struct {
	io.ReadCloser
	gone func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.gone()
	}
	return n, err
}
