package pocketbase

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// transport sends requests to one PocketBase.
type transport struct {
	base   string
	client *http.Client
	log    *slog.Logger
	reads  wire.Reads
	long   time.Duration // what a call may take during which PocketBase calls authentik
}

// exchangeTime is more than the 30 s that PocketBase gives itself for
// authentik's answers to one sign-in.
const exchangeTime = 45 * time.Second

func newTransport(cfg Config) transport {
	w := transport{base: cfg.URL, client: cfg.HTTP, log: cfg.Log, reads: wire.Reads{Tries: wire.Tries, Pause: cfg.Pause},
		long: exchangeTime}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	return w
}

// call is one request. The zero token sends no Authorization: a guest's call.
type call struct {
	method string // empty: GET
	path   string // below the base address, starting with a slash
	query  url.Values
	body   any // sent as JSON, nil for none
	token  secret.Text
}

func (c call) verb() string {
	if c.method == "" {
		return http.MethodGet
	}
	return c.method
}

// String names the call for evidence and errors, without its query.
func (c call) String() string { return c.verb() + " " + c.path }

// unhurried is the same wire for calls that PocketBase answers only once
// authentik has answered it: the reason of a failure is in that answer.
func (w transport) unhurried() transport {
	client := *w.client
	if client.Timeout > 0 {
		client.Timeout = w.long
	}
	w.client = &client
	return w
}

// do sends a request that is not to be read as a whole.
func (w transport) do(r *http.Request) (*http.Response, error) {
	return w.client.Do(r) // #nosec G704 -- to the address the admin gave; outbound refuses what is never a target
}

// elsewhere is the same wire to another address, which is asked with less
// patience: it may well be reachable from browsers only.
func (w transport) elsewhere(base string) transport {
	w.base, w.reads = base, w.reads.Hasty()
	return w
}

// answer is what came back, with the path below the base address.
type answer = wire.Answer

// send makes the request once.
func (w transport) send(ctx context.Context, c call) answer {
	r, err := w.request(ctx, c)
	if err != nil {
		return answer{Method: c.verb(), Path: c.path, Err: err}
	}
	a := wire.Do(w.client.Do, r)
	a.Path = c.path
	w.log.DebugContext(ctx, "PocketBase answered", "call", c.String(), "status", a.Status, "after", a.Took(), "error",
		a.Err)
	return a
}

// read sends a call that changes nothing, again where that may help, until it
// is answered with JSON.
func (w transport) read(ctx context.Context, c call) answer {
	return w.reads.Repeat(ctx, wire.JSON, func(ctx context.Context) answer { return w.send(ctx, c) })
}

func (w transport) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("writing the body of %s: %w", c, err)
		}
		body = bytes.NewReader(raw)
	}
	target := w.base + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.verb(), target, body)
	if err != nil {
		return nil, fmt.Errorf("making the request %s: %w", c, err)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token.IsSet() {
		// Bare, for PocketBase 0.23 knows the prefix in one spelling only.
		req.Header.Set("Authorization", c.token.Reveal())
	}
	return req, nil
}
