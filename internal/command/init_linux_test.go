package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// TestInitAsksAtATerminal answers the questions of init: a wrong token first, then the right ones.
func TestInitAsksAtATerminal(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA(), AuthentikVersion: "2026.8.0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	}()
	box.Authentik().Set("base_url", "https://login.company")
	user, terminal := openTerminal(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	path := filepath.Join(t.TempDir(), "link.yaml")
	screen, said := outputs(t)
	cmd := authpocket(t, "init", "-o", path)
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN=", "POCKETBASE_TOKEN=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	answers := []struct{ asked, answer string }{
		{"Address of authentik: ", "authentik.company"},
		{"Address of authentik [authentik.company]: ", box.AuthentikURL},
		{"API token of authentik (not stored): ", "wrong"},
		{"Address of authentik [" + box.AuthentikURL + "]: ", ""},
		{"API token of authentik (not stored): ", box.AuthentikToken},
		{"Address of PocketBase: ", box.PocketBaseURL},
		{"Superuser token of PocketBase (not stored): ", box.PocketBaseToken},
		{"Number: ", "users"},
		{"Number: ", "9"},
		{"Answer with a number from 1 to 3.\nNumber: ", "1"},
		{"browsers and PocketBase use [https://login.company]: ", "ftp://login.company"},
		{"browsers and PocketBase use [https://login.company]: ", ""},
	}
	for _, one := range answers {
		screen.wait(ctx, t, one.asked)
		if strings.Contains(one.asked, "token") {
			for echoes(t, terminal) && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
		}
		if _, err := user.WriteString(one.answer + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("init ends with %v:\n%s", err, screen.all)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"email: trust-all", "collection: users", "token: ${AUTHENTIK_TOKEN}",
		"public_url: https://login.company"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	for _, never := range []string{box.AuthentikToken, box.PocketBaseToken} {
		if bytes.Contains(text, []byte(never)) {
			t.Errorf("a token is in\n%s", text)
		}
	}
}

// watched is the output of a program while it runs.
type watched struct {
	from *os.File
	all  string
	seen int
}

func outputs(t *testing.T) (*watched, *os.File) {
	t.Helper()
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = from.Close(), to.Close() })
	return &watched{from: from}, to
}

// wait returns when the program has printed text once more.
func (w *watched) wait(ctx context.Context, t *testing.T, text string) {
	t.Helper()
	deadline, _ := ctx.Deadline()
	if err := w.from.SetReadDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	for {
		if at := strings.Index(w.all[w.seen:], text); at >= 0 {
			w.seen += at + len(text)
			return
		}
		n, err := w.from.Read(buffer)
		if err != nil {
			t.Fatalf("waiting for %q: %v\n%s", text, err, w.all)
		}
		w.all += string(buffer[:n])
	}
}

func TestASignalIsANoToTheQuestion(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	}()
	file := filepath.Join(t.TempDir(), "link.yaml")
	text := "authentik: {url: '" + box.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\n" +
		"pocketbase: {url: '" + box.PocketBaseURL + "', token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := authpocket(t, "apply", "-f", file, "--state", t.TempDir())
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
	_, terminal := openTerminal(t)
	screen, said := outputs(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen.wait(t.Context(), t, "[y/N]")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("an interrupted apply succeeds")
	}
	screen.wait(t.Context(), t, "Nothing was changed")
	if n := len(box.Authentik().Snapshot().Applications); n != 0 {
		t.Errorf("there are %d applications", n)
	}
}
