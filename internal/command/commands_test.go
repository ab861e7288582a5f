package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/sandbox"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/openapicheck"
	"authpocket/test/testkey"
)

var loadChecker = sync.OnceValues(openapicheck.New)

// scripts are the commands that scripts have beside the program's.
type scripts struct{ t *testing.T }

// boxes finds a script's own sandbox.
var boxes sync.Map // *testscript.TestScript → *sandbox.Sandbox

// sandbox starts both systems and puts their addresses and tokens into the
// environment. Requests and answers of authentik are held against its OpenAPI
// document.
func (s *scripts) sandbox(ts *testscript.TestScript, neg bool, args []string) {
	checker, err := loadChecker()
	ts.Check(err)
	box, err := sandbox.Start(s.t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	ts.Check(err)
	checked := httptest.NewServer(checker.Handler(func(err error) {
		known := strings.Contains(err.Error(), "GET /api/v3/admin/settings/") &&
			strings.Contains(err.Error(), "/flags/")
		if !known { // authentik itself leaves out flags that nobody has set
			s.t.Errorf("%s: against the OpenAPI document: %v", ts.Name(), err)
		}
	}, box.Authentik()))
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error": "invalid_client", "error_description": "Client authentication failed"}`)
	}))
	boxes.Store(ts, box)
	ts.Defer(func() {
		boxes.Delete(ts)
		refusing.Close()
		checked.Close()
		if err := box.Close(); err != nil {
			s.t.Errorf("%s: %v", ts.Name(), err)
		}
	})
	box.Authentik().AddGroup("staff")
	for name, value := range map[string]string{
		"AUTHENTIK_URL": checked.URL, "AUTHENTIK_TOKEN": box.AuthentikToken,
		"POCKETBASE_URL": box.PocketBaseURL, "POCKETBASE_TOKEN": box.PocketBaseToken,
		"POCKETBASE_ELSEWHERE": strings.Replace(box.PocketBaseURL, "127.0.0.1", "localhost", 1),
		"REFUSING_URL":         refusing.URL + "/application/o/token/",
		"POCKETBASE_EMAIL":     box.SuperuserEmail, "POCKETBASE_PASSWORD": box.SuperuserPassword,
		"PERSON_PASSWORD": box.Person.Password,
	} {
		ts.Setenv(name, value)
	}
	for _, u := range box.Authentik().Snapshot().Users {
		if u.Username == box.Person.Username {
			ts.Setenv("PERSON", strconv.Itoa(u.PK))
		}
	}
}

func boxOf(ts *testscript.TestScript) *sandbox.Sandbox {
	box, ok := boxes.Load(ts)
	if !ok {
		ts.Fatalf("there is no sandbox")
	}
	return box.(*sandbox.Sandbox)
}

// holds counts what there is: holds applications=1 slots=oidc.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	box := boxOf(ts)
	snap := box.Authentik().Snapshot()
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	ts.Check(err)
	var slots []string
	for _, p := range users.OAuth2.Providers {
		slots = append(slots, p.Name)
	}
	own := slices.IndexFunc(snap.ScopeMappings,
		func(m authentiksim.ScopeMapping) bool { return strings.HasPrefix(m.Name, "authpocket: ") })
	got := map[string]string{
		"applications": strconv.Itoa(len(snap.Applications)), "providers": strconv.Itoa(len(snap.Providers)),
		"bindings": strconv.Itoa(len(snap.Bindings)), "slots": strings.Join(slots, ","),
		"passwords": strconv.FormatBool(users.PasswordAuth.Enabled), "otp": strconv.FormatBool(users.OTP.Enabled),
		"mapping": strconv.FormatBool(own >= 0),
		"same-secret": strconv.FormatBool(len(snap.Providers) == 1 && len(slots) == 1 &&
			users.OAuth2.Providers[0].ClientSecret == snap.Providers[0].ClientSecret),
	}
	for _, arg := range args {
		name, want, _ := strings.Cut(arg, "=")
		if got[name] != want {
			ts.Fatalf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// askAuthentik changes something by hand: authentik PATCH /core/... {"a":1}.
func askAuthentik(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: authentik METHOD PATH [BODY]")
	}
	box := boxOf(ts)
	path := args[1]
	if snap := box.Authentik().Snapshot(); len(snap.Providers) == 1 {
		path = strings.ReplaceAll(path, "{provider}", strconv.Itoa(snap.Providers[0].PK))
	}
	ask(ts, args[0], box.AuthentikURL+"/api/v3"+path, "Bearer "+box.AuthentikToken, args[2:])
}

// askPocketBase changes something by hand: pocketbase PATCH /api/settings {"a":1}.
func askPocketBase(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pocketbase METHOD PATH [BODY]")
	}
	box := boxOf(ts)
	ask(ts, args[0], box.PocketBaseURL+args[1], box.PocketBaseToken, args[2:])
}

// ask sends a request whose body is these words.
func ask(ts *testscript.TestScript, method, url, token string, words []string) {
	req, err := http.NewRequest(method, url, strings.NewReader(strings.Join(words, " ")))
	ts.Check(err)
	req.Header.Set("Authorization", token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	if res.StatusCode >= 300 {
		ts.Fatalf("%d %s", res.StatusCode, body)
	}
}

// putSecret puts authentik's only client secret into a variable: secret OLD. What PocketBase has is held to it.
func putSecret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: secret VARIABLE")
	}
	ts.Setenv(args[0], boxOf(ts).Authentik().Snapshot().Providers[0].ClientSecret)
	holds(ts, false, []string{"same-secret=true"})
}

// jsonHas holds standard output, as one JSON document, to a value at a path:
// json changes.0.action create. A * is any element of a list; without a value
// the path has only to be there.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	var document any
	dec := json.NewDecoder(bytes.NewReader([]byte(ts.ReadFile("stdout"))))
	ts.Check(dec.Decode(&document))
	if _, err := dec.Token(); err != io.EOF {
		ts.Fatalf("there is something after the JSON document")
	}
	found := at(document, strings.Split(args[0], "."))
	has := len(found) > 0
	if len(args) > 1 {
		has = slices.ContainsFunc(found, func(v any) bool { return fmt.Sprint(v) == strings.Join(args[1:], " ") })
	}
	if has == neg {
		ts.Fatalf("%s is %v", args[0], found)
	}
}

// at are the values at a path.
func at(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	switch v := v.(type) {
	case map[string]any:
		if inner, ok := v[path[0]]; ok {
			return at(inner, path[1:])
		}
	case []any:
		var all []any
		for i, inner := range v {
			if path[0] == "*" || path[0] == strconv.Itoa(i) {
				all = append(all, at(inner, path[1:])...)
			}
		}
		return all
	}
	return nil
}
