package authentiksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"
)

// obj is a JSON object.
type obj = map[string]any

// call is one request on its way through a handler, with the state it may change.
type call struct {
	*Server
	st    *state
	req   *http.Request
	id    string // the request id, x-authentik-id of the answer
	user  *User  // who the API token belongs to; nil for anonymous
	raw   []byte // the whole body
	query url.Values
	sess  *session // the browser's session; nil until it is asked for
	fresh bool     // sess was made by this call, so its cookie must be sent

	partial bool         // this is a PATCH: nested fields without a value are not filled in
	was     *Application // what this PATCH changed, as it was before: the nested provider still tells of it
}

func (c *call) param(name string) string { return chi.URLParam(c.req, name) }

// base is the address the client used, as scheme://host.
func (c *call) base() string {
	scheme := "http"
	if c.req.TLS != nil {
		scheme = "https"
	}
	if forwarded := c.req.Header.Get("X-Forwarded-Proto"); forwarded == "https" {
		scheme = "https"
	} else if forwarded != "" {
		scheme = "http"
	}
	return scheme + "://" + c.req.Host
}

// clientIP is the address the request came from, without the port.
func (c *call) clientIP() string {
	host, _, err := net.SplitHostPort(c.req.RemoteAddr)
	if err != nil {
		return c.req.RemoteAddr
	}
	return host
}

// body is the request's JSON object. An empty body is an empty object.
func (c *call) body() (obj, error) {
	kind, _, _ := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if len(c.raw) == 0 {
		return obj{}, nil
	}
	if kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType,
			obj{"detail": fmt.Sprintf("Unsupported media type %q in request.", c.req.Header.Get("Content-Type"))})
	}
	var value any
	if err := json.Unmarshal(c.raw, &value); err != nil {
		return nil, refuse(http.StatusBadRequest, obj{"detail": "JSON parse error - " + parseProblem(err)})
	}
	in, ok := value.(obj)
	if !ok {
		return nil, invalid(obj{"non_field_errors": []string{
			fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", pythonType(value))}})
	}
	return in, nil
}

// parseProblem says where the JSON breaks off, in the words of Python's parser.
func parseProblem(err error) string {
	var syntax *json.SyntaxError
	at := int64(1)
	if errors.As(err, &syntax) {
		at = max(syntax.Offset, 1)
	}
	return fmt.Sprintf("Expecting value: line 1 column %d (char %d)", at, at-1)
}

// form is the request's form body, read whatever its declared type.
func (c *call) form() url.Values {
	values, err := url.ParseQuery(string(c.raw))
	if err != nil {
		return url.Values{}
	}
	return values
}

// readBody takes the body in before the state is locked, so that a slow client
// holds nobody up.
func readBody(r *http.Request) []byte {
	var buffer bytes.Buffer
	// A body cut short is what the client sent: it fails where it is parsed.
	_, _ = io.Copy(&buffer, io.LimitReader(r.Body, maxBody))
	return buffer.Bytes()
}
