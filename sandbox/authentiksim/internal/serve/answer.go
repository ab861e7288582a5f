package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// htmlType is the content type of authentik's pages, and of its empty answers.
const HTML = "text/html; charset=utf-8"

// answer is a response before it is written.
type Answer struct {
	Status      int
	ContentType string // content type; empty sends none
	Header      http.Header
	Body        []byte
}

// jsonAnswer encodes value. Values come from the simulator's own maps, so a
// value that cannot be encoded is a fault of the simulator.
func JSON(status int, value any) Answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding the answer: %v", err))
	}
	return Answer{Status: status, ContentType: "application/json", Body: body}
}

func OK(value any) (Answer, error) { return JSON(http.StatusOK, value), nil }

func Created(value any) (Answer, error) { return JSON(http.StatusCreated, value), nil }

func NoContent() (Answer, error) { return Answer{Status: http.StatusNoContent}, nil }

// redirect is a 302 as Django sends it: an empty HTML page.
func Redirect(to string) Answer {
	return Answer{Status: http.StatusFound, ContentType: HTML, Header: http.Header{"Location": {to}}}
}

// with adds a header.
func (a Answer) With(key, value string) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Add(key, value)
	return a
}

// write sends the answer; of a HEAD request only its head.
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
		// The client went away; there is nobody left to tell.
		_, _ = w.Write(a.Body)
	}
}

// refusal is an error that is an answer.
type refusal struct{ answer Answer }

func (r *refusal) Error() string {
	return fmt.Sprintf("refused with %d: %s", r.answer.Status, r.answer.Body)
}

func Refuse(status int, value any) error { return &refusal{JSON(status, value)} }

// RefuseWith returns an error that is answered with a.
func RefuseWith(a Answer) error { return &refusal{a} }

// invalid is a 400 with messages by field.
func Invalid(errs obj) error { return Refuse(http.StatusBadRequest, errs) }

// invalidField is a 400 about one field.
func InvalidField(field, message string) error {
	return Invalid(obj{field: []string{message}})
}

func Forbidden() error {
	return Refuse(http.StatusForbidden, obj{"detail": "You do not have permission to perform this action."})
}

func NotFound(noun string) error {
	return Refuse(http.StatusNotFound, obj{"detail": "No " + noun + " matches the given query."})
}

// crash is what authentik answers to an exception nobody caught: the page for
// 500, which is made for GET only and so answers a write with 405.
func (c *Call) Crash() error {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return &refusal{c.ErrorPage(http.StatusInternalServerError, "Server Error", "An error occurred.")}
	}
	return &refusal{Answer{Status: http.StatusMethodNotAllowed, ContentType: HTML,
		Header: http.Header{"Allow": {"GET, HEAD, OPTIONS"}}}}
}
