package authentiksim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// htmlType is the content type of authentik's pages, and of its empty answers.
const htmlType = "text/html; charset=utf-8"

// answer is a response before it is written.
type answer struct {
	status int
	kind   string // content type; empty sends none
	header http.Header
	body   []byte
}

// jsonAnswer encodes value. Values come from the simulator's own maps, so a
// value that cannot be encoded is a fault of the simulator.
func jsonAnswer(status int, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding the answer: %v", err))
	}
	return answer{status: status, kind: "application/json", body: body}
}

func ok(value any) (answer, error) { return jsonAnswer(http.StatusOK, value), nil }

func created(value any) (answer, error) { return jsonAnswer(http.StatusCreated, value), nil }

func noContent() (answer, error) { return answer{status: http.StatusNoContent}, nil }

// redirect is a 302 as Django sends it: an empty HTML page.
func redirect(to string) answer {
	return answer{status: http.StatusFound, kind: htmlType, header: http.Header{"Location": {to}}}
}

// with adds a header.
func (a answer) with(key, value string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Add(key, value)
	return a
}

// write sends the answer; of a HEAD request only its head.
func (a answer) write(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), a.header)
	if a.kind != "" {
		w.Header().Set("Content-Type", a.kind)
	} else {
		w.Header()["Content-Type"] = nil // keep net/http from guessing one
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		// The client went away; there is nobody left to tell.
		_, _ = w.Write(a.body)
	}
}

// refusal is an error that is an answer.
type refusal struct{ answer answer }

func (r *refusal) Error() string {
	return fmt.Sprintf("refused with %d: %s", r.answer.status, r.answer.body)
}

func refuse(status int, value any) error { return &refusal{jsonAnswer(status, value)} }

// invalid is a 400 with messages by field.
func invalid(errs obj) error { return refuse(http.StatusBadRequest, errs) }

// invalidField is a 400 about one field.
func invalidField(field, message string) error {
	return invalid(obj{field: []string{message}})
}

func forbidden() error {
	return refuse(http.StatusForbidden, obj{"detail": "You do not have permission to perform this action."})
}

func notFound(noun string) error {
	return refuse(http.StatusNotFound, obj{"detail": "No " + noun + " matches the given query."})
}

// crash is what authentik answers to an exception nobody caught: the page for
// 500, which is made for GET only and so answers a write with 405.
func (c *call) crash() error {
	if c.req.Method == http.MethodGet || c.req.Method == http.MethodHead {
		return &refusal{c.errorPage(http.StatusInternalServerError, "Server Error", "An error occurred.")}
	}
	return &refusal{answer{status: http.StatusMethodNotAllowed, kind: htmlType,
		header: http.Header{"Allow": {"GET, HEAD, OPTIONS"}}}}
}
