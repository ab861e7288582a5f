package rest

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
	Log    *slog.Logger
	Reads  wire.Reads
	long   time.Duration // what a call may take during which PocketBase calls authentik
}

// exchangeTime is more than the 30 s that PocketBase gives itself for
// authentik's answers to one sign-in.
const exchangeTime = 45 * time.Second

func newTransport(cfg Config) transport {
	w := transport{base: cfg.URL, client: cfg.HTTP, Log: cfg.Log, Reads: wire.Reads{Tries: wire.Tries,
		Pause: cfg.Pause},
		long: exchangeTime}
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	return w
}

// Call is one request. The zero token sends no Authorization: a guest's call.
type Call struct {
	Method string // empty: GET
	Path   string // below the base address, starting with a slash
	Query  url.Values
	Body   any // sent as JSON, nil for none
	token  secret.Text
}

func (c Call) verb() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

// String names the call for evidence and errors, without its query.
func (c Call) String() string { return c.verb() + " " + c.Path }

// Unhurried is the same wire for calls that PocketBase answers only once
// authentik has answered it: the reason of a failure is in that answer.
func (w transport) Unhurried() transport {
	client := *w.client
	if client.Timeout > 0 {
		client.Timeout = w.long
	}
	w.client = &client
	return w
}

// Do sends a request that is not to be read as a whole.
func (w transport) Do(r *http.Request) (*http.Response, error) {
	return w.client.Do(r) // #nosec G704 -- to the address the admin gave; outbound refuses what is never a target
}

// Elsewhere is the same wire to another address, which is asked with less
// patience: it may well be reachable from browsers only.
func (w transport) Elsewhere(base string) transport {
	w.base, w.Reads = base, w.Reads.Hasty()
	return w
}

// Answer is what came back, with the path below the base address.
type Answer = wire.Answer

// Send makes the request once.
func (w transport) Send(ctx context.Context, c Call) Answer {
	r, err := w.request(ctx, c)
	if err != nil {
		return Answer{Method: c.verb(), Path: c.Path, Err: err}
	}
	a := wire.Do(w.client.Do, r)
	a.Path = c.Path
	w.Log.DebugContext(ctx, "PocketBase answered", "call", c.String(), "status", a.Status, "after", a.Took(), "error",
		a.Err)
	return a
}

// Read sends a call that changes nothing, again where that may help, until it
// is answered with JSON.
func (w transport) Read(ctx context.Context, c Call) Answer {
	return w.Reads.Repeat(ctx, wire.JSON, func(ctx context.Context) Answer { return w.Send(ctx, c) })
}

func (w transport) request(ctx context.Context, c Call) (*http.Request, error) {
	var body io.Reader
	if c.Body != nil {
		raw, err := json.Marshal(c.Body)
		if err != nil {
			return nil, fmt.Errorf("writing the body of %s: %w", c, err)
		}
		body = bytes.NewReader(raw)
	}
	target := w.base + c.Path
	if len(c.Query) > 0 {
		target += "?" + c.Query.Encode()
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
