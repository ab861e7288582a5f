package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// HTML is the content type of authentik's pages and of its empty answers.
const HTML = "text/html; charset=utf-8"

// Answer is a response before it is written.
type Answer struct {
	Status      int
	ContentType string // empty sends none
	Header      http.Header
	Body        []byte
}

// JSON encodes value as an answer. It panics on a value that cannot be encoded, since all values are the simulator's
// own.
func JSON(status int, value any) Answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding the answer: %v", err))
	}
	return Answer{Status: status, ContentType: "application/json", Body: body}
}

// OK returns a 200 with a JSON value.
func OK(value any) (Answer, error) { return JSON(http.StatusOK, value), nil }

// Created returns a 201 with a JSON value.
func Created(value any) (Answer, error) { return JSON(http.StatusCreated, value), nil }

// NoContent returns an empty 204.
func NoContent() (Answer, error) { return Answer{Status: http.StatusNoContent}, nil }

// Redirect returns a 302 in Django's form, with an empty HTML body.
func Redirect(to string) Answer {
	return Answer{Status: http.StatusFound, ContentType: HTML, Header: http.Header{"Location": {to}}}
}

// With adds a header.
func (a Answer) With(key, value string) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Add(key, value)
	return a
}

// write sends the answer, without its body if the request is a HEAD.
func (a Answer) write(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), a.Header)
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	} else {
		w.Header()["Content-Type"] = nil // keep net/http from guessing one
	}
	if a.Status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		// The client is gone.
		_, _ = w.Write(a.Body)
	}
}

// refusal is an answer as an error.
type refusal struct{ answer Answer }

func (r *refusal) Error() string {
	return fmt.Sprintf("refused with %d: %s", r.answer.Status, r.answer.Body)
}

// Refuse returns a JSON answer as an error.
func Refuse(status int, value any) error { return &refusal{JSON(status, value)} }

// RefuseWith returns an answer as an error.
func RefuseWith(a Answer) error { return &refusal{a} }

// Invalid refuses with a 400 and messages by field.
func Invalid(errs obj) error { return Refuse(http.StatusBadRequest, errs) }

// InvalidField refuses with a 400 about one field.
func InvalidField(field, message string) error {
	return Invalid(obj{field: []string{message}})
}

// Forbidden refuses with a 403.
func Forbidden() error {
	return Refuse(http.StatusForbidden, obj{"detail": "You do not have permission to perform this action."})
}

// NotFound refuses with a 404.
func NotFound(noun string) error {
	return Refuse(http.StatusNotFound, obj{"detail": "No " + noun + " matches the given query."})
}

// Crash refuses as authentik does after an unhandled exception: with its page for 500, which accepts GET only and so
// answers a write with 405.
func (c *Call) Crash() error {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return &refusal{c.ErrorPage(http.StatusInternalServerError, "Server Error", "An error occurred.")}
	}
	return &refusal{Answer{Status: http.StatusMethodNotAllowed, ContentType: HTML,
		Header: http.Header{"Allow": {"GET, HEAD, OPTIONS"}}}}
}
