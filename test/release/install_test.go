package release_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// required is set where a package that cannot be installed is a failure.
const required = "AUTHPOCKET_REQUIRE_PACKAGES"

// manager is dpkg or rpm as root: if need be, of a user namespace, in which the files of root are ours. Where that does
// not run, the test is skipped.
func manager(t *testing.T, name string) []string {
	t.Helper()
	command := []string{"unshare", "--map-root-user", name}
	if os.Geteuid() == 0 {
		command = []string{"env", name}
	}
	out, err := exec.CommandContext(t.Context(), command[0], append(command[1:], "--version")...).CombinedOutput()
	if err == nil {
		return command
	}
	if os.Getenv(required) != "" {
		t.Fatalf("%s does not run: %v: %s", name, err, out)
	}
	t.Skipf("NOT INSTALLED: %s does not run here: %v: %s", name, err, out)
	return nil
}

// packed writes a package to a file.
func packed(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// installsDeb installs a package into a directory, uses and removes it. What people wrote is left until the purge.
func installsDeb(t *testing.T, data []byte) {
	dpkg := manager(t, "dpkg")
	root := t.TempDir()
	known := filepath.Join(root, "var/lib/dpkg")
	for _, dir := range []string{"info", "updates", "triggers"} {
		put(t, filepath.Join(known, dir), "", "")
	}
	put(t, known, "status", "")
	dpkg = append(dpkg, "--root="+root, "--force-script-chrootless")
	run(t, ".", nil, append(dpkg, "--install", packed(t, "authpocket.deb", data))...)
	if !worksIn(t, root, "usr/share/zsh/vendor-completions/_authpocket") {
		return
	}
	kept := wrote(t, root)
	run(t, ".", nil, append(dpkg, "--remove", "authpocket")...)
	for _, file := range kept {
		if _, err := os.Stat(file); err != nil {
			t.Errorf("it is removed: %v", err)
		}
	}
	if left := leftIn(t, root); len(left) != 2*len(kept) { // each in a directory
		t.Errorf("the removal leaves %q", left)
	}
	run(t, ".", nil, append(dpkg, "--purge", "authpocket")...)
	if left := leftIn(t, root); len(left) > 0 {
		t.Errorf("the purge leaves %q", left)
	}
}

// installsRPM does the same with a package of Fedora. Its scripts run in the directory, and need a shell there. There
// is no purge.
func installsRPM(t *testing.T, data []byte) {
	rpm := manager(t, "rpm")
	root := t.TempDir()
	for _, file := range append(strings.Fields(run(t, ".", nil, "ldd", "/bin/sh")), "/bin/sh") {
		if content, err := os.ReadFile(file); err == nil && filepath.IsAbs(file) {
			put(t, filepath.Join(root, filepath.Dir(file)), filepath.Base(file), string(content))
		}
	}
	rpm = append(rpm, "--root="+root)
	run(t, ".", nil, append(rpm, "--install", "--nodeps", packed(t, "authpocket.rpm", data))...)
	if !worksIn(t, root, "usr/share/zsh/site-functions/_authpocket") {
		return
	}
	run(t, ".", nil, append(rpm, "--verify", "--nodeps", "authpocket")...)
	run(t, ".", nil, append(rpm, "--erase", "authpocket")...)
	if left := leftIn(t, root); len(left) > 0 {
		t.Errorf("the removal leaves %q", left)
	}
}

// worksIn tests what is installed: the program, its page of the manual, and completions in shells that are here.
func worksIn(t *testing.T, root, zsh string) bool {
	t.Helper()
	out := run(t, ".", nil, filepath.Join(root, "usr/bin/authpocket"), "--version")
	if !strings.Contains(out, version) {
		t.Errorf("it prints %q", out)
	}
	page, err := os.Open(filepath.Join(root, "usr/share/man/man1/authpocket.1.gz"))
	if err != nil {
		t.Error(err)
		return false
	}
	defer page.Close()
	z, err := gzip.NewReader(page)
	if err != nil {
		t.Error(err)
		return false
	}
	if text, err := io.ReadAll(z); err != nil || !strings.Contains(string(text), ".TH \"AUTHPOCKET\"") {
		t.Errorf("the manual is %.200q, %v", text, err)
	}
	for shell, script := range map[string]string{
		"bash": `. "$1" && complete -p authpocket`,
		"zsh":  `autoload -Uz compinit && compinit -u -D && . "$1" && echo $_comps[authpocket]`,
	} {
		file := map[string]string{"bash": "usr/share/bash-completion/completions/authpocket", "zsh": zsh}[shell]
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("NOT TRIED: the completions of %s: %v", shell, err)
			continue
		}
		out := run(t, ".", nil, shell, "-c", script, shell, filepath.Join(root, file))
		if !strings.Contains(out, "authpocket") {
			t.Errorf("%s completes with %q", shell, out)
		}
	}
	return !t.Failed()
}

// wrote writes what an admin and the service would, and returns it.
func wrote(t *testing.T, root string) []string {
	t.Helper()
	etc, state := filepath.Join(root, "etc/authpocket"), filepath.Join(root, "var/lib/private/authpocket")
	put(t, etc, "verify.env", "TOKEN=x")
	put(t, state, "receipt.json", "{}")
	return []string{filepath.Join(etc, "verify.env"), filepath.Join(state, "receipt.json")}
}

// put writes a file, if it has a name, and its directory.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	err := os.MkdirAll(dir, 0o755)
	if err == nil && name != "" {
		err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// leftIn returns what is there of the package, besides what the package manager knows of it.
func leftIn(t *testing.T, root string) (left []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		switch inside := strings.TrimPrefix(at, root); {
		case err != nil:
			return err
		case inside == "/var/lib/dpkg" || inside == "/var/lib/rpm":
			return fs.SkipDir
		case strings.Contains(inside, "authpocket"):
			left = append(left, inside)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}
