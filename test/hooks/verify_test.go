package hooks

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/internal/command"
	"authpocket/internal/command/output"
	"authpocket/internal/export"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
	"authpocket/test/servers"
	"authpocket/test/testkey"
)

// TestMain makes the test binary the program itself where a test calls it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"authpocket": func() { os.Exit(command.Main()) }})
}

const personsPassword = "correct horse battery"

// admin has the command, a link file, and both systems: a PocketBase as people run it, and an authentik where Ada is in
// Admins and red.
type admin struct {
	*testing.T
	dir     string
	env     []string // of the command
	binary  string   // of PocketBase
	program servers.Program
	s       *server // PocketBase for a superuser
	sim     *authentiksim.Server
	ada     int
}

const linkFile = `
authentik: {url: '${AUTHENTIK_URL}', token: '${AUTHENTIK_TOKEN}'}
email: trust-all
pocketbase:
  url: '${POCKETBASE_URL}'
  token: '${POCKETBASE_TOKEN}'
  groups:
    - {field: is_admin, when: Admins}
    - {field: role, values: {Admins: staff, Everyone: member}}
    - {field: teams, by: name}
    - {field: all_groups}
`

func newAdmin(t *testing.T, v servers.Version) *admin {
	t.Helper()
	a := &admin{T: t, dir: t.TempDir(), env: os.Environ(), binary: servers.Build(t, v),
		sim: authentiksim.New(authentiksim.Config{SigningKey: testkey.RSA()})}
	a.ada = a.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", personsPassword, nil)
	a.sim.AddGroup("Admins", a.ada)
	a.sim.AddGroup("red", a.ada)
	authentik := httptest.NewServer(a.sim)
	t.Cleanup(authentik.Close)
	a.program = servers.RunIn(t, a.binary, filepath.Join(t.TempDir(), "pb_data"))
	a.s = configured(t, a.program.URL, collection{fields: []object{
		{"name": "is_admin", "type": "bool"},
		{"name": "role", "type": "select", "values": []string{"member", "staff"}, "maxSelect": 1},
		{"name": "teams", "type": "relation", "maxSelect": 9},
		{"name": "all_groups", "type": "json", "maxSize": 200000},
	}})
	off := object{"enabled": false, "providers": []object{}}
	a.s.must("PATCH", "/api/collections/users", object{"oauth2": off}, nil)
	for name, value := range map[string]string{"AUTHENTIK_URL": authentik.URL, "AUTHENTIK_TOKEN": a.sim.AdminToken(),
		"POCKETBASE_URL": a.program.URL, "POCKETBASE_TOKEN": a.s.token, "LC_ALL": "C",
		"AUTHPOCKET_SIGNIN_PASSWORD": personsPassword, "AUTHPOCKET_STATE": t.TempDir()} {
		a.env = append(a.env, name+"="+value)
	}
	a.link("")
	return a
}

// link writes the link file with more keys.
func (a *admin) link(more string) {
	a.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, "link.yaml"), []byte(linkFile+more), 0o600); err != nil {
		a.Fatal(err)
	}
}

// run runs the command, holds it to an exit code and returns what it printed.
func (a *admin) run(code int, args ...string) string {
	a.Helper()
	cmd := exec.CommandContext(a.Context(), os.Args[0], args...)
	cmd.Args[0], cmd.Dir, cmd.Env = "authpocket", a.dir, a.env
	said, err := cmd.Output()
	got, errs := 0, ""
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got, errs = failed.ExitCode(), string(failed.Stderr)
	} else if err != nil {
		a.Fatal(err)
	}
	if got != code {
		a.Fatalf("%s exits with %d, want %d\n%s%s", strings.Join(args, " "), got, code, said, errs)
	}
	return string(said)
}

// measured is a check as --json prints it.
type measured struct {
	ID               report.CheckID
	Status           report.Status
	Evidence, Remedy string
}

// groups signs Ada in and returns the check of the hook, beside a sign-in that works.
func (a *admin) groups(code int) measured {
	a.Helper()
	said := a.run(code, "verify", "-f", "link.yaml", "--quick", "--json", "--sign-in", "ada")
	var document struct {
		Checks []measured           `json:"checks"`
		SignIn struct{ Works bool } `json:"sign_in"`
	}
	if err := json.Unmarshal([]byte(said), &document); err != nil {
		a.Fatal(err)
	}
	if !document.SignIn.Works {
		a.Fatalf("the sign-in does not work: %s", said)
	}
	for _, c := range document.Checks {
		if c.ID == report.CheckPocketBaseGroups {
			return c
		}
	}
	a.Fatalf("there is no check of the groups: %s", said)
	return measured{}
}

