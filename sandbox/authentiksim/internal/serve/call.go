package serve

import (
	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/store"
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
type Call struct {
	*Server
	Request *http.Request
	ID      string      // the request id, x-authentik-id of the answer
	User    *store.User // who the API token belongs to; nil for anonymous
	RawBody []byte      // the whole body
	Query   url.Values
	sess    *store.Session // the browser's session; nil until it is asked for
	fresh   bool           // sess was made by this call, so its cookie must be sent

	Partial bool               // this is a PATCH: nested fields without a value are not filled in
	Before  *store.Application // what this PATCH changed, as it was before: the nested provider still tells of it
}

func (c *Call) Param(name string) string { return chi.URLParam(c.Request, name) }

// base is the address the client used, as scheme://host.
func (c *Call) Base() string {
	scheme := "http"
	if c.Request.TLS != nil {
		scheme = "https"
	}
	if forwarded := c.Request.Header.Get("X-Forwarded-Proto"); forwarded == "https" {
		scheme = "https"
	} else if forwarded != "" {
		scheme = "http"
	}
	return scheme + "://" + c.Request.Host
}

// clientIP is the address the request came from, without the port.
func (c *Call) clientIP() string {
	host, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		return c.Request.RemoteAddr
	}
	return host
}

// body is the request's JSON object. An empty body is an empty object.
func (c *Call) Body() (obj, error) {
	kind, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if len(c.RawBody) == 0 {
		return obj{}, nil
	}
	if kind != "application/json" {
		return nil, Refuse(http.StatusUnsupportedMediaType,
			obj{"detail": fmt.Sprintf("Unsupported media type %q in request.", c.Request.Header.Get("Content-Type"))})
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
func (c *Call) Form() url.Values {
	values, err := url.ParseQuery(string(c.RawBody))
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
