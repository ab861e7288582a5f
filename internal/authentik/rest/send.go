package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// Execute runs one call of the generated client. What it returns is ignored
// but for errors that come before anything was sent.
type Execute func(context.Context) error

// Answer is an answer of authentik's.
type Answer struct{ wire.Answer }

// Object is the answer's JSON object; false when it is anything else.
func (a Answer) Object() (Object, bool) {
	if a.Err != nil {
		return nil, false
	}
	return ParseObject(a.Body)
}

type captureKey struct{}

// capture is where the capturer puts the answer of one call.
type capture struct {
	anonymous bool
	answer    Answer
}

// Send runs one call and returns what was answered, whatever the generated
// client thinks of it.
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

// capturer is the generated client's transport: it adds the token, and takes
// the answer's body away before the generated client can judge it.
type capturer struct {
	next  http.RoundTripper
	token secret.Text
	log   *slog.Logger
}

// RoundTrip sends r and keeps the whole answer in the capture of its context.
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
