package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/sandbox"
)

// TestALinkIsMadeAgainElsewhere takes the link file of a link to two other servers of other versions.
func TestALinkIsMadeAgainElsewhere(t *testing.T) {
	here, there := newSandbox(t, sandbox.Config{}), newSandbox(t, sandbox.Config{AuthentikVersion: "2026.8.0"})
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	command := func(box *sandbox.Sandbox, code int, args ...string) string {
		t.Helper()
		cmd := authpocket(t, args...)
		cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
		out, err := cmd.CombinedOutput()
		if _, ended := err.(*exec.ExitError); err != nil && !ended || cmd.ProcessState.ExitCode() != code {
			t.Fatalf("%q ends with %v:\n%s", args, err, out)
		}
		return string(out)
	}
	const settings = `
email: trust-attribute
application: {name: "Shop $${X}", slug: shop, group: 'a: #b', publisher: Us, description: "one\ntwo", hide: true}
provider: {access_token_validity: hours=3, subject_mode: user_uuid, groups_claim: ['a: b', admins]}
`
	text := "authentik: {url: '" + here.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: '" +
		here.PocketBaseURL + "', token: '${POCKETBASE_TOKEN}', slot: oidc2, pkce: false, display_name: \"é\\u202E\"}"
	if err := os.WriteFile(at("made.yaml"), []byte(text+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	command(here, 0, "apply", "-f", at("made.yaml"), "--yes")
	imported := func(box *sandbox.Sandbox, name string) {
		command(box, 0, "import", "--authentik", box.AuthentikURL, "--pocketbase", box.PocketBaseURL, "-o", at(name))
	}
	imported(here, "here.yaml")
	written, err := os.ReadFile(at("here.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.NewReplacer(here.AuthentikURL, there.AuthentikURL, here.PocketBaseURL, there.PocketBaseURL).
		Replace(string(written))
	if err := os.WriteFile(at("there.yaml"), []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := command(there, 2, "plan", "-f", at("there.yaml")); !strings.Contains(said, "\n4 changes to make.\n") {
		t.Errorf("the plan is\n%s", said)
	}
	command(there, 0, "apply", "-f", at("there.yaml"), "--yes")
	command(there, 0, "plan", "-f", at("there.yaml"))
	imported(there, "back.yaml")
	if back, err := os.ReadFile(at("back.yaml")); err != nil || string(back) != moved {
		t.Errorf("imported again it is not the same: %v\n%s\n%s", err, moved, back)
	}
}
