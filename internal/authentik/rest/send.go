package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/wire"
)

// Call is one request to authentik's API.
type Call struct {
	Method    string // empty for GET
	Path      string // below /api/v3: "/core/users/"
	Query     url.Values
	Body      map[string]any // sent as JSON, nil for none
	anonymous bool           // sent without the token
}

// key returns the key that a whole response to a read has, empty for none.
func (c *Call) key() string {
	switch {
	case c.Method != "", c.Path == "/root/config/", c.Path == "/admin/settings/":
		return ""
	case c.Query.Has("page_size"):
		return "results"
	case c.Path == "/core/users/me/":
		return "user"
	case c.Path == "/admin/version/":
		return "version_current"
	case c.anonymous:
		return "matched_domain" // of the brand
	case strings.HasSuffix(c.Path, "/preview_user/"):
		return "preview"
	case strings.HasSuffix(c.Path, "/check_access/"):
		return "passing"
	}
	return "pk"
}

// whole reports whether a successful response is complete. A web page is, since it comes from something else.
func (c *Call) whole(a wire.Answer) bool {
	if key := c.key(); key != "" {
		return wire.Having(key)(a)
	}
	o, isObject := ParseObject(a.Body)
	return wire.JSON(a) && (!isObject || c.fills(o))
}

// fills reports whether o has what a whole response to the call has.
func (c *Call) fills(o Object) bool {
	if key := c.key(); key != "" {
		return o[key] != nil && string(o[key]) != "null"
	}
	return len(o) > 0
}

// Get returns a read of the path, with pairs of query keys and values.
func Get(path string, query ...string) Call {
	call := Call{Path: path, Query: url.Values{}}
	for pair := range slices.Chunk(query, 2) {
		call.Query.Add(pair[0], pair[1])
	}
	return call
}

// Answer is a response from authentik.
type Answer struct {
	wire.Answer
	parsed Object // by Read
}

// Object returns the response's JSON object, false if it is anything else.
func (a Answer) Object() (Object, bool) {
	if a.Err != nil {
		return nil, false
	}
	if a.parsed != nil {
		return a.parsed, true
	}
	return ParseObject(a.Body)
}

// Send sends the call once and returns the response.
func (c *Client) Send(ctx context.Context, call Call) Answer {
	r, err := c.request(ctx, call)
	if err != nil {
		return Answer{Answer: wire.Answer{Err: err}}
	}
	a := wire.Do(c.HTTP.Do, r)
	c.Log.DebugContext(ctx, "authentik answered", "method", r.Method, "path", r.URL.Path,
		"status", a.Status, "bytes", len(a.Body), "took", a.Took(),
		"request", a.Header.Get("X-Authentik-Id"), "err", a.Err)
	return Answer{Answer: a}
}

// target returns the address of a call.
func (c *Client) target(call Call) string {
	target := c.URL + "/api/v3" + call.Path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	return target
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	var body bytes.Buffer
	if call.Body != nil {
		if err := json.NewEncoder(&body).Encode(call.Body); err != nil {
			return nil, fmt.Errorf("writing the body for %s: %w", call.Path, err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, call.Method, c.target(call), &body)
	if err != nil {
		return nil, fmt.Errorf("making the request for %s: %w", call.Path, err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Accept-Language", "en") // authentik's errors have no codes, only translated sentences
	r.Header.Set("User-Agent", "authpocket")
	if call.Body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if !call.anonymous {
		r.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	}
	return r, nil
}
