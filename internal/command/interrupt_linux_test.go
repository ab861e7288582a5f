package command

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/command/output"
	"authpocket/sandbox"
)

// question is where Ctrl-C is typed: at the last one, which is not answered.
type question struct {
	args    []string
	answers [][2]string
	says    string
}

// questions returns all that commands ask.
func questions(box *sandbox.Sandbox) map[string]question {
	const interrupted = "^C\nInterrupted, so nothing was changed.\n"
	apply := [][2]string{{"[y/N]"}}
	init := []string{"init"}
	asked := [][2]string{{"Address of authentik: ", box.AuthentikURL},
		{"API token of authentik (not stored): ", box.AuthentikToken},
		{"Address of PocketBase: ", box.PocketBaseURL},
		{"Superuser token of PocketBase (not stored): ", box.PocketBaseToken}, {"Number: ", "1"}}
	return map[string]question{
		"apply":   {[]string{"apply", "--rewrite-secret"}, apply, interrupted},
		"undo":    {[]string{"undo"}, apply, interrupted},
		"rotate":  {[]string{"rotate"}, apply, interrupted},
		"remove":  {[]string{"remove"}, apply, interrupted},
		"a proof": {[]string{"verify", "--sign-in-new"}, apply, "^C\nInterrupted before this link was checked.\n"},
		"a password": {[]string{"verify", "--sign-in", "ada"}, [][2]string{{"Password of ada at authentik: "}},
			interrupted[len("^C"):]},
		"an address":    {init, asked[:1], interrupted},
		"a token":       {init, asked[:2], interrupted[len("^C"):]},
		"an e-mail way": {init, asked, interrupted},
	}
}

// TestCtrlCAtAQuestion: nothing is written, and the terminal is as before.
func TestCtrlCAtAQuestion(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	state, dir := t.TempDir(), t.TempDir()
	link, fresh := filepath.Join(dir, "link.yaml"), filepath.Join(dir, "fresh.yaml")
	text := "authentik: {url: '" + box.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: '" +
		box.PocketBaseURL + "', token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n"
	if err := os.WriteFile(link, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	linked := []string{"AUTHENTIK_TOKEN=" + box.AuthentikToken, "POCKETBASE_TOKEN=" + box.PocketBaseToken}
	apply := authpocket(t, "apply", "-f", link, "--state", state, "--yes")
	apply.Env = append(apply.Env, linked...)
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for name, test := range questions(box) {
		t.Run(name, func(t *testing.T) {
			cmd := authpocket(t, append(test.args, "-f", link, "--state", state)...)
			cmd.Env = append(cmd.Env, linked...)
			if test.args[0] == "init" {
				cmd.Args, cmd.Env = []string{"authpocket", "init", "-o", fresh}, append(cmd.Env, "AUTHENTIK_TOKEN=",
					"POCKETBASE_TOKEN=")
			}
			ctrlC(t, cmd, test)
		})
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("there are the files %v, %v", files, err)
	}
	if receipts, err := filepath.Glob(filepath.Join(state, "receipt-*")); err != nil || len(receipts) != 1 {
		t.Errorf("there are the receipts %v, %v", receipts, err)
	}
}

// ctrlC answers questions at a terminal, but types Ctrl-C at the last one.
func ctrlC(t *testing.T, cmd *exec.Cmd, test question) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	user, terminal := openTerminal(t)
	screen := &watched{from: user}
	cmd.Env = append(cmd.Env, "NO_COLOR=1", "TERM=dumb")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	last := len(test.answers) - 1
	for _, one := range test.answers[:last] {
		screen.answer(ctx, t, user, terminal, one[0], one[1])
	}
	screen.press(ctx, t, user, terminal, test.answers[last][0], "\x03")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != int(output.ExitError) {
		t.Errorf("it ends with %v", err)
	}
	if !echoes(t, terminal) {
		t.Error("the terminal does not show what is typed")
	}
	_ = terminal.Close() // ends the screen
	screen.wait(ctx, t, strings.ReplaceAll(test.says, "\n", "\r\n"))
}
