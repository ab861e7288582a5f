package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/sandbox"
	"authpocket/sandbox/openapicheck"
	"authpocket/test/testkey"
)

// loadChecker reads authentik's OpenAPI document, once for all tests.
var loadChecker = sync.OnceValues(openapicheck.New)

// bench is a sandbox and an engine that works on it through the real adapters.
// Every request to authentik and every response is checked against the OpenAPI
// document.
type bench struct {
	t            *testing.T
	box          *sandbox.Sandbox
	authentikURL string
	engine       *engine.Engine
}

func newBench(t *testing.T) *bench {
	t.Helper()
	checker, err := loadChecker()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	checked := httptest.NewServer(checker.Handler(func(err error) {
		if !authentikDiffers(err) {
			t.Errorf("against the OpenAPI document: %v", err)
		}
	}, box.Authentik()))
	t.Cleanup(func() {
		checked.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{t: t, box: box, authentikURL: checked.URL}
	b.seed()
	b.engine = b.connect()
	return b
}

// authentikDiffers exempts the one response in which authentik itself departs
// from its document: it leaves out flags that are not set.
func authentikDiffers(err error) bool {
	return strings.Contains(err.Error(), "GET /api/v3/admin/settings/") && strings.Contains(err.Error(), "/flags/")
}

// seed adds the objects that tests refer to: groups, keys, mappings, and a
// foreign provider in PocketBase.
func (b *bench) seed() {
	sim := b.box.Authentik()
	sim.AddGroup("staff")
	sim.AddGroup("admins")
	sim.AddScopeMapping("groups of ours", "groups", "return {}")
	if _, err := sim.AddKeyPair("an ec key", "ecdsa", time.Hour); err != nil {
		b.t.Fatal(err)
	}
	b.patchOAuth2(map[string]any{"enabled": true,
		"providers": []any{map[string]any{"name": "google", "clientId": "of Google",
			"clientSecret": "secret of Google"}}})
}

// connect returns a new engine, as another tab or another run would have.
func (b *bench) connect() *engine.Engine { return b.connectKeeping(nil) }

// connectKeeping is connect with receipts in store.
func (b *bench) connectKeeping(store *journal.Store) *engine.Engine {
	b.t.Helper()
	a, p := b.clients()
	return engine.New(engine.Config{
		Authentik: a, PocketBase: p, AuthentikURL: b.authentikURL, PocketBaseURL: b.box.PocketBaseURL, Receipts: store,
		Program: "test", Log: slog.New(slog.DiscardHandler),
	})
}

// clients connects to both systems.
func (b *bench) clients() (*authentik.Client, *pocketbase.Client) {
	b.t.Helper()
	client := outbound.New(outbound.Config{})
	b.t.Cleanup(client.CloseIdleConnections)
	log := slog.New(slog.DiscardHandler)
	a, err := authentik.Connect(b.t.Context(), rest.Config{URL: b.authentikURL, Token: secret.New(b.box.AuthentikToken),
		HTTP: client, Log: log})
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := pocketbase.Connect(b.t.Context(), pbrest.Config{URL: b.box.PocketBaseURL,
		Token: secret.New(b.box.PocketBaseToken), HTTP: client, Log: log})
	if err != nil {
		b.t.Fatal(err)
	}
	return a, p
}

// minimal returns the smallest spec of a link.
func (b *bench) minimal() link.Spec {
	return link.Spec{AuthentikURL: b.authentikURL, PocketBaseURLs: []string{b.box.PocketBaseURL},
		Email: link.EmailTrustAll}
}

func (b *bench) plan(s link.Spec) link.Plan {
	b.t.Helper()
	plan, err := b.engine.Plan(b.t.Context(), s)
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

// apply carries out a plan and checks the order of its events.
func (b *bench) apply(plan link.Plan) {
	b.t.Helper()
	var states []string
	err := b.engine.Apply(b.t.Context(), plan, func(e apply.Event) {
		states = append(states, fmt.Sprintf("%d %s", e.Index, e.State))
	})
	if err != nil {
		b.t.Fatalf("applying: %v", err)
	}
	var want []string
	for i := range plan.Changes {
		want = append(want, fmt.Sprintf("%d running", i), fmt.Sprintf("%d done", i))
	}
	if fmt.Sprint(states) != fmt.Sprint(want) {
		b.t.Errorf("the events are %v", states)
	}
}

// link applies spec and checks that a second plan is empty.
func (b *bench) link(s link.Spec) {
	b.t.Helper()
	b.apply(b.plan(s))
	if again := b.plan(s); !again.Empty() {
		b.t.Fatalf("a second plan is not empty:\n%s", show(again))
	}
}

func show(p link.Plan) string {
	var text string
	for _, c := range p.Changes {
		text += fmt.Sprintf("%s %s\n", c.Action, c.ID())
		for _, f := range c.Fields {
			text += fmt.Sprintf("    %s: %s → %s\n", f.Name, link.Show(f.Before), link.Show(f.After))
		}
	}
	return text
}

func fieldNames(p link.Plan) []string {
	var names []string
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			names = append(names, string(c.Kind)+": "+f.Name)
		}
	}
	return names
}

// call sends a request to a system, like an admin's script.
func (b *bench) call(method, url, token string, body any) map[string]any {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, url, bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d %s %v", method, url, res.StatusCode, text, err)
	}
	var answer map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			b.t.Fatalf("%s %s: %v", method, url, err)
		}
	}
	return answer
}

func (b *bench) authentik(method, path string, body any) map[string]any {
	b.t.Helper()
	return b.call(method, b.box.AuthentikURL+"/api/v3"+path, "Bearer "+b.box.AuthentikToken, body)
}

func (b *bench) patchCollection(body any) map[string]any {
	b.t.Helper()
	return b.call("PATCH", b.box.PocketBaseURL+"/api/collections/users", b.box.PocketBaseToken, body)
}

func (b *bench) patchOAuth2(body any) {
	b.t.Helper()
	b.patchCollection(map[string]any{"oauth2": body})
}

// patchElement updates our provider in the collection, which comes after google.
func (b *bench) patchElement(keys map[string]any) {
	b.t.Helper()
	element := map[string]any{"name": "oidc"}
	for k, v := range keys {
		element[k] = v
	}
	b.patchOAuth2(map[string]any{"providers": []any{map[string]any{"name": "google"}, element}})
}

// secretsInPocketBase returns the stored client secrets by slot.
func (b *bench) secretsInPocketBase() map[string]string {
	b.t.Helper()
	users, err := b.box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		b.t.Fatal(err)
	}
	secrets := map[string]string{}
	for _, p := range users.OAuth2.Providers {
		secrets[p.Name] = p.ClientSecret
	}
	return secrets
}
