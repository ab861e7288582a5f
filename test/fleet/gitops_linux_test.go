package fleet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/sandbox/authentiksim"
	"authpocket/test/draw"
	"authpocket/test/programs"
	"authpocket/test/servers"
	"authpocket/test/testkey"
)

// secretVariable has the client secret, for whoever runs an export.
const secretVariable = "POCKETBASE_CLIENT_SECRET"

// authentikAt starts an authentik without any application, at an address or a free one.
func authentikAt(t *testing.T, addr string, env map[string]string) (*authentiksim.Server, *httptest.Server) {
	t.Helper()
	sim := authentiksim.New(authentiksim.Config{SigningKey: testkey.RSA(), Environment: env})
	sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(sim)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return sim, server
}

// gitops is a directory with a link file, and what runs in it.
type gitops struct {
	*testing.T
	binary, dir string
	env         []string
}

// run runs authpocket.
func (g *gitops) run(args ...string) string {
	g.Helper()
	cmd := exec.CommandContext(g.Context(), g.binary, args...)
	cmd.Dir, cmd.Env = g.dir, append(g.env, "HOME="+g.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.Fatalf("authpocket %s: %v:\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// imports imports a blueprint as authentik's page does.
func (g *gitops) imports(url, token, path string) {
	g.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		g.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", filepath.Base(path))
	if err != nil {
		g.Fatal(err)
	}
	_, _ = part.Write(text)
	_ = form.Close()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodPost, url+"/api/v3/managed/blueprints/import/", &body)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer answer.Body.Close()
	var result struct {
		Success bool
		Logs    []any
	}
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil || !result.Success {
		g.Fatalf("the import ends with %s, %v: %v", answer.Status, result.Logs, err)
	}
}

// A link is exported. Its blueprint and its migration make the same link of an authentik and a PocketBase that have
// none, run as those do who keep them in a repository: the plan is empty, every check passes and somebody signs in.
func TestExportsMakeTheLinkOfFreshSystems(t *testing.T) {
	binary := programs.Build(t, "authpocket")
	for _, v := range draw.Some(t, servers.Choose(t), 1, func(servers.Version) string { return "" }) {
		t.Run(v.Name, func(t *testing.T) { exportsMakeTheLink(t, binary, servers.Build(t, v)) })
	}
}

func exportsMakeTheLink(t *testing.T, binary, pocketbase string) {
	const secret = `a client secret with "quotes" and a $`
	data := filepath.Join(t.TempDir(), "pb_data")
	program := servers.RunIn(t, pocketbase, data)
	sim, server := authentikAt(t, "127.0.0.1:0", nil)
	g := &gitops{T: t, binary: binary, dir: t.TempDir(), env: []string{"AUTHENTIK_TOKEN=" + sim.AdminToken(),
		"POCKETBASE_PASSWORD=" + servers.Password}}
	text := fmt.Sprintf("authentik: {url: '%s', token: '${AUTHENTIK_TOKEN}'}\n"+
		"pocketbase: {url: '%s', email: %s, password: '${POCKETBASE_PASSWORD}'}\n"+
		"application: {name: Shop, slug: shop, description: for the team}\nemail: trust-all\n", server.URL, program.URL,
		servers.Email)
	if err := os.WriteFile(filepath.Join(g.dir, "link.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g.run("apply", "--yes")
	g.run("export", "--whole", "--all", "--out", "exported")

	addr := server.Listener.Addr().String()
	server.Close()
	sim, server = authentikAt(t, addr, map[string]string{secretVariable: secret})
	g.env[0] = "AUTHENTIK_TOKEN=" + sim.AdminToken()
	for range 2 { // as authentik does again and again
		g.imports(server.URL, sim.AdminToken(), filepath.Join(g.dir, "exported", "authentik-blueprint.yaml"))
	}

	migrations := filepath.Join(filepath.Dir(data), "pb_migrations")
	if err := os.Mkdir(migrations, 0o755); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(g.dir, "exported", "*_authpocket_oauth2.js"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the migrations are %q, %v", found, err)
	}
	if err := os.Rename(found[0], filepath.Join(migrations, filepath.Base(found[0]))); err != nil {
		t.Fatal(err)
	}
	without := exec.CommandContext(t.Context(), pocketbase, "serve", "--http", "127.0.0.1:0", "--dir",
		filepath.Join(filepath.Dir(data), "other_data"))
	out, err := without.CombinedOutput() // earlier versions end with 0 all the same
	if !strings.Contains(string(out), "Set "+secretVariable) {
		t.Errorf("without the secret, PocketBase ends with %v: %.2000s", err, out)
	}
	program.Fresh(t, pocketbase, secretVariable+"="+secret)

	if out := g.run("plan"); !strings.HasPrefix(out, "Nothing to change.") {
		t.Errorf("after the exports have run, the plan is\n%s", out)
	}
	if err := os.WriteFile(filepath.Join(g.dir, "ada.txt"), []byte("correct horse"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := g.run("verify", "--sign-in", "ada", "--password-file", "ada.txt", "--quick")
	if !strings.Contains(said, "signed in") {
		t.Errorf("verify says\n%s", said)
	}
}
