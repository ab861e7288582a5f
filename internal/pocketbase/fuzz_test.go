package pocketbase

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
)

// meeting returns a client of a server that answers everything with one status and body.
func meeting(status int, body []byte) *Client {
	cfg := rest.Config{URL: "https://pocketbase.company", Pause: func(ctx context.Context, _ time.Duration) error {
		return ctx.Err()
	},
		HTTP: &http.Client{Transport: pbtest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			return pbtest.Reply(r, status, string(body)), nil
		})}}
	return newFacade(rest.NewClient(cfg, rest.Identity{Version: "0.39.11"}))
}

// FuzzAnswer answers an observation, and a write that is read back, with arbitrary bytes.
func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(
		`{"totalItems":1,"totalPages":1,"items":[{"id":"a","name":"users","oauth2":{"enabled":true,"providers":[{"name":"oidc","pkce":null,"extra":{"issuers":["x"]}}]}}]}`))
	f.Add(200, []byte(
		`{"totalPages":9,"items":[{"oauth2":{"providers":[null,7,{"name":[]},{"extra":[]}]},"fields":[{}]}],"meta":{"hideControls":true}}`))
	f.Add(400, []byte(
		`{"data":{"oauth2":{"providers":{"0":{"clientSecret":{"code":"x","message":"Cannot be blank."}}}}},"message":"Failed."}`))
	f.Add(502, []byte("<html>the-token-never-to-be-shown</html>"))
	f.Add(200, []byte(""))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 || status == http.StatusNoContent || status == http.StatusNotModified {
			return
		}
		c := meeting(status, body)
		snap, err := c.Observe(t.Context(), link.Query{Collection: "users"})
		wellWorded(t, err)
		if users := snap.Collection("users"); err == nil && users != nil {
			wellWorded(t, c.Apply(t.Context(), pbtest.Adding(users, new(pbtest.Ours()))))
		}
	})
}

func wellWorded(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	fault, ok := errors.AsType[*report.Fault](err)
	if !ok || fault.Summary.Empty() || fault.Todo.Empty() {
		t.Fatalf("without words: %v", err)
	}
	for _, text := range []string{fault.Summary.String(), fault.Todo.String()} {
		if strings.Contains(text, "never-to-be-shown") || strings.Contains(text, "<html") || !utf8.ValidString(text) {
			t.Fatalf("the words are %q", text)
		}
	}
}
