package predict_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// server is a PocketBase, known by its address and a superuser's token only.
type server struct {
	url, token, version string
	client              *http.Client
	openID              *openID
	played              int // names collections
}

func newServer(t testing.TB, url, token, version string) *server {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &server{url: url, token: token, version: version, openID: newOpenID(t),
		client: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// required returns the version of PocketBase that this module requires.
func required(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Version}}",
		"github.com/pocketbase/pocketbase").Output()
	if err != nil {
		t.Fatalf("finding the version of PocketBase: %v", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
}

// refusal is an answer of PocketBase that is no success.
type refusal struct {
	Status  int
	Message string
	Data    map[string]struct{ Code, Message string }
	MFAID   string `json:"mfaId"`
	body    string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.body) }

// call sends a request, as a guest without a token, and decodes the answer. Its error is a *refusal if PocketBase
// answered.
func (s *server) call(ctx context.Context, method, path, token string, body, into any) error {
	var content io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encoding a request: %w", err)
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, content)
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("asking PocketBase: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("reading PocketBase's answer: %w", err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		refused := &refusal{Status: res.StatusCode, body: string(answer)}
		_ = json.Unmarshal(answer, refused) // body has what is no JSON
		return refused
	}
	if into == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("decoding the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// ask sends a request of the superuser.
func (s *server) ask(ctx context.Context, method, path string, body, into any) error {
	return s.call(ctx, method, path, s.token, body, into)
}

// values are the fields of a record as PocketBase answers them to a superuser.
type values = map[string]json.RawMessage

// records returns the records of a collection that match the filter.
func (s *server) records(ctx context.Context, collection, filter string) ([]values, error) {
	var page struct{ Items []values }
	query := url.Values{"perPage": {"100"}, "filter": {filter}}
	err := s.ask(ctx, http.MethodGet, "/api/collections/"+collection+"/records?"+query.Encode(), nil, &page)
	return page.Items, err
}

func textOf(v values, key string) (s string) {
	_ = json.Unmarshal(v[key], &s)
	return s
}

func trueIn(v values, key string) (b bool) {
	_ = json.Unmarshal(v[key], &b)
	return b
}
