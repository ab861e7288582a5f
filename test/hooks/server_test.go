package hooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/plugins/jsvm"

	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/test/servers"
)

type object = map[string]any

// server is a running PocketBase whose users sign in at a provider of the test.
type server struct {
	t     *testing.T
	url   string
	token string

	mu     sync.Mutex
	claims map[string]object // by subject, which is also the code
	people map[string]string // accounts by subject
}

// collection says what users has besides its own fields.
type collection struct {
	fields []object
	groups []link.GroupField
	claim  string
}

// hookOf returns the exported hook for fields of users in the slot oidc.
func hookOf(t *testing.T, c collection) string {
	t.Helper()
	plan := link.Plan{Desired: link.Desired{Collection: link.CollectionState{Name: "users"},
		Slot:   link.OAuth2Provider{Slot: "oidc"},
		Groups: link.GroupsInto{Claim: c.claim, Fields: c.groups}}}
	var text bytes.Buffer
	if err := export.Hook().Write(&text, plan); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func writeHook(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, export.Hook().FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs the newest PocketBase that the tests link, with the hook.
func start(t *testing.T, c collection) *server {
	t.Helper()
	root := t.TempDir()
	hooks := filepath.Join(root, "pb_hooks")
	c.claim = claimOf(c)
	writeHook(t, hooks, hookOf(t, c))
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: filepath.Join(root, "pb_data")})
	jsvm.MustRegister(app, jsvm.Config{HooksDir: hooks, MigrationsDir: filepath.Join(root, "none"),
		HooksPoolSize: 2})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	router, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	serve := new(core.ServeEvent)
	serve.App, serve.Router = app, router
	var mux http.Handler
	if err := app.OnServe().Trigger(serve, func(e *core.ServeEvent) error {
		mux, err = e.Router.BuildMux()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	superusers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	admin := core.NewRecord(superusers)
	admin.SetEmail(servers.Email)
	admin.SetPassword(servers.Password)
	if err := app.Save(admin); err != nil {
		t.Fatal(err)
	}
	return configured(t, web.URL, c)
}

// startVersion runs a PocketBase of a version as a process, with the hook.
func startVersion(t *testing.T, v servers.Version, c collection) *server {
	t.Helper()
	binary := servers.Build(t, v)
	root := t.TempDir()
	c.claim = claimOf(c)
	writeHook(t, filepath.Join(root, "pb_hooks"), hookOf(t, c))
	return configured(t, servers.RunIn(t, binary, filepath.Join(root, "pb_data")).URL, c)
}

func claimOf(c collection) string {
	if c.claim == "" {
		return link.GroupsClaim
	}
	return c.claim
}

// configured gives users its fields and the provider of the test.
func configured(t *testing.T, at string, c collection) *server {
	t.Helper()
	s := &server{t: t, url: at, claims: map[string]object{}, people: map[string]string{}}
	var signedIn struct {
		Token string `json:"token"`
	}
	s.must("POST", "/api/collections/_superusers/auth-with-password",
		object{"identity": servers.Email, "password": servers.Password}, &signedIn)
	s.token = signedIn.Token
	provider := httptest.NewServer(http.HandlerFunc(s.provider))
	t.Cleanup(provider.Close)
	var users struct {
		Fields []object `json:"fields"`
	}
	s.must("GET", "/api/collections/users", nil, &users)
	teams := s.teams()
	for _, f := range c.fields {
		if f["type"] == "relation" {
			f["collectionId"] = teams
		}
	}
	slot := func(name string) object {
		return object{"name": name, "clientId": "c", "clientSecret": "s", "authURL": provider.URL + "/authorize",
			"tokenURL": provider.URL + "/token", "userInfoURL": provider.URL + "/userinfo"}
	}
	s.must("PATCH", "/api/collections/users", object{
		"fields":     append(users.Fields, c.fields...),
		"createRule": "", "updateRule": "id = @request.auth.id", "authAlert": object{"enabled": false},
		"oauth2": object{"enabled": true, "providers": []object{slot("oidc"), slot("oidc2")},
			"mappedFields": object{"name": "", "avatarURL": ""}},
	}, nil)
	return s
}

// teams makes a collection of teams for a relation, and returns its ID.
func (s *server) teams() string {
	var made struct {
		ID string `json:"id"`
	}
	s.must("POST", "/api/collections", object{"name": "teams", "type": "base", "fields": []object{
		{"name": "name", "type": "text", "max": 50000}}}, &made)
	return made.ID
}

func (s *server) team(name string) string {
	var made struct {
		ID string `json:"id"`
	}
	s.must("POST", "/api/collections/teams/records", object{"name": name}, &made)
	return made.ID
}

// provider answers as authentik does for PocketBase: a token for a code, and the claims for a token.
func (s *server) provider(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/token" {
		_ = json.NewEncoder(w).Encode(object{"access_token": r.FormValue("code"), "token_type": "Bearer"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(s.claims[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")])
}

// signIn signs a person with these groups in, and returns the account in PocketBase's answer.
func (s *server) signIn(subject string, groups any, more ...object) object {
	s.t.Helper()
	status, answer := s.trySignIn(subject, "oidc", groups, more...)
	if status != http.StatusOK {
		s.t.Fatalf("the sign-in of %s is answered %d: %v", subject, status, answer)
	}
	record, _ := answer["record"].(object)
	id, _ := record["id"].(string)
	s.people[subject] = id
	stored := s.stored(subject)
	for key := range stored {
		if fmt.Sprint(stored[key]) != fmt.Sprint(record[key]) && key != "updated" {
			s.t.Errorf("PocketBase stores %s as %v, and answers %v", key, stored[key], record[key])
		}
	}
	return record
}

func (s *server) trySignIn(subject, slot string, groups any, more ...object) (int, object) {
	s.t.Helper()
	claims := object{"sub": subject, "name": subject, "email": subject + "@example.com", "email_verified": true}
	if groups != nil {
		claims[link.GroupsClaim] = groups
	}
	body := object{"provider": slot, "code": subject, "codeVerifier": "v", "redirectURL": "http://localhost/r"}
	for _, one := range more {
		maps.Copy(body, one)
	}
	s.mu.Lock()
	s.claims[subject] = claims
	s.mu.Unlock()
	return s.call("POST", "/api/collections/users/auth-with-oauth2", "", body)
}

// stored returns a person's account as PocketBase has it.
func (s *server) stored(subject string) object {
	s.t.Helper()
	var record object
	s.must("GET", "/api/collections/users/records/"+s.people[subject], nil, &record)
	return record
}

func (s *server) must(method, path string, body, to any) {
	s.t.Helper()
	status, answer := s.call(method, path, s.token, body)
	if status < 200 || status > 299 {
		s.t.Fatalf("%s %s is answered %d: %v", method, path, status, answer)
	}
	if to != nil {
		raw, err := json.Marshal(answer)
		if err != nil {
			s.t.Fatal(err)
		}
		if err := json.Unmarshal(raw, to); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *server) call(method, path, token string, body any) (int, object) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer object
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil && res.StatusCode != http.StatusNoContent {
		s.t.Fatalf("%s %s is answered %d without JSON: %v", method, path, res.StatusCode, err)
	}
	return res.StatusCode, answer
}

// warned returns the reasons in the hook's lines of PocketBase's log, once there are as many.
func (s *server) warned(count int) []string {
	s.t.Helper()
	query := url.Values{"filter": {`message ~ "authpocket:"`}, "sort": {"created"}, "perPage": {"100"}}
	var page struct {
		Items []struct {
			Data struct {
				Reason string `json:"reason"`
			} `json:"data"`
		} `json:"items"`
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		s.must("GET", "/api/logs?"+query.Encode(), nil, &page)
		if len(page.Items) >= count || time.Now().After(deadline) {
			break
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-s.t.Context().Done():
			s.t.FailNow()
		}
	}
	var reasons []string
	for _, one := range page.Items {
		reasons = append(reasons, one.Data.Reason)
	}
	if len(reasons) != count {
		s.t.Errorf("the hook wrote %d lines, not %d: %q", len(reasons), count, reasons)
	}
	return reasons
}
