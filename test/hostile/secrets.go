package hostile

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// SecretsElsewhere returns an authentik like drafts of 2026.11, where a provider has no client secret but the key of an
// object that holds it. With shown, a provider has that value as its client secret.
func SecretsElsewhere(next http.Handler, shown json.RawMessage) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/v3/") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		sent := edited(body, func(o map[string]any) { delete(o, "client_secret") })
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		body = edited(answer.Body.Bytes(), func(o map[string]any) {
			if _, has := o["client_secret"]; !has {
				return
			}
			delete(o, "client_secret")
			if o["secret"] = "0e5cbf63-0e4c-4a7e-9d0a-3f5d1b7d2c11"; shown != nil {
				o["client_secret"] = shown
			}
		})
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body) // the client may be gone
	})
}

// edited returns JSON with all its objects edited, and anything else as it is.
func edited(body []byte, edit func(map[string]any)) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return body
	}
	each(value, edit)
	changed, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return changed
}

func each(value any, edit func(map[string]any)) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			each(one, edit)
		}
	case map[string]any:
		edit(v)
		for _, one := range v {
			each(one, edit)
		}
	}
}
