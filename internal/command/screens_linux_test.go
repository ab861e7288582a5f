package command

import (
	"bytes"
	stdflag "flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"authpocket/sandbox"
)

var update = stdflag.Bool("update", false, "write the screens anew")

const columns = 100

// steps are the commands of the screens, in order: each finds what those before it left.
func steps(person string) []struct{ name, args, input string } {
	return []struct{ name, args, input string }{
		{"help", "help", ""},
		{"version", "version", ""},
		{"validate", "validate -f link.yaml", ""},
		{"validate-wrong", "validate -f wrong.yaml", ""},
		{"init", "init -o - --authentik AUTHENTIK --pocketbase POCKETBASE --email leave", ""},
		{"verify-none", "verify -f link.yaml", ""},
		{"plan", "plan -f link.yaml", ""},
		{"plan-all", "plan -f link.yaml --all", ""},
		{"apply", "apply -f link.yaml", "y\n"},
		{"plan-empty", "plan -f link.yaml", ""},
		{"apply-change", "apply -f changed.yaml", "y\n"},
		{"undo", "undo -f link.yaml", "y\n"},
		{"verify-drift", "verify -f changed.yaml --quick --person " + person, ""},
		{"verify", "verify -f link.yaml --quick --person " + person, ""},
		{"export", "export -f link.yaml --whole markdown", ""},
		{"import", "import -o - --authentik AUTHENTIK --pocketbase POCKETBASE", ""},
		{"rotate", "rotate -f link.yaml", "y\n"},
		{"remove", "remove -f link.yaml", "y\n"},
		{"receipts", "receipts", ""},
	}
}

// TestScreens holds what each command shows, at a terminal and in a pipe, against testdata/screens. With -update it
// writes them.
func TestScreens(t *testing.T) {
	for _, where := range []string{"terminal", "piped"} {
		t.Run(where, func(t *testing.T) {
			box := newSandbox(t, sandbox.Config{})
			s := stage{dir: t.TempDir(), box: box}
			s.files(t)
			for _, step := range steps(box.Person.Username) {
				got := s.play(t, step.args, step.input, where == "terminal")
				holdScreen(t, filepath.Join("testdata", "screens", step.name+"."+where), got)
			}
		})
	}
}

// holdScreen compares a screen with its file.
func holdScreen(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (want -, got +):\n%s", file, diff)
	}
}

// stage is the sandbox and the directory in which the commands run.
type stage struct {
	dir string
	box *sandbox.Sandbox
}

func (s stage) files(t *testing.T) {
	t.Helper()
	head := "authentik: {url: \"${AUTHENTIK_URL}\", token: \"${AUTHENTIK_TOKEN}\"}\n" +
		"pocketbase: {url: \"${POCKETBASE_URL}\", token: \"${POCKETBASE_TOKEN}\"}\n"
	for name, text := range map[string]string{
		"link.yaml":    head + "email: trust-all\n",
		"changed.yaml": head + "email: trust-all\napplication: {name: Shop}\nprovider: {subject_mode: user_uuid}\n",
		"wrong.yaml":   head + "email: perhaps\naccess: {groups: [\"\"]}\n",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// play runs a command and returns what is seen of it, with marks for what differs from run to run. In a pipe nothing
// is typed, so that --yes answers.
func (s stage) play(t *testing.T, args, input string, terminal bool) string {
	t.Helper()
	if input != "" && !terminal {
		args += " --yes"
	}
	cmd := s.command(t, args)
	var shown bytes.Buffer
	if !terminal {
		cmd.Stdout, cmd.Stderr = &shown, &shown
		_ = cmd.Run() // the exit code is on the screen
		return s.marked("$ authpocket "+args, shown.String(), cmd.ProcessState.ExitCode())
	}
	user, program := openTerminal(t)
	size := &unix.Winsize{Row: 40, Col: columns}
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	if _, err := user.WriteString(input); err != nil {
		t.Fatal(err)
	}
	echo := make([]byte, len(strings.ReplaceAll(input, "\n", "\r\n")))
	if _, err := io.ReadFull(user, echo); err != nil { // before the program says something
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(&shown, user) // ends with an error when the other side is closed
	}()
	_ = cmd.Wait()
	_ = program.Close()
	<-copied
	text := strings.ReplaceAll(shown.String(), "\r\n", "\n")
	return s.marked("$ authpocket "+args, text, cmd.ProcessState.ExitCode())
}

// command returns a command in front of the sandbox.
func (s stage) command(t *testing.T, args string) *exec.Cmd {
	t.Helper()
	cmd := authpocket(t, strings.Fields(strings.NewReplacer("AUTHENTIK", s.box.AuthentikURL, "POCKETBASE",
		s.box.PocketBaseURL).Replace(args))...)
	cmd.Dir = s.dir
	cmd.Env = append(cmd.Env, "TZ=UTC", "TERM=xterm-256color", "NO_COLOR=", "AUTHPOCKET_STATE="+s.dir+"/state",
		"AUTHENTIK_URL="+s.box.AuthentikURL, "AUTHENTIK_TOKEN="+s.box.AuthentikToken,
		"POCKETBASE_URL="+s.box.PocketBaseURL, "POCKETBASE_TOKEN="+s.box.PocketBaseToken)
	return cmd
}

// marked returns a screen with fixed marks in the place of what differs from run to run.
func (s stage) marked(command, screen string, code int) string {
	screen = strings.NewReplacer(s.box.AuthentikURL, "https://authentik.test", s.box.PocketBaseURL,
		"https://pocketbase.test", s.dir, "DIR", "\x1b", "␛", "\r", "␍").Replace(screen)
	receipts, _ := filepath.Glob(s.dir + "/state/receipt-*")
	for _, name := range receipts {
		id := strings.TrimSuffix(name[strings.LastIndexByte(name, '-')+1:], filepath.Ext(name))
		screen = strings.ReplaceAll(screen, id, "RECEIPT-ID")
	}
	for _, volatile := range []struct{ pattern, mark string }{
		{`(\[\d+m|\b)[0-9A-Za-z]{40}\b`, "${1}CLIENT-ID"},
		{`\b[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}\b`, "UUID"},
		{`\b20\d\d-\d\d-\d\d([T ])\d\d:\d\d(:\d\d)?(Z?)`, "2026-01-31${1}12:00$3"},
		{`\b\d+ ms\b`, "5 ms"},
		{`version \S+ \(.*\)`, "version v1.0.0 (commit …)"},
	} {
		screen = regexp.MustCompile(volatile.pattern).ReplaceAllString(screen, volatile.mark)
	}
	return fmt.Sprintf("%s\n%s[exit code %d]\n", command, screen, code)
}
