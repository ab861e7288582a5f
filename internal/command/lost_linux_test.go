package command

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"authpocket/sandbox"
)

type printed struct {
	args, did string
	code      int
}

// printing are commands that print, in order, with what they say on standard error once they have written, and the
// exit code of one that somebody reads.
func printing() []printed {
	return []printed{
		{"version", "", 0},
		{"version --json", "", 0},
		{"--version", "", 0},
		{"help", "", 0},
		{"plan --help", "", 0},
		{"completion bash", "", 0},
		{"schema", "", 0},
		{"validate -f link.yaml", "", 0},
		{"validate -f link.yaml --json", "", 0},
		{"init -o - --authentik AUTHENTIK --pocketbase POCKETBASE --email leave", "", 0},
		{"receipts", "", 0},
		{"verify -f link.yaml", "", 3},
		{"plan -f link.yaml", "", 2},
		{"plan -f link.yaml --json", "", 2},
		{"plan -f link.yaml --shard 0/1", "", 2},
		{"plan -f link.yaml --shard 0/1 --json", "", 2},
		{"apply -f link.yaml --yes --json", "Applied.", 0},
		{"apply -f changed.yaml --yes", "Applied.", 0},
		{"undo -f link.yaml --yes", "Undone.", 0},
		{"rotate -f link.yaml --yes", "Both systems have the new client secret.", 0},
		{"apply -f changed.yaml --yes --shard 0/1", "1 link: 1 applied.", 0},
		{"undo -f link.yaml --yes --json", "Undone.", 0},
		{"apply -f changed.yaml --yes --shard 0/1 --json", "1 link: 1 applied.", 0},
		{"verify -f link.yaml --quick", "", 0},
		{"verify -f link.yaml --quick --json", "", 0},
		{"verify -f link.yaml --quick --format junit", "", 0},
		{"verify -f link.yaml --quick --watch 1h --json", "", 0},
		{"verify -f link.yaml --quick --shard 0/1", "", 0},
		{"plan -f link.yaml", "", 0},
		{"check-people -f link.yaml --json", "", 0},
		{"export -f link.yaml --whole markdown", "", 0},
		{"import -o - --authentik AUTHENTIK --pocketbase POCKETBASE", "", 0},
		{"receipts --json", "", 0},
		{"receipts", "", 0},
		{"remove -f link.yaml --yes", "The link is removed.", 0},
		{"serve --listen 127.0.0.1:0", "", 1},
	}
}

// TestAResultThatIsNotWrittenIsAnError: the disk of standard output is full, or whoever reads it has ended, as head
// does, which is no error. What was written to the systems is said in any case.
func TestAResultThatIsNotWrittenIsAnError(t *testing.T) {
	silent := []string{"healthcheck"}
	for _, cmd := range Tree().Commands() {
		named := func(one printed) bool { return strings.HasPrefix(one.args, cmd.Name()) }
		if !slices.Contains(silent, cmd.Name()) && !slices.ContainsFunc(printing(), named) {
			t.Errorf("%s prints, and is not tried", cmd.Name())
		}
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	reader, unread, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer unread.Close()
	_ = reader.Close()
	const lost = "authpocket: the result could not be written to standard output: no space left on device\n"
	for name, stdout := range map[string]*os.File{"full": full, "unread": unread} {
		t.Run(name, func(t *testing.T) {
			box := newSandbox(t, sandbox.Config{})
			s := stage{dir: t.TempDir(), box: box}
			s.files(t)
			for _, one := range printing() {
				said, code := s.into(t, one.args, stdout)
				wants := one.code
				if name == "full" {
					wants = 1
					if !strings.HasSuffix(said, lost) {
						t.Errorf("%s says %q", one.args, said)
					}
					said = strings.TrimSuffix(said, lost)
				}
				if code != wants {
					t.Errorf("%s ends with %d, want %d: %s", one.args, code, wants, said)
				}
				if !strings.Contains(said, one.did) || one.did == "" && said != "" {
					t.Errorf("%s says %q, want %q", one.args, said, one.did)
				}
			}
		})
	}
}

// Nobody has seen the plan that the question is about.
func TestAPlanThatIsNotPrintedIsNotApplied(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	s := stage{dir: t.TempDir(), box: box}
	s.files(t)
	for _, args := range []string{"apply -f link.yaml", "apply -f link.yaml --shard 0/1"} {
		user, keyboard := openTerminal(t)
		if _, err := user.WriteString("y\n"); err != nil {
			t.Fatal(err)
		}
		cmd := s.command(t, args)
		screen, said := outputs(t)
		cmd.Env = append(cmd.Env, "TERM=dumb", "NO_COLOR=1")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = keyboard, full, said
		_ = cmd.Run()
		_ = said.Close()
		shown, _ := io.ReadAll(screen.from) // ends with an error, since the other side is closed
		if cmd.ProcessState.ExitCode() != 1 || !strings.HasPrefix(string(shown), "Nothing was changed.") {
			t.Errorf("%s ends with %d: %s", args, cmd.ProcessState.ExitCode(), shown)
		}
	}
	if made := len(box.Authentik().Snapshot().Applications); made > 0 {
		t.Errorf("%d applications are made", made)
	}
}

// into runs a command with that standard output and returns its standard error and exit code.
func (s stage) into(t *testing.T, args string, stdout *os.File) (string, int) {
	t.Helper()
	cmd := s.command(t, args)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &said
	_ = cmd.Run()
	return said.String(), cmd.ProcessState.ExitCode()
}
