package export_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/sandbox"
	"authpocket/sandbox/openapicheck"
	"authpocket/test/testkey"
)

// loadChecker reads authentik's OpenAPI document, once for all tests.
var loadChecker = sync.OnceValues(openapicheck.New)

// bench is a real PocketBase and a simulated authentik. Requests to authentik and
// its responses are checked against authentik's OpenAPI document.
type bench struct {
	t            *testing.T
	box          *sandbox.Sandbox
	authentikURL string
	engine       *engine.Engine
}

func newBench(t *testing.T) *bench {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("NOT RUN: there is no curl here")
	}
	checker, err := loadChecker()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	checked := httptest.NewServer(checker.Handler(func(err error) {
		// authentik itself leaves out flags that are not set
		if !strings.Contains(err.Error(), "GET /api/v3/admin/settings/") || !strings.Contains(err.Error(), "/flags/") {
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
	b.connect()
	return b
}

func (b *bench) connect() {
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
	b.engine = engine.New(engine.Config{Authentik: a, PocketBase: p, Log: log})
}

func (b *bench) plan(s link.Spec) link.Plan {
	b.t.Helper()
	plan, err := b.engine.Plan(b.t.Context(), s)
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

const clientSecret = `a client secret with "quotes", a $(dollar) and a \`

// run exports the plan and runs the script like an admin.
func (b *bench) run(p link.Plan) {
	b.t.Helper()
	if out, err := b.script(p); err != nil {
		b.t.Fatalf("the script ends with %v: %s", err, out)
	}
}

func (b *bench) script(p link.Plan) (string, error) {
	b.t.Helper()
	var script bytes.Buffer
	f, _ := export.Find("curl")
	if err := f.Write(&script, p); err != nil {
		b.t.Fatal(err)
	}
	file := filepath.Join(b.t.TempDir(), f.FileName)
	if err := os.WriteFile(file, script.Bytes(), 0o600); err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.CommandContext(b.t.Context(), "sh", file)
	cmd.Dir = b.t.TempDir()
	cmd.Env = append(os.Environ(), "AUTHENTIK_TOKEN="+b.box.AuthentikToken, "POCKETBASE_TOKEN="+b.box.PocketBaseToken,
		"POCKETBASE_CLIENT_SECRET="+clientSecret)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// settled runs the plan's script and checks that nothing is left to do.
func (b *bench) settled(s link.Spec) {
	b.t.Helper()
	plan := b.plan(s)
	if plan.Empty() {
		b.t.Fatal("there is nothing to change to begin with")
	}
	b.run(plan)
	if again := b.plan(s); !again.Empty() {
		b.t.Errorf("the plan after the script is not empty: %v", again.Changes)
	}
	for _, c := range b.engine.Verify(b.t.Context(), b.plan(s).Desired, 0) {
		if c.Status == report.Fail {
			b.t.Errorf("%s: %s", c.Title, c.Evidence)
		}
	}
}

func (b *bench) minimal() link.Spec {
	return link.Spec{AuthentikURL: b.authentikURL, PocketBaseURLs: []string{b.box.PocketBaseURL},
		Email: link.EmailTrustAll}
}

func TestScriptMakesALinkThatWorks(t *testing.T) {
	b := newBench(t)
	s := b.minimal()
	s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"$(id)", `\"]`, "a\n😀"}}
	b.settled(s)
}

func TestScriptPutsALinkRight(t *testing.T) {
	b := newBench(t)
	b.settled(b.minimal())
	b.box.Authentik().AddGroup("staff | \"all\"")
	s := b.minimal()
	s.Application.Name, s.Application.Group = new(`It's "PocketBase" $(id)`), new("Apps\\")
	s.Application.Description, s.Application.LaunchURL = new("first\n'second'"), new("https://pocketbase.company")
	s.Provider.Name, s.Provider.AccessTokenValidity = new("`provider`"), new("hours=2")
	s.Provider.RedirectURIs = []link.RedirectURI{{URL: link.RedirectURL(b.box.PocketBaseURL), Mode: "strict"},
		{URL: `https://.*\.company/x`, Mode: "regex"}}
	s.Access = &link.Access{Groups: []string{"staff | \"all\""}, Users: []string{"ada"}}
	s.Email, s.Provider.GroupsClaim = link.EmailTrustAttribute, &link.GroupsLimit{Bound: true}
	s.PocketBase.DisplayName, s.PocketBase.MapUsername = new("${display} 🙂 \u202e"), new("name")
	s.PocketBase.UserInfo, s.PocketBase.CreateRule = new("id_token"), new(`@request.context = "oauth2"`)
	b.settled(s)
	users, err := b.box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range users.OAuth2.Providers {
		if p.ClientSecret != clientSecret {
			t.Errorf("%s has the client secret %q", p.Name, p.ClientSecret)
		}
	}
}

// remove deletes an object of authentik, like an admin by hand.
func (b *bench) remove(path string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodDelete, b.box.AuthentikURL+"/api/v3"+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.box.AuthentikToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusNoContent {
		b.t.Fatalf("deleting %s: %d, %v", path, res.StatusCode, err)
	}
}

func TestScriptMendsHalfALink(t *testing.T) {
	b := newBench(t)
	b.settled(b.minimal())
	b.remove(fmt.Sprintf("/providers/oauth2/%d/", b.plan(b.minimal()).Desired.Provider.PK))
	s := b.minimal()
	s.Existing = link.ExistingUse
	b.settled(s)
	b.remove("/core/applications/" + link.DefaultSlug + "/")
	b.box.Authentik().AddGroup("staff")
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.settled(s)
}

func TestScriptLeavesOtherProvidersTheirSecrets(t *testing.T) {
	b := newBench(t)
	app := b.box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = []core.OAuth2ProviderConfig{{Name: "google", ClientId: "g", ClientSecret: "of Google"},
		{Name: "github", ClientId: "h", ClientSecret: "of GitHub"}}
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	b.settled(b.minimal())
	s := b.minimal()
	s.PocketBase.DisplayName = new("Sign in")
	b.settled(s)
	if users, err = app.FindCollectionByNameOrId("users"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range users.OAuth2.Providers {
		got = append(got, p.Name+" "+p.ClientSecret)
	}
	if want := []string{"google of Google", "github of GitHub", "oidc " + clientSecret}; !slices.Equal(got, want) {
		t.Errorf("the providers are %q", got)
	}
}

// A script only runs on the state of its plan.
func TestScriptIsRefusedOnceTheCollectionChanged(t *testing.T) {
	b := newBench(t)
	plan := b.plan(b.minimal())
	b.run(plan)
	var script bytes.Buffer
	f, _ := export.Find("curl")
	if err := f.Write(&script, plan); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script.String())
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "AUTHENTIK_TOKEN=x", "POCKETBASE_TOKEN="+b.box.PocketBaseToken,
		"POCKETBASE_CLIENT_SECRET=x")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "Nothing was written") {
		t.Errorf("the second run ends with %v: %s", err, out)
	}
}
