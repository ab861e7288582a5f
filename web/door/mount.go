package door

import (
	"context"
	"net/http"
	"strings"

	"authpocket/web/view"
)

// Mount is where a wizard is that shares its origin with others. The zero value is a wizard with an origin of its own.
type Mount struct {
	// Path is the path of its root, without a slash at the end.
	Path string
	// Frames are the origins that may show it in a frame, such as https://docs.example.
	Frames []string
	// Framed means that it is used in a frame of another site. Its cookies are then partitioned.
	Framed bool
}

type framedKey struct{}

// Handler has next answer below the mount's path as if that were the root.
func (m Mount) Handler(next http.Handler) http.Handler {
	if m.Path == "" {
		return next
	}
	return http.StripPrefix(m.Path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&mountedWriter{ResponseWriter: w, path: m.Path}, m.Of(r))
	}))
}

// Of returns a request with what its pages and cookies need to know of the mount.
func (m Mount) Of(r *http.Request) *http.Request {
	ctx := view.WithMount(r.Context(), m.Path)
	if m.Framed {
		ctx = context.WithValue(ctx, framedKey{}, true)
	}
	return r.WithContext(ctx)
}

// framed reports whether the browser shows this wizard in a frame of another site.
func framed(r *http.Request) bool { return r.Context().Value(framedKey{}) != nil }

// mountedWriter sends browsers on to addresses below the path.
type mountedWriter struct {
	http.ResponseWriter
	path        string
	sent, moved bool
}

func (w *mountedWriter) WriteHeader(status int) {
	to := w.Header().Get("Location")
	if !w.sent && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		w.Header().Set("Location", w.path+to)
		w.moved = true
	}
	w.sent = true
	w.ResponseWriter.WriteHeader(status)
}

// Write drops the page of a redirect, whose link knows nothing of the path.
func (w *mountedWriter) Write(p []byte) (int, error) {
	if w.moved {
		return len(p), nil
	}
	w.sent = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush and set deadlines.
func (w *mountedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type ancestorsKey struct{}

// AllowFrames lets pages of these origins show the answers of next in a frame. Each is a bare origin, which
// CheckOrigin accepts.
func AllowFrames(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ancestorsKey{}, origins)))
	})
}

// framePolicy returns the content policy of a request's answer.
func framePolicy(r *http.Request) string {
	origins, _ := r.Context().Value(ancestorsKey{}).([]string)
	if len(origins) == 0 {
		return ContentPolicy
	}
	return beforeFrames + "'self' " + strings.Join(origins, " ")
}

// Loopback reports whether browsers resolve a host to this machine without DNS. They trust it over plain http, too.
func Loopback(host string) bool { return loopbackName(hostname(host)) }

// ViaHTTPS marks a request as one that the browser made over https, for a server that knows it otherwise.
func ViaHTTPS(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), secureKey{}, true))
}
