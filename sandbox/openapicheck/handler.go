package openapicheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// Handler serves with next and reports each request that does not fit the
// document, and each answer. The report is called on the request's goroutine;
// t.Error fits in a test.
func (c *Checker) Handler(report func(error), next http.Handler) http.Handler {
	return c.handler(report, next, true)
}

// Answers is Handler without a look at the requests, for tests that ask badly
// on purpose.
func (c *Checker) Answers(report func(error), next http.Handler) http.Handler {
	return c.handler(report, next, false)
}

func (c *Checker) handler(report func(error), next http.Handler, requests bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			report(describe(r, fmt.Errorf("reading the request: %w", err)))
		}
		rewound := func() *http.Request {
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			return again
		}
		if requests {
			if err := c.Request(rewound()); err != nil {
				report(err)
			}
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, rewound())
		if err := c.Answer(rewound(), recorder.Code, recorder.Header(), recorder.Body.Bytes()); err != nil {
			report(err)
		}
		pass(w, recorder)
	})
}

// pass writes a recorded answer.
func pass(w http.ResponseWriter, recorder *httptest.ResponseRecorder) {
	for key, values := range recorder.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(recorder.Code)
	// The client went away; there is nobody left to tell.
	_, _ = w.Write(recorder.Body.Bytes())
}

// detailOnly wants {"detail": "…"} of an answer that is JSON.
func detailOnly(header http.Header, body []byte) error {
	if !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if _, isText := value["detail"].(string); !isText || len(value) != 1 {
		return errors.New("the answer is not of the form {\"detail\": \"…\"}")
	}
	return nil
}
