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
	"strings"
	"time"

	"authpocket/internal/outbound"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// transport sends requests to one PocketBase.
type transport struct {
	base   string
	client *http.Client
	Log    *slog.Logger
	Reads  wire.Reads
	long   time.Duration // timeout of calls during which PocketBase calls authentik
}

// exchangeTime exceeds the 30 s that PocketBase allows for authentik's answers to one sign-in.
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

// Call is one request. Without a token it sends no Authorization header, as a guest.
type Call struct {
	Method string // empty means GET
	Path   string // below the base address, starting with a slash
	Query  url.Values
	Body   any // sent as JSON; nil for none
	token  secret.Text
}

// key returns the key that a whole answer has, empty for none.
func (c *Call) key() string {
	switch {
	case c.Query.Has("perPage"):
		return "items"
	case c.Query.Get("fields") == "logs":
		return "logs"
	case c.Path == "/api/settings":
		return "meta"
	case strings.HasSuffix(c.Path, "/auth-methods"):
		return "oauth2"
	case strings.HasSuffix(c.Path, "/auth-refresh"):
		return "record"
	case c.Path == "/api/health":
		return "message"
	case strings.Contains(c.Path, "/records/"):
		return "id"
	}
	return ""
}

// Whole reports whether a successful answer is complete. A web page is, since it comes from something else.
func (c *Call) Whole(a Answer) bool {
	key := c.key()
	switch {
	case key == "":
		return wire.JSON(a)
	case !wire.Having(key)(a):
		return false
	case a.HTML() || c.Path != pathCollections:
		return true
	}
	var got List[collection]
	whole := a.Decode(&got) == nil
	for _, one := range got.Items {
		whole = whole && one.ID != "" && one.Name != ""
	}
	return whole
}

func (c Call) verb() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

// String returns the method and path, without the query, for evidence and errors.
func (c Call) String() string { return c.verb() + " " + c.Path }

// Unhurried returns a copy of w for calls that PocketBase answers only after authentik has answered it. It waits
// longer, because that answer holds the reason of a failure.
func (w transport) Unhurried() transport {
	w.client = outbound.WithLimit(w.client, w.long)
	return w
}

// Do sends a request whose answer must not be read to its end.
func (w transport) Do(r *http.Request) (*http.Response, error) {
	return w.client.Do(r) // #nosec G704 -- to the address the admin gave; outbound refuses what is never a target
}

// Elsewhere returns a copy of w for another address. It has less patience, because that address may be reachable from
// browsers only.
func (w transport) Elsewhere(base string) transport {
	w.base, w.Reads = base, w.Reads.Hasty()
	return w
}

// Answer is the outcome of a request. Its path is relative to the base address.
type Answer = wire.Answer

// Send sends the call once.
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

// Read sends a call that changes nothing, repeating it as needed until it is answered with JSON. A superuser's GET is
// shared with those of the same moment.
func (w transport) Read(ctx context.Context, c Call) Answer {
	send := func() Answer {
		return w.Reads.Repeat(ctx, c.Whole, func(ctx context.Context) Answer { return w.Send(ctx, c) })
	}
	if c.Method != "" || !c.token.IsSet() {
		return send()
	}
	return wire.Share(ctx, w.target(c), send)
}

// target returns the address of a call.
func (w transport) target(c Call) string {
	target := w.base + c.Path
	if len(c.Query) > 0 {
		target += "?" + c.Query.Encode()
	}
	return target
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
	req, err := http.NewRequestWithContext(ctx, c.verb(), w.target(c), body)
	if err != nil {
		return nil, fmt.Errorf("making the request %s: %w", c, err)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token.IsSet() {
		// No Bearer prefix: PocketBase 0.23 recognises only one spelling of it.
		req.Header.Set("Authorization", c.token.Reveal())
	}
	return req, nil
}
