package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/store"
)

// obj is a JSON object.
type obj = map[string]any

// Call is a request and the server it changes.
type Call struct {
	*Server
	Request *http.Request
	ID      string      // request ID, x-authentik-id of the answer
	User    *store.User // owner of the API token; nil for an anonymous request
	RawBody []byte      // the whole body
	Query   url.Values
	sess    *store.Session // the browser's session; nil until it is looked up
	fresh   bool           // sess is new, so its cookies must be sent

	Partial bool               // a PATCH does not fill in nested fields without a value
	Before  *store.Application // the changed application before the change; the nested provider still shows it
}

// Param returns a parameter of the path.
func (c *Call) Param(name string) string { return chi.URLParam(c.Request, name) }

// Base returns the address the client used, as scheme://host, with the path of Config.URL.
func (c *Call) Base() string {
	if c.Config.URL != "" {
		return c.Config.URL
	}
	scheme := "http"
	if c.Request.TLS != nil {
		scheme = "https"
	}
	forwarded := c.Request.Header.Get("X-Forwarded-Proto")
	switch {
	case forwarded == "" || c.Features.TrustedProxies && !c.trusts(c.clientIP()):
	case forwarded == "https":
		scheme = "https"
	default:
		scheme = "http"
	}
	return scheme + "://" + c.Request.Host
}

// Origin returns the scheme and host of Base.
func (c *Call) Origin() string { return strings.TrimSuffix(c.Base(), c.path) }

// trusts reports whether the forwarded headers of a client count.
func (c *Call) trusts(client string) bool {
	ip, _ := netip.ParseAddr(client)
	if c.Config.TrustedProxies == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	return slices.ContainsFunc(c.Config.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// clientIP returns the client's address without the port.
func (c *Call) clientIP() string {
	host, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		return c.Request.RemoteAddr
	}
	return host
}

// Body returns the request's JSON object. An empty body is an empty object.
func (c *Call) Body() (obj, error) {
	kind, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if len(c.RawBody) == 0 {
		return obj{}, nil
	}
	if kind != "application/json" {
		detail := fmt.Sprintf("Unsupported media type %q in request.", c.Request.Header.Get("Content-Type"))
		return nil, Refuse(http.StatusUnsupportedMediaType, obj{"detail": detail})
	}
	var value any
	if err := json.Unmarshal(c.RawBody, &value); err != nil {
		return nil, Refuse(http.StatusBadRequest, obj{"detail": "JSON parse error - " + parseProblem(err)})
	}
	in, ok := value.(obj)
	if !ok {
		return nil, Invalid(obj{"non_field_errors": []string{
			fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", python.TypeOf(value))}})
	}
	return in, nil
}

// parseProblem describes where the JSON is invalid, in the words of Python's parser.
func parseProblem(err error) string {
	var syntax *json.SyntaxError
	at := int64(1)
	if errors.As(err, &syntax) {
		at = max(syntax.Offset, 1)
	}
	return fmt.Sprintf("Expecting value: line 1 column %d (char %d)", at, at-1)
}

// Form parses the body as a form, whatever its content type.
func (c *Call) Form() url.Values {
	values, err := url.ParseQuery(string(c.RawBody))
	if err != nil {
		return url.Values{}
	}
	return values
}

// readBody reads the body before the state is locked, so that a slow client blocks no other.
func readBody(r *http.Request) []byte {
	var buffer bytes.Buffer
	// A truncated body fails where it is parsed.
	_, _ = io.Copy(&buffer, io.LimitReader(r.Body, maxBody))
	return buffer.Bytes()
}