// install puts the exported hook beside PocketBase's data and restarts it.
func (a *admin) install() {
	a.Helper()
	hooks := filepath.Join(filepath.Dir(a.program.Dir), "pb_hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		a.Fatal(err)
	}
	a.run(0, "export", "-f", "link.yaml", "pocketbase-hook", "--force", "--out",
		filepath.Join(hooks, export.Hook().FileName))
	a.program = a.program.Again(a.T, a.binary)
}

// TestVerifyMeasuresTheHook goes the way of docs/groups-into-a-field.md with the command.
func TestVerifyMeasuresTheHook(t *testing.T) {
	t.Parallel()
	a := newAdmin(t, servers.Version{Name: "v0.40.4", Toolchain: "go1.27.0"})
	a.s.team("red")
	a.s.team("Admins")
	a.run(0, "apply", "-f", "link.yaml", "--yes")

	t.Log("without the hook the sign-in works, and the check says what is missing")
	c := a.groups(int(output.ExitFailed))
	if c.Status != report.Fail || !strings.Contains(c.Evidence, "is_admin is “false”, and the groups say “true”.") ||
		!strings.Contains(c.Evidence, "role is “”, and the groups say “staff”.") ||
		!strings.HasPrefix(c.Remedy, "Put the exported hook into pb_hooks and restart PocketBase.") {
		t.Errorf("without the hook: %+v", c)
	}

	t.Log("with the hook the account has what the groups say")
	a.install()
	c = a.groups(0)
	for _, want := range []string{"is_admin is “true”", "role is “staff”", "teams is “Admins, red”",
		"all_groups is “Admins, red”"} {
		if c.Status != report.Pass || !strings.Contains(c.Evidence, want) {
			t.Errorf("with the hook: %+v, not %s", c, want)
		}
	}
	said := a.run(0, "verify", "-f", "link.yaml", "--quick", "--all", "--sign-in", "ada")
	if !strings.Contains(said, "pass    PocketBase: The account's fields follow the person's groups\n") {
		t.Errorf("as text: %s", said)
	}

	t.Log("a value that the field cannot hold fails, and the hook's line is pointed to")
	a.sim.AddGroup("no such team", a.ada)
	c = a.groups(int(output.ExitFailed))
	if c.Status != report.Fail || !strings.Contains(c.Evidence, "teams is “”, and the groups say") ||
		!strings.Contains(c.Remedy, "PocketBase's log says why") {
		t.Errorf("with a group that is no team: %+v", c)
	}
	a.s.warned(1)
}

// TestTheClaimIsLimited has Ada in three groups, and authentik tell PocketBase of two.
func TestTheClaimIsLimited(t *testing.T) {
	t.Parallel()
	a := newAdmin(t, servers.Version{Name: "v0.40.4", Toolchain: "go1.27.0"})
	const odd = "\"] or [x] # ä\\u0041😀"
	a.sim.AddGroup(odd, a.ada)
	names, err := json.Marshal([]string{"Admins", odd, "nobody's"})
	if err != nil {
		t.Fatal(err)
	}
	a.link("provider: {groups_claim: " + string(names) + "}\n")
	a.run(0, "apply", "-f", "link.yaml", "--yes")
	a.install()
	a.s.team("Admins")
	a.s.team(odd)
	wantAll := func(want string) {
		t.Helper()
		if c := a.groups(0); c.Status != report.Pass || !strings.Contains(c.Evidence, "all_groups is “"+want+"”") {
			t.Errorf("the check says %+v, not %s", c, want)
		}
	}
	wantAll(odd + ", Admins")
	if said := a.run(0, "plan", "-f", "link.yaml"); !strings.Contains(said, "Nothing to change") {
		t.Errorf("applied, the plan is %s", said)
	}

	own := func() string {
		var names []string
		for _, m := range a.sim.Snapshot().ScopeMappings {
			if mappings.Own(m.Name) {
				names = append(names, m.Name)
			}
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}
	const both = "authpocket: groups of pocketbase, authpocket: trust every e-mail address"
	a.run(0, "remove", "-f", "link.yaml", "--yes")
	if left := own(); left != "" {
		t.Errorf("the removal leaves %s", left)
	}
	a.run(0, "undo", "-f", "link.yaml", "--yes")
	if back := own(); back != both {
		t.Errorf("taken back, authentik has %s", back)
	}
	wantAll(odd + ", Admins")

	t.Log("bound to those that may use the application")
	a.link("provider: {groups_claim: bound}\naccess: {groups: [Admins]}\n")
	a.run(0, "apply", "-f", "link.yaml", "--yes")
	wantAll("Admins")

	t.Log("taken away, the claim is that of authentik's own mapping, and another hook reads it")
	a.link("provider: {groups_claim: []}\n")
	a.run(0, "apply", "-f", "link.yaml", "--yes")
	a.install()
	a.s.team("red")
	wantAll(odd + ", Admins, red")
}
