package pocketbase

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/test/servers"
)

// TestMatrix writes to real PocketBase servers of the versions that merge or read differently, and inspects their data
// files.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, one := range servers.Choose(t) {
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			m := &matrix{Program: servers.Run(t, servers.Build(t, one)), version: one.Name[1:]}
			m.connect(t)
			m.seed(t)
			if one.Name == "v0.40.0" {
				m.refusesToTouchOthers(t)
				return
			}
			m.lifeOfALink(t)
			m.signsIn(t)
			m.removeFromTheMiddle(t)
		})
	}
}

type matrix struct {
	servers.Program
	version string
	client  *Client
	token   string // the superuser's
	before  map[string]string
	old     string // id of an account that exists from the start
}

// connect signs in with the password and with an impersonate token, and checks the identity.
func (m *matrix) connect(t *testing.T) {
	t.Helper()
	cfg := config(t, m.URL, "")
	cfg.Email, cfg.Password = servers.Email, secret.New(servers.Password)
	calls := pbtest.Record(cfg.HTTP)
	t.Cleanup(func() { calls.CheckManners(t) })
	client, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	m.client = client
	var signedIn struct{ Token string }
	m.call(t, http.MethodPost, "/api/collections/_superusers/auth-with-password",
		map[string]string{"identity": servers.Email, "password": servers.Password}, &signedIn)
	m.token = signedIn.Token
	var static struct{ Token string }
	m.call(t, http.MethodPost, "/api/collections/_superusers/impersonate/"+client.Identity().SuperuserID,
		map[string]int{"duration": 600}, &static)
	again, err := Connect(t.Context(), config(t, m.URL, static.Token))
	if err != nil {
		t.Fatalf("with an impersonate token: %v", err)
	}
	for _, got := range []rest.Identity{client.Identity(), again.Identity()} {
		if got.Version != m.version || got.SuperuserEmail != servers.Email {
			t.Errorf("%+v", got)
		}
	}
	if again.Identity().Refreshable {
		t.Error("an impersonate token counts as refreshable")
	}
	m.showsItsVersion(t)
}

// showsItsVersion connects without the dashboard, and without the header that identifies the newest servers.
func (m *matrix) showsItsVersion(t *testing.T) {
	t.Helper()
	cfg := config(t, m.URL, m.token)
	pbtest.Record(cfg.HTTP).Meddle = func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/_/") {
			return pbtest.Reply(r, http.StatusNotFound, "{}"), nil
		}
		res, err := next.RoundTrip(r)
		if err == nil {
			res.Header.Del("Cross-Origin-Opener-Policy")
		}
		return res, err
	}
	client, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var exact rest.Number
	if _, err := fmt.Sscanf(m.version, "%d.%d.%d", &exact[0], &exact[1], &exact[2]); err != nil {
		t.Fatal(err)
	}
	if span := client.Identity().Version; span == m.version || !rest.ParseRelease(span).MayBe(exact) {
		t.Errorf("features show %q", span)
	}
}

// call sends what the tests need beyond the client's own calls.
func (m *matrix) call(t *testing.T, method, path string, body, into any) {
	t.Helper()
	send(t, method, m.URL+path, m.token, body, into)
}

// stored returns the providers of the users collection from the data file.
func (m *matrix) stored(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join(m.Dir, "data.db")
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	// PocketBase's core package registers this driver.
	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var options string
	if err := db.QueryRowContext(t.Context(), "SELECT options FROM _collections WHERE name = 'users'").Scan(
		&options); err != nil {
		t.Fatal(err)
	}
	return pbtest.ProvidersIn(t, options)
}

// seed gives the collection three providers with secrets.
func (m *matrix) seed(t *testing.T) {
	t.Helper()
	providers, err := json.Marshal(pbtest.Others())
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"oauth2": map[string]any{"enabled": true, "providers": json.RawMessage(providers)}}
	m.call(t, http.MethodPatch, "/api/collections/users", body, new(any))
	m.old = m.account(t, "old", true)
	m.before = m.stored(t)
	for _, p := range pbtest.Others() {
		if !strings.Contains(m.before[p.Name], p.ClientSecret) {
			t.Fatalf("the secret of %s is not there: %s", p.Name, m.before[p.Name])
		}
	}
}

