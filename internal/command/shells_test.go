package command

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/sandbox"
)

// linked starts both systems, links them and returns the path of the link
// file. The tokens and the directory of the receipts are in the environment.
func linked(t *testing.T) (*sandbox.Sandbox, string) {
	t.Helper()
	box := newSandbox(t, sandbox.Config{})
	for name, value := range map[string]string{
		"AUTHENTIK_URL": box.AuthentikURL, "AUTHENTIK_TOKEN": box.AuthentikToken,
		"POCKETBASE_URL": box.PocketBaseURL, "POCKETBASE_TOKEN": box.PocketBaseToken,
		"AUTHPOCKET_STATE": t.TempDir(), "HOME": t.TempDir(), "AUTHPOCKET_LOG": "",
	} {
		t.Setenv(name, value)
	}
	file := filepath.Join(t.TempDir(), "link.yaml")
	text := "authentik: {url: '${AUTHENTIK_URL}', token: '${AUTHENTIK_TOKEN}'}\n" +
		"pocketbase: {url: '${POCKETBASE_URL}', token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	std := terminal.Streams{Out: &out, Err: &errs}
	if code := run(t.Context(), []string{"apply", "-f", file, "--yes"}, std); code != output.ExitOK {
		t.Fatalf("the apply ends with %d: %s%s", code, out.String(), errs.String())
	}
	return box, file
}

// offered returns what a shell offers for the last word.
func offered(t *testing.T, shell string, words ...string) []string {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("testdata", "completion", "complete."+shell))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell, append([]string{script, "authpocket"}, words...)...)
	cmd.Dir = os.Getenv("HOME")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Errorf("%s ends with %v", shell, err)
	}
	if errs.Len() > 0 {
		t.Errorf("%s complains: %s", shell, errs.String())
	}
	var values []string
	for line := range strings.Lines(string(text)) {
		value, _, _ := strings.Cut(strings.TrimRight(line, " \n"), "\t") // of fish
		value, _, _ = strings.Cut(value, " (")                           // of bash
		value, _, _ = strings.Cut(value, ":")                            // of zsh
		values = append(values, strings.TrimSpace(value))
	}
	return values
}

// TestShellsComplete runs each script in its shell.
func TestShellsComplete(t *testing.T) {
	box, file := linked(t)
	for _, name := range []string{"$(touch pwned)", "`touch pwned`", "a;touch pwned", "a\x1b[31mred"} {
		box.Authentik().AddPerson(name, name, "p@example.com", "x", nil)
	}
	var out, errs bytes.Buffer
	asked := []string{"__complete", "undo", "-f", file, ""}
	if code := run(t.Context(), asked, terminal.Streams{In: nil, Out: &out, Err: &errs}); code != output.ExitOK {
		t.Fatalf("it ends with %d: %s", code, errs.String())
	}
	receipt, _, _ := strings.Cut(out.String(), "\t")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			_, err := exec.LookPath(shell)
			if err == nil && shell == "bash" { // its scripts call functions of bash-completion
				_, err = os.Stat("/usr/share/bash-completion/bash_completion")
			}
			if err != nil {
				if os.Getenv("AUTHPOCKET_REQUIRE_SHELLS") != "" {
					t.Fatal(err)
				}
				t.Skipf("the completion for %s is not tested: %v", shell, err)
			}
			for _, one := range []struct {
				words string
				want  []string
			}{
				{"ver", []string{"verify", "version"}},
				{"completion ", []string{"bash", "fish", "powershell", "zsh"}},
				{"verify -f FILE --person ad", []string{box.Person.Username}},
				{"verify -f FILE --sign-in ad", []string{box.Person.Username}},
				{"verify --sign-in ad", nil},
				{"undo -f FILE ", []string{receipt}},
				{"undo -f FILE " + receipt + " ", nil},
				{"export -f FILE ", []string{"blueprint", "curl", "markdown", "pocketbase-hook", "pocketbase-migration",
					"terraform"}},
				{"plan --log ", []string{"debug", "error", "info", "warn"}},
			} {
				words := strings.Split(strings.ReplaceAll(one.words, "FILE", file), " ")
				got := offered(t, shell, words...)
				slices.Sort(got)
				if got = slices.DeleteFunc(got, func(s string) bool { return s == "" }); !slices.Equal(got, one.want) {
					t.Errorf("for %q it offers %q, want %q", one.words, got, one.want)
				}
			}
			all := offered(t, shell, "verify", "-f", file, "--person", "")
			if !slices.Contains(all, box.Person.Username) || strings.Contains(strings.Join(all, ""), "red") {
				t.Errorf("it offers the users %q", all)
			}
			if _, err := os.Stat(filepath.Join(os.Getenv("HOME"), "pwned")); err == nil {
				t.Error("the name of a user is run")
			}
		})
	}
}
