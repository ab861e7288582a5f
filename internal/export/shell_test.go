package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
)

// call is a call as received by the server.
type call struct {
	Request, Authorization, ContentType string
	Body                                any
}

// server responds like both systems and records the calls.
type server struct {
	*httptest.Server
	calls  []call
	answer func(r *http.Request) (int, string) // nil for success
}

func newServer(t *testing.T) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		one := call{Request: r.Method + " " + r.URL.Path, Authorization: r.Header.Get("Authorization"),
			ContentType: r.Header.Get("Content-Type")}
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &one.Body); err != nil {
				t.Errorf("%s has the body %s", one.Request, raw)
			}
		}
		s.calls = append(s.calls, one)
		status, body := 200,
			`{"a":{"pk":1,"b":[{"pk":2}]},"applied":true,"name":"\"pk\": 3, {[","pk" : "made","items":[{"id":"x","updated":"2026-11-20 10:00:00.000Z"}]}`
		if s.answer != nil {
			if ownStatus, ownBody := s.answer(r); ownStatus != 0 {
				status, body = ownStatus, ownBody
			}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

// execute runs a script with the real curl.
func (s *server) execute(t *testing.T, shell, script string, more ...string) (stdout, stderr string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authpocket.sh")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell, file)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "AUTHENTIK_URL=" + s.URL + "/", "POCKETBASE_URL=" + s.URL,
		"AUTHENTIK_TOKEN=" + oddSecret, "POCKETBASE_TOKEN=" + oddSecret, secretVariable + "=" + oddSecret}, more...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func needCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("NOT RUN: there is no curl here")
	}
}

func (s *server) requests() []string {
	var list []string
	for _, c := range s.calls {
		list = append(list, c.Request)
	}
	return list
}

func TestScriptMakesThePlansCalls(t *testing.T) {
	needCurl(t)
	const list, users = "GET /api/collections", "PATCH /api/collections/_pb_users_auth_"
	for name, want := range map[string][]string{
		"new": {list, "POST /api/v3/propertymappings/provider/scope/", "PUT /api/v3/core/transactional/applications/",
			users},
		"drift": {list, "POST /api/v3/policies/bindings/", "PATCH /api/v3/core/applications/pocketbase/",
			"PATCH /api/v3/providers/oauth2/7/",
			"PATCH /api/settings", users, users},
		"groups": {list, "POST /api/v3/propertymappings/provider/scope/",
			"POST /api/v3/propertymappings/provider/scope/", "PUT /api/v3/core/transactional/applications/", users},
		"keyless": {list, "POST /api/v3/crypto/certificatekeypairs/generate/",
			"PUT /api/v3/core/transactional/applications/", users},
		"orphan": {"POST /api/v3/core/applications/", "POST /api/v3/policies/bindings/",
			"PATCH /api/v3/core/applications/pocketbase/"},
		"nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			stdout, stderr, err := s.execute(t, "sh", written(t, "curl", allPlans(t)[name]))
			if err != nil || stderr != "" || strings.Count(stdout, "\n") != 1 {
				t.Fatalf("%v: %s%s", err, stdout, stderr)
			}
			if diff := cmp.Diff(want, s.requests()); diff != "" {
				t.Errorf("it calls something else:\n%s", diff)
			}
			for _, c := range s.calls {
				if !strings.HasSuffix(c.Authorization, oddSecret) || c.ContentType != "application/json" {
					t.Errorf("%s has the authorization %q and the type %q", c.Request, c.Authorization, c.ContentType)
				}
			}
		})
	}
}

// bodies returns the JSON bodies that a script sent, by request.
func bodies(t *testing.T, p link.Plan) map[string]string {
	t.Helper()
	s := newServer(t)
	if _, stderr, err := s.execute(t, "sh", written(t, "curl", p)); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	all := map[string]string{}
	for _, c := range s.calls {
		raw, err := json.Marshal(c.Body)
		if err != nil {
			t.Fatal(err)
		}
		all[c.Request] += string(raw)
	}
	return all
}

func TestScriptSendsSecretsAndKeysOfItsOwnCalls(t *testing.T) {
	needCurl(t)
	quoted, err := json.Marshal(oddSecret)
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string]map[string][]string{
		"new": {
			"PUT /api/v3/core/transactional/applications/": {`"client_secret":` + string(quoted),
				`"property_mappings":["` + mapOpenID + `","` + mapProf + `","made"]`},
			"PATCH /api/collections/_pb_users_auth_":        {`"clientSecret":` + string(quoted)},
			"POST /api/v3/propertymappings/provider/scope/": {`"scope_name":"email"`},
		},
		"keyless": {"PUT /api/v3/core/transactional/applications/": {`"signing_key":"made"`}},
		"orphan": {"POST /api/v3/policies/bindings/": {`"target":"made"`},
			"PATCH /api/v3/core/applications/pocketbase/": {`{"provider":7}`}},
		"drift": {"PATCH /api/collections/_pb_users_auth_": {`{"createRule":"@request.context = \"oauth2\""}`,
			`"clientId":"google-client"`}},
	} {
		sent := bodies(t, allPlans(t)[name])
		for request, parts := range wants {
			for _, part := range parts {
				if !strings.Contains(sent[request], part) {
					t.Errorf("%s: %s sends %s, without %s", name, request, sent[request], part)
				}
			}
		}
	}
}

