package pocketbase

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"time"

	"authpocket/internal/outbound"
	"authpocket/internal/secret"
)

// wire sends single requests to one PocketBase. It repeats nothing.
type wire struct {
	base  string
	http  *http.Client
	log   *slog.Logger
	sleep func(context.Context, time.Duration) error
	long  time.Duration // what a call may take during which PocketBase calls authentik
}

// exchangeTime is more than the 30 s that PocketBase gives itself for
// authentik's answers to one sign-in.
const exchangeTime = 45 * time.Second

func newWire(cfg Config) wire {
	w := wire{base: cfg.URL, http: cfg.HTTP, log: cfg.Log, sleep: cfg.Pause, long: exchangeTime}
	if w.sleep == nil {
		w.sleep = outbound.Sleep
	}
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
func (w wire) unhurried() wire {
	client := *w.http
	if client.Timeout > 0 {
		client.Timeout = w.long
	}
	w.http = &client
	return w
}

// answer is what came back, read whole.
type answer struct {
	call   call
	status int
	header http.Header
	body   []byte
}

// send makes the request and reads the answer. The error is one of the
// transport: any status is an answer.
func (w wire) send(ctx context.Context, c call) (answer, error) {
	res, err := w.open(ctx, c)
	if err != nil {
		return answer{call: c}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{call: c}, fmt.Errorf("reading the answer to %s: %w", c, err)
	}
	return answer{call: c, status: res.StatusCode, header: res.Header, body: body}, nil
}

// open makes the request and leaves the body to the caller.
func (w wire) open(ctx context.Context, c call) (*http.Response, error) {
	req, err := w.request(ctx, c)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	res, err := w.http.Do(req)
	if err != nil {
		w.log.DebugContext(ctx, "PocketBase gave no answer", "call", c.String(), "error", err)
		return nil, fmt.Errorf("sending %s: %w", c, err)
	}
	w.log.DebugContext(ctx, "PocketBase answered", "call", c.String(), "status", res.StatusCode, "after", time.Since(start))
	return res, nil
}

func (w wire) request(ctx context.Context, c call) (*http.Request, error) {
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

// errNotJSON is wrapped where an answer should have been JSON.
var errNotJSON = errors.New("the answer is not JSON")

// decode reads the answer's JSON into v.
func (a answer) decode(v any) error {
	if err := json.Unmarshal(a.body, v); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", a.call, errors.Join(errNotJSON, err))
	}
	return nil
}

// html tells whether the answer is a web page.
func (a answer) html() bool {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return kind == "text/html" || bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<"))
}

// err names the answer for a fault's chain. It has nothing of the body.
func (a answer) err() error { return fmt.Errorf("%s answered %d", a.call, a.status) }
