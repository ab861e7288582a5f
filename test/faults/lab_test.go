package faults_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/test/testkey"
)

// lab holds both systems, each behind a proxy that can make any call fail. It
// serves one test at a time; reset restores the initial state.
type lab struct {
	t          testing.TB
	sim        *authentiksim.Server
	key        *rsa.PrivateKey // every sim's
	pocketbase *pocketbasehost.Server
	fresh      []pocketbaseRow // PocketBase's own tables at the beginning
	own        []string        // what differs from lab to lab, each with a name for it

	token         string // of authentik, for the binary
	authentik, pb *proxy
	authentikURL  string
	pocketbaseURL string

	dir string // of the state directories, one for each reset
	run int

	prepared map[string]prepared // by scenario
}

// prepared is the initial state of a scenario, which is restored for each of its cases.
type prepared struct {
	sim   *authentiksim.Server
	rows  []pocketbaseRow
	own   []string
	state string // a copy of the state directory
}

// prepare brings both systems into the initial state of a scenario.
func (l *lab) prepare(s scenario) {
	l.t.Helper()
	p, found := l.prepared[s.name]
	if !found {
		l.reset()
		s.prepare(l)
		p = prepared{sim: l.sim.Copy(), rows: l.rows(), own: l.own, state: l.state() + " of " + s.name}
		l.must(os.MkdirAll(l.state(), 0o700))
		l.must(os.CopyFS(p.state, os.DirFS(l.state())))
		l.clean()
		l.prepared[s.name] = p
	}
	l.restart(p.sim.Copy(), p.rows)
	l.own = p.own
	l.must(os.CopyFS(l.state(), os.DirFS(p.state)))
}

// adminToken is authentik's API token. Tests search all output for it.
const adminToken = "ak-admin-token-0123456789-never-to-be-printed"

// horse is ada's password.
const horse = "correct horse battery staple"

