package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// Execute runs one call of the generated client. Only errors from before the request was sent matter.
type Execute func(context.Context) error

// Answer is a response from authentik.
type Answer struct{ wire.Answer }

// Object returns the response's JSON object, false if it is anything else.
func (a Answer) Object() (Object, bool) {
	if a.Err != nil {
		return nil, false
	}
	return ParseObject(a.Body)
}

type captureKey struct{}

// capture holds the response to one call, set by the capturer.
type capture struct {
	anonymous bool
	answer    Answer
}

// Send runs one call and returns the response, regardless of the generated client's result.
func (c *Client) Send(ctx context.Context, do Execute) Answer { return sendAs(ctx, capture{}, do) }

func sendAs(ctx context.Context, k capture, do Execute) Answer {
	err := do(context.WithValue(ctx, captureKey{}, &k))
	if k.answer.Status == 0 && k.answer.Err == nil {
		if err == nil {
			err = errors.New("the request was not sent")
		}
		k.answer.Err = err
	}
	return k.answer
}

// capturer is the generated client's transport. It adds the token, and keeps the response body from the generated
// decoder.
type capturer struct {
	next  http.RoundTripper
	token secret.Text
	log   *slog.Logger
}

// RoundTrip sends r and stores the response in the capture of its context.
func (t *capturer) RoundTrip(r *http.Request) (*http.Response, error) {
	k, found := r.Context().Value(captureKey{}).(*capture)
	if !found {
		return nil, errors.New("a request without a place for its answer")
	}
	r = r.Clone(r.Context())
	if !k.anonymous {
		r.Header.Set("Authorization", "Bearer "+t.token.Reveal())
	}
	next := t.next
	if next == nil {
		next = http.DefaultTransport
	}
	a := wire.Do(next.RoundTrip, r)
	k.answer.Answer = a
	t.log.DebugContext(r.Context(), "authentik answered", "method", r.Method, "path", r.URL.Path,
		"status", a.Status, "bytes", len(a.Body), "took", a.Took(),
		"request", a.Header.Get("X-Authentik-Id"), "err", a.Err)
	if a.Status == 0 {
		return nil, a.Err
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: http.NoBody, Request: r}, nil
}