// untouched checks that the other providers are byte-equal in the data file, and returns ours.
func (m *matrix) untouched(t *testing.T, step string) string {
	t.Helper()
	now := m.stored(t)
	for name, was := range m.before {
		if diff := cmp.Diff(was, now[name]); diff != "" {
			t.Errorf("%s changed %s (-before +after):\n%s", step, name, diff)
		}
	}
	return now["oidc2"]
}

func (m *matrix) apply(t *testing.T, ch link.Change) {
	t.Helper()
	if err := m.client.Apply(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
}

// lifeOfALink adds the link, changes it, applies it again, and removes it.
func (m *matrix) lifeOfALink(t *testing.T) {
	t.Helper()
	m.apply(t, pbtest.Adding(observe(t, m.client), new(pbtest.Ours())))
	if mine := m.untouched(t, "adding"); !strings.Contains(mine, `"clientSecret":"ours-secret"`) {
		t.Errorf("after adding: %s", mine)
	}
	changed := pbtest.Ours()
	changed.ClientSecret, changed.DisplayName, changed.UserInfoURL = secret.New("new-secret"), "Company", ""
	changed.JWKSURL, changed.Issuers = "https://authentik.company/jwks/", []string{"https://authentik.company/"}
	m.apply(t, pbtest.Adding(observe(t, m.client), &changed))
	if mine := m.untouched(t, "changing"); !strings.Contains(mine, `"clientSecret":"new-secret"`) ||
		!strings.Contains(mine, `"issuers":["https://authentik.company/"]`) {
		t.Errorf("after changing: %s", mine)
	}
	m.apply(t, pbtest.Adding(observe(t, m.client), &changed))
	m.untouched(t, "running again")
	d := desired(t, m.client)
	d.Slot, d.Collection = changed, *observe(t, m.client)
	for _, check := range m.client.Check(t.Context(), d) {
		if check.Status != report.Pass {
			t.Errorf("%+v", check)
		}
	}
	now := observe(t, m.client)
	m.apply(t, pbtest.Change(now, pbtest.Without(now, "oidc2"), "oidc2.displayName"))
	if mine := m.untouched(t, "removing"); mine != "" {
		t.Errorf("after removing: %s", mine)
	}
}

// removeFromTheMiddle removes another provider, which has others after it.
func (m *matrix) removeFromTheMiddle(t *testing.T) {
	t.Helper()
	now := observe(t, m.client)
	after := pbtest.Without(now, "oidc")
	ch := pbtest.Change(now, after, "oidc.displayName")
	if !rest.ParseRelease(m.version).Since(rest.MergesByName) {
		f := pbtest.FaultOf(t, m.client.Apply(t.Context(), ch))
		if f.Kind != report.FaultRefused || !strings.Contains(f.Summary.String(), "github") {
			t.Errorf("%+v", f)
		}
		m.untouched(t, "a refused removal")
		rest.FindProvider(after.OAuth2.Providers, "github").ClientSecret = secret.New("github-secret")
	}
	m.apply(t, ch)
	left := m.stored(t)
	if _, there := left["oidc"]; there || left["google"] != m.before["google"] ||
		!strings.Contains(left["github"], `"clientSecret":"github-secret"`) {
		t.Errorf("after the removal: %v", left)
	}
	if rest.ParseRelease(m.version).Since(rest.MergesByName) && left["github"] != m.before["github"] {
		t.Errorf("github changed: %s", left["github"])
	}
}

// refusesToTouchOthers checks that 0.40.0, which stores each element as sent, changes nothing: authpocket refuses if it
// knows the version, and the server refuses if it does not.
func (m *matrix) refusesToTouchOthers(t *testing.T) {
	t.Helper()
	for _, version := range []string{m.client.Identity().Version, "0.40+", ""} {
		identity := m.client.Identity()
		identity.Version = version
		client := newFacade(rest.NewClient(config(t, m.URL, m.token), identity))
		f := pbtest.FaultOf(t, client.Apply(t.Context(), pbtest.Adding(observe(t, m.client), new(pbtest.Ours()))))
		if f.Kind != report.FaultRefused || !strings.Contains(f.Summary.String(), "0.40.0") ||
			!strings.Contains(f.Todo.String(), "0.40.1") {
			t.Errorf("known as %q: %+v", version, f)
		}
		m.untouched(t, "a refused change")
	}

	// It works without other providers.
	m.call(t, http.MethodPatch, "/api/collections/users",
		map[string]any{"oauth2": map[string]any{"providers": []any{}}}, new(any))
	m.before = map[string]string{}
	m.lifeOfALink(t)
	m.signsIn(t)
}