func newLab(t testing.TB) *lab {
	t.Helper()
	data := t.TempDir()
	server, err := pocketbasehost.Start(t.Context(), pocketbasehost.Config{DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, key: testkey.RSA(), pocketbase: server, dir: t.TempDir(), prepared: map[string]prepared{}}
	l.authentik = &proxy{system: report.Authentik}
	l.pb = &proxy{system: report.PB, backend: forwardTo(server.URL())}
	inFront := func(p *proxy) string {
		front := httptest.NewServer(p)
		t.Cleanup(front.Close)
		return front.URL
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	l.authentikURL, l.pocketbaseURL = inFront(l.authentik), inFront(l.pb)
	l.furnish()
	l.reset()
	return l
}

// furnish gives PocketBase two foreign providers and settings that a link may have
// to change, and stores its tables.
func (l *lab) furnish() {
	l.t.Helper()
	app := l.pocketbase.App()
	users, err := app.FindCollectionByNameOrId("users")
	l.must(err)
	no := false
	users.OAuth2.Enabled = true
	users.OAuth2.MappedFields.Name = "name"
	users.OAuth2.Providers = []core.OAuth2ProviderConfig{
		{Name: "google", ClientId: "google-id", ClientSecret: foreignSecrets[0], DisplayName: "Google", PKCE: &no,
			AuthURL: "https://google.example/auth?x=1&y=2", TokenURL: "https://google.example/token",
			UserInfoURL: "https://google.example/info"},
		{Name: "oidc", ClientId: "other-id", ClientSecret: foreignSecrets[1], DisplayName: "Other", PKCE: &no,
			AuthURL: "https://other.example/auth", TokenURL: "https://other.example/token",
			Extra: map[string]any{"jwksURL": "https://other.example/jwks", "issuers": []any{"https://other.example"}}},
	}
	l.must(app.Save(users))
	settings := app.Settings()
	settings.Meta.AppURL = l.pocketbaseURL
	settings.Meta.HideControls = true
	l.must(app.Save(settings))
	l.fresh = l.rows()
}

// foreignSecrets returns the secrets of the foreign providers.
var foreignSecrets = []string{"google-secret-never-to-be-touched", "other-secret-never-to-be-touched"}

// reset starts a new authentik, restores PocketBase's tables and uses an empty
// state directory.
func (l *lab) reset() {
	l.t.Helper()
	l.restart(authentiksim.New(authentiksim.Config{AdminToken: adminToken, SigningKey: l.key}), l.fresh)
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", horse, nil)
	l.sim.AddGroup("staff", ada)
	l.sim.AddGroup("admins")
	l.sim.AddApplications(2)
	l.own = l.ownValues()
}

// restart uses another authentik, PocketBase's tables as they were and another state directory.
func (l *lab) restart(sim *authentiksim.Server, rows []pocketbaseRow) {
	l.t.Helper()
	l.authentik.reset()
	l.pb.reset()
	l.sim, l.authentik.backend, l.token = sim, sim, adminToken
	l.putBack(rows)
	l.run++
}

// ownValues returns the addresses, keys and times that differ between labs, each
// with its placeholder.
func (l *lab) ownValues() []string {
	pairs := []string{l.authentikURL, "http://authentik", l.pocketbaseURL, "http://pocketbase"}
	for _, p := range l.sim.Snapshot().Providers {
		pairs = append(pairs, p.ClientSecret, "the secret of "+p.ClientID)
	}
	for i, row := range l.fresh {
		pairs = append(pairs, row.columns["created"].String, "the beginning")
		for n, key := range tokenKey.FindAllString(row.columns["options"].String, -1) {
			pairs = append(pairs, key, "key "+itoa(i)+" "+itoa(n))
		}
	}
	return pairs
}

// tokenKey matches the keys that PocketBase generates for a collection's tokens.
var tokenKey = regexp.MustCompile(`\b[0-9A-Za-z]{50}\b`)

// state returns the state directory of this run.
func (l *lab) state() string {
	return filepath.Join(l.dir, itoa(l.run))
}

// clean removes the state directory of this run.
func (l *lab) clean() { l.must(os.RemoveAll(l.state())) }

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// pocketbaseRow is a row, in the data file, of a table that a link can change.
type pocketbaseRow struct {
	table, id string
	columns   dbx.NullStringMap
}

// rows reads PocketBase's collections and settings from its data file.
func (l *lab) rows() []pocketbaseRow {
	l.t.Helper()
	var rows []pocketbaseRow
	for _, table := range []string{"_collections", "_params"} {
		var list []dbx.NullStringMap
		l.must(l.pocketbase.App().DB().Select("*").From(table).OrderBy("id").All(&list))
		for _, columns := range list {
			rows = append(rows, pocketbaseRow{table, columns["id"].String, columns})
		}
	}
	return rows
}

// putBack restores rows that changed.
func (l *lab) putBack(rows []pocketbaseRow) {
	l.t.Helper()
	app := l.pocketbase.App()
	changed := false
	for i, now := range l.rows() {
		was := rows[i]
		params := dbx.Params{}
		for name, value := range was.columns {
			if now.columns[name] != value {
				params[name] = value
			}
		}
		if len(params) > 0 {
			_, err := app.NonconcurrentDB().Update(was.table, params, dbx.HashExp{"id": was.id}).Execute()
			l.must(err)
			changed = true
		}
	}
	if changed {
		l.must(app.ReloadCachedCollections())
		l.must(app.ReloadSettings())
	}
}

// background returns a context that outlives the test's own, for cleanup.
func background(t testing.TB) context.Context { return context.WithoutCancel(t.Context()) }

var _ http.Handler = (*authentiksim.Server)(nil)

// restrict gives the binary a token with all permissions of a wizard's role but these.
func (l *lab) restrict(without ...report.Permission) {
	l.t.Helper()
	wizard := l.sim.AddPerson("wizard", "Wizard", "wizard@example.com", "", nil)
	l.token = "ak-wizard-token-0123456789-never-to-be-printed"
	l.sim.AddAPIToken(wizard, "wizard", l.token)
	var granted []report.Permission
	for _, p := range rest.Permissions() {
		if !slices.Contains(without, p.Codename) {
			granted = append(granted, p.Codename)
		}
	}
	l.asAdmin("POST", "/api/v3/rbac/permissions/assigned_by_roles/"+l.sim.GiveRole(wizard, "wizard")+"/assign/",
		map[string]any{"permissions": granted})
}

// asAdmin sends a call to authentik, bypassing the proxy.
func (l *lab) asAdmin(method, path string, body any) {
	l.t.Helper()
	sent, err := json.Marshal(body)
	l.must(err)
	r := httptest.NewRequest(method, path, bytes.NewReader(sent))
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	l.sim.ServeHTTP(answer, r)
	if answer.Code >= 300 {
		l.t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
}
