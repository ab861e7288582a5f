package authentik

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/test/hostile"
)

// meeting is a client that meets such a server.
func meeting(status int, body []byte) *Client {
	return newFacade(rest.NewClient(rest.Config{URL: "https://authentik.company",
		Token: secret.New("the-token-never-to-be-shown"),
		HTTP:  &http.Client{Transport: hostile.Saying{Status: status, Body: body}},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}))
}

// FuzzAnswer gives a whole observation, and a write that is looked up, one
// answer of any bytes.
func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(
		`{"pagination":{"total_pages":1},"results":[{"pk":1,"name":"p","client_id":"c","redirect_uris":[{"url":"https://a","matching_mode":"strict"}],"property_mappings":["x"]}]}`))
	f.Add(200, []byte(`{"pagination":{"total_pages":3},"results":[null,1,"x",{"pk":{}},{"redirect_uris":[null,[]]}]}`))
	f.Add(200, []byte(`{"pk":"a","slug":"pocketbase","provider":1e99,"provider_obj":[],"results":[]}`))
	f.Add(403, []byte(`{"detail":"You do not have permission"}`))
	f.Add(500, []byte("<h1>Server Error (500)</h1>the-token-never-to-be-shown"))
	f.Add(200, []byte(""))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 || bytes.Contains(body, []byte(`"total_pages"`)) && len(body) > 4096 {
			return
		}
		c := meeting(status, body)
		snap, err := c.Observe(t.Context(), link.Query{Slug: "pocketbase", ProviderName: "p",
			Access: &link.Access{Groups: []string{"g"}}})
		wellWorded(t, err)
		if err != nil && len(snap.Providers) > 0 {
			t.Error("an observation failed and has something all the same")
		}
		wellWorded(t, c.Apply(t.Context(), link.Change{System: report.Authentik, Kind: link.KindMapping,
			After: &link.Mapping{Ref: link.Ref{Name: "m"}, Scope: "email", Expression: "return {}"}}))
	})
}

// wellWorded holds that an error is a fault with words that hold no secret and
// no raw answer.
func wellWorded(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	fault, ok := errors.AsType[*report.Fault](err)
	if !ok || fault.Summary.Empty() || fault.Todo.Empty() {
		t.Fatalf("without words: %v", err)
	}
	for _, text := range []string{fault.Summary.String(), fault.Todo.String(), err.Error()} {
		if strings.Contains(text, "never-to-be-shown") || strings.Contains(text, "<h1") || !utf8.ValidString(text) {
			t.Fatalf("the words are %q", text)
		}
	}
}
