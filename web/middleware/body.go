package middleware

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// LimitBody bounds what is read of a form, in bytes. It ends the request's context when
// the client hangs up before the form's end: net/http notices that only later.
func LimitBody(most int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			r = r.WithContext(ctx)
			r.Body = http.MaxBytesReader(w, &watchedBody{r.Body, cancel}, most)
			next.ServeHTTP(w, r)
		})
	}
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
