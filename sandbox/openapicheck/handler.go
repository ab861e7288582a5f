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

// Handler serves with next and reports every invalid request and answer. It calls report on the goroutine of the
// request, so a test may pass t.Error.
func (c *Checker) Handler(report func(error), next http.Handler) http.Handler {
	return c.handler(report, next, true)
}

// Answers is Handler for tests with invalid requests: it validates answers only.
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
			copied := r.Clone(r.Context())
			copied.Body = io.NopCloser(bytes.NewReader(body))
			return copied
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

// pass forwards a recorded answer.
func pass(w http.ResponseWriter, recorder *httptest.ResponseRecorder) {
	for key, values := range recorder.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(recorder.Code)
	// The client is gone.
	_, _ = w.Write(recorder.Body.Bytes())
}

// detailOnly returns an error about a JSON answer that is not {"detail": "…"}.
func detailOnly(header http.Header, body []byte) error {
	if !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if _, isText := value["detail"].(string); !isText || len(value) != 1 {
		return errors.New("the answer does not have the form {\"detail\": \"…\"}")
	}
	return nil
}
