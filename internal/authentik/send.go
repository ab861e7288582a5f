package authentik

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"authpocket/internal/secret"
)

// execute runs one call of the generated client. What it returns is ignored
// but for errors that come before anything was sent.
type execute func(context.Context) error

// answer is an answer as it came, or why none came.
type answer struct {
	status int
	header http.Header
	body   []byte
	// err tells that there is no whole answer.
	err error
	// left tells that the request reached a connection, so that the other
	// side may have acted on it.
	left bool
}

// ok tells whether a whole answer came and it is of success.
func (a answer) ok() bool { return a.err == nil && a.status >= 200 && a.status < 300 }

// object is the answer's JSON object; false when it is anything else.
func (a answer) object() (object, bool) {
	if a.err != nil {
		return nil, false
	}
	return parseObject(a.body)
}

// html tells whether the answer is a page and not data.
func (a answer) html() bool {
	return strings.HasPrefix(a.header.Get("Content-Type"), "text/html") ||
		bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<"))
}

type keptKey struct{}

// kept is where the keeper puts the answer of one call.
type kept struct {
	anonymous bool
	answer    answer
}

// send runs one call and returns what was answered, whatever the generated
// client thinks of it.
func (c *Client) send(ctx context.Context, do execute) answer {
	return c.sendKept(ctx, &kept{}, do)
}

func (c *Client) sendKept(ctx context.Context, k *kept, do execute) answer {
	err := do(context.WithValue(ctx, keptKey{}, k))
	if k.answer.status == 0 && k.answer.err == nil {
		if err == nil {
			err = errors.New("the request was not sent")
		}
		k.answer.err = err
	}
	return k.answer
}

// keeper is the generated client's transport: it adds the token, and takes
// the answer's body away before the generated client can judge it.
type keeper struct {
	next  http.RoundTripper
	token secret.Text
	log   *slog.Logger
}

// RoundTrip sends r and keeps the whole answer in the kept of its context.
func (t *keeper) RoundTrip(r *http.Request) (*http.Response, error) {
	k, found := r.Context().Value(keptKey{}).(*kept)
	if !found {
		return nil, errors.New("a request without a place for its answer")
	}
	var left atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }}
	r = r.Clone(httptrace.WithClientTrace(r.Context(), trace))
	if !k.anonymous {
		r.Header.Set("Authorization", "Bearer "+t.token.Reveal())
	}
	began := time.Now()
	res, err := t.roundTrip(r, &k.answer)
	k.answer.left = left.Load()
	t.log.DebugContext(r.Context(), "authentik answered", "method", r.Method, "path", r.URL.Path,
		"status", k.answer.status, "bytes", len(k.answer.body), "took", time.Since(began),
		"request", k.answer.header.Get("X-Authentik-Id"), "err", k.answer.err)
	return res, err
}

func (t *keeper) roundTrip(r *http.Request, a *answer) (*http.Response, error) {
	next := t.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(r)
	if err != nil {
		a.err = err
		return nil, err
	}
	a.status, a.header = res.StatusCode, res.Header
	a.body, a.err = io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end or given up
	res.Body = http.NoBody
	return res, nil
}