// For an application without a provider, the script first creates one and then
// uses its key.
func TestScriptGivesAnApplicationItsProvider(t *testing.T) {
	needCurl(t)
	a, p := linked(t)
	a.Providers, a.Application.Provider, a.Application.ProviderName = nil, 0, ""
	p.Collections[0].OAuth2.Providers = nil
	sent := bodies(t, planOf(t, link.Spec{Email: link.EmailTrustAll, Existing: link.ExistingUse}, a, p))
	if got := sent["PATCH /api/v3/core/applications/pocketbase/"]; got != `{"provider":"made"}` {
		t.Errorf("the application gets %s", got)
	}
	if got := sent["POST /api/v3/providers/oauth2/"]; !strings.Contains(got, `"client_secret"`) {
		t.Errorf("the provider gets %s", got)
	}
}

func TestScriptStops(t *testing.T) {
	needCurl(t)
	on := func(path string, status int, body string) func(*http.Request) (int, string) {
		return func(r *http.Request) (int, string) {
			if strings.HasPrefix(r.URL.Path, path) {
				return status, body
			}
			return 0, ""
		}
	}
	const pair = "/api/v3/core/transactional/applications/"
	for name, one := range map[string]struct {
		answer func(*http.Request) (int, string)
		env    string
		says   string
		calls  int
	}{
		"at a refusal": {on(pair, 400, `{"app":{"slug":["taken"]}}`), "",
			`answered with 400: {"app":{"slug":["taken"]}}`, 3},
		"at a redirect":            {on("/api/v3/", 301, "moved"), "", "answered with 301", 2},
		"when nothing was applied": {on(pair, 200, `{"applied":false,"logs":[]}`), "", "did not carry it out", 3},
		"at a changed collection": {on("/api/collections", 200, `{"items":[{"updated":"2026-11-21 10:00:00.000Z"}]}`),
			"", "changed since the plan was made", 1},
		"at a collection gone": {on("/api/collections", 200, `{"items":[]}`), "",
			"changed since the plan was made", 1},
		"without a primary key": {on("/api/v3/propertymappings", 201, `{"name":"pk","of":{"pk":"y"}}`), "",
			"no primary key", 2},
		"at a key that is no key": {on("/api/v3/propertymappings", 201, `{"pk":"x\"; touch pwned","name":"y"}`), "",
			"no primary key", 2},
		"without a token":           {nil, "AUTHENTIK_TOKEN=", "AUTHENTIK_TOKEN", 0},
		"without a secret":          {nil, secretVariable + "=", secretVariable, 0},
		"at a token of two lines":   {nil, "POCKETBASE_TOKEN=a\nb", "POCKETBASE_TOKEN has a control character", 0},
		"at a line break at an end": {nil, secretVariable + "=a\n", secretVariable + " has a control character", 0},
		"without a server": {nil, "AUTHENTIK_URL=http://127.0.0.1:1", "No answer to POST http://127.0.0.1:1/",
			1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answer = one.answer
			var env []string
			if one.env != "" {
				env = []string{one.env}
			}
			stdout, stderr, err := s.execute(t, "sh", written(t, "curl", newLink(t)), env...)
			if err == nil || stdout != "" || !strings.Contains(stderr, one.says) {
				t.Errorf("it ends with %v and says %q, without %q", err, stdout+stderr, one.says)
			}
			if len(s.calls) != one.calls {
				t.Errorf("it made the calls %v, not %d", s.requests(), one.calls)
			}
			if strings.Contains(stderr, "pwned") && name != "at a key that is no key" ||
				strings.Contains(stderr, oddSecret) {
				t.Errorf("it says a secret: %s", stderr)
			}
		})
	}
}

// The script works the same in every installed shell.
func TestScriptRunsInOtherShells(t *testing.T) {
	needCurl(t)
	ran := []string{}
	for _, shell := range []string{"dash", "bash", "ksh", "mksh", "yash", "zsh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		s := newServer(t)
		if _, stderr, err := s.execute(t, path, written(t, "curl", fullPlan(t, nth(carried(false), 0)))); err != nil ||
			stderr != "" {
			t.Errorf("%s: %v: %s", shell, err, stderr)
		}
		if len(s.calls) != 5 {
			t.Errorf("%s made the calls %v", shell, s.requests())
		}
		ran = append(ran, shell)
	}
	t.Logf("it ran in %v", ran)
}

// curl's arguments, which process lists show, contain neither a token nor the
// secret.
func TestScriptKeepsSecretsOutOfArguments(t *testing.T) {
	calls, err := runScript(t, "sh", toolsOnly(t), written(t, "curl", newLink(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls.([]any) {
		for _, arg := range c.(map[string]any)["args"].([]any) {
			if strings.Contains(arg.(string), "pwned") {
				t.Errorf("an argument is %s", arg)
			}
		}
	}
}

func TestScriptRefusesWhatItCannotDoSafely(t *testing.T) {
	a, p := linked(t)
	off := link.Spec{Email: link.EmailTrustAll}
	off.PocketBase.Enabled, off.PocketBase.DisplayName = new(false), new("Other")
	removal, problems := undo.Removal(&link.Spec{}, &a, p, false)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	deleting := newLink(t)
	deleting.Changes = slices.Clone(removal.Changes)
	for name, plan := range map[string]link.Plan{"OAuth2 off beside others": planOf(t, off, a, p), "removal": removal,
		"deletions": deleting} {
		var out strings.Builder
		f, _ := Find("curl")
		if _, ok := errors.AsType[report.Problems](f.Write(&out, plan)); !ok || out.Len() > 0 {
			t.Errorf("%s is written: %s", name, out.String())
		}
	}
}
