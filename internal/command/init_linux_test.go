package command

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"authpocket/sandbox"
)

// TestInitAsksAtATerminal answers the questions of init: a wrong token first, then the right ones.
func TestInitAsksAtATerminal(t *testing.T) {
	box := newSandbox(t, sandbox.Config{AuthentikVersion: "2026.8.0"})
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
		{"authentik.company\nAddress of authentik: ", box.AuthentikURL},
		{"API token of authentik (not stored): ", "wrong"},
		{"API token of authentik (not stored): ", box.AuthentikToken},
		{"Address of PocketBase: ", box.PocketBaseURL},
		{"Superuser token of PocketBase (not stored): ", box.PocketBaseToken},
		{"Number: ", "9"},
		{"Answer with a number from 1 to 3.\nNumber: ", "1"},
		{"browsers and PocketBase use [https://login.company]: ", "ftp://login.company"},
		{"browsers and PocketBase use [https://login.company]: ", ""},
	}
	for _, one := range answers {
		screen.answer(ctx, t, user, terminal, one.asked, one.answer)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("init ends with %v:\n%s", err, screen.all)
	}
	if !strings.Contains(screen.all, "Auth collection: users. New users are created in it.\n") {
		t.Errorf("the only auth collection is not named:\n%s", screen.all)
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

// TestInitKeepsTheTokensOfTheEnvironment has answers that are no addresses, and that are none of these systems.
func TestInitKeepsTheTokensOfTheEnvironment(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	user, terminal := openTerminal(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	screen, said := outputs(t)
	cmd := authpocket(t, "init", "-o", "-", "--authentik", "authentik.company", "--email", "leave")
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	for _, one := range []struct{ asked, answer string }{
		{"authentik.company\nAddress of authentik: ", ""},
		{"https://authentik.company.\nAddress of authentik: ", box.PocketBaseURL},
		{"Address of authentik [" + box.PocketBaseURL + "]: ", box.AuthentikURL},
		{"Address of PocketBase: ", box.AuthentikURL},
		{"Address of PocketBase [" + box.AuthentikURL + "]: ", box.PocketBaseURL},
	} {
		screen.answer(ctx, t, user, terminal, one.asked, one.answer)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("init ends with %v:\n%s", err, screen.all)
	}
	if strings.Contains(screen.all, "not stored") {
		t.Errorf("init asks for a token that the environment has:\n%s", screen.all)
	}
}

// TestInitProposesThePresetOfTheApp has a PocketBase that its app name gives away.
func TestInitProposesThePresetOfTheApp(t *testing.T) {
	const use = "Use its preset, which adds the redirect URIs that it needs? [Y/n] "
	const belongs = "This PocketBase belongs to %s. Its app name is “%s”."
	type answer struct{ asked, answer string }
	for name, test := range map[string]struct {
		app     string
		answers []answer
		want    []string
		never   string
		flags   []string
	}{
		"taken":   {"Beszel", []answer{{use, ""}}, []string{"preset: beszel"}, "launch_url", nil},
		"refused": {"Beszel", []answer{{use, "n"}}, nil, "preset", nil},
		"with an address": {"wanderer", []answer{{use, "y"}, {"Address at which people open the app: ", ""},
			{"Address at which people open the app: ", "https://trails.company"}},
			[]string{"preset: wanderer", "launch_url: https://trails.company"}, "slug", nil},
		"chosen": {"Trails", []answer{{"Address at which people open the app: ", "https://trails.company"}},
			[]string{"preset: wanderer", "launch_url: https://trails.company"}, "slug",
			[]string{"--preset", "wanderer"}},
	} {
		t.Run(name, func(t *testing.T) {
			box := newApp(t, test.app)
			user, terminal := openTerminal(t)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			path := filepath.Join(t.TempDir(), "link.yaml")
			screen, said := outputs(t)
			cmd := authpocket(t, append([]string{"init", "-o", path, "--authentik", box.AuthentikURL, "--pocketbase",
				box.PocketBaseURL}, test.flags...)...)
			cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = cmd.Process.Kill() }()
			if test.flags == nil {
				screen.wait(ctx, t, fmt.Sprintf(belongs, test.app, test.app))
			}
			for _, one := range append(test.answers, answer{"Number: ", "1"}) {
				screen.answer(ctx, t, user, terminal, one.asked, one.answer)
			}
			if err := cmd.Wait(); err != nil {
				t.Fatalf("init ends with %v:\n%s", err, screen.all)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !bytes.Contains(text, []byte(want)) {
					t.Errorf("there is no %q in\n%s", want, text)
				}
			}
			if bytes.Contains(text, []byte(test.never)) {
				t.Errorf("%q is in\n%s", test.never, text)
			}
		})
	}
}

// TestInitHintsAtThePresetWithoutATerminal has all answers in flags: nothing is asked, and the file is as without.
func TestInitHintsAtThePresetWithoutATerminal(t *testing.T) {
	box := newApp(t, "Beszel")
	const hint = "This PocketBase belongs to Beszel. Its app name is “Beszel”. Add --preset beszel for the redirect " +
		"URIs that it needs.\n"
	for name, test := range map[string]struct {
		token string
		flags []string
		want  string
	}{
		"with a token":       {box.PocketBaseToken, nil, hint},
		"with the preset":    {box.PocketBaseToken, []string{"--preset", "beszel"}, ""},
		"without a token":    {"", nil, ""},
		"with another token": {"wrong", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := authpocket(t, append([]string{"init", "-o", "-", "--authentik", box.AuthentikURL, "--pocketbase",
				box.PocketBaseURL, "--email", "leave"}, test.flags...)...)
			cmd.Env = append(cmd.Env, "POCKETBASE_TOKEN="+test.token)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if has := bytes.Contains(out, []byte("preset:")); err != nil || errs.String() != test.want ||
				has != (test.flags != nil) {
				t.Errorf("%v, %q on standard error:\n%s", err, errs.String(), out)
			}
		})
	}
}

// newApp returns a sandbox whose PocketBase has this app name.
func newApp(t *testing.T, name string) *sandbox.Sandbox {
	t.Helper()
	box := newSandbox(t, sandbox.Config{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, box.PocketBaseURL+"/api/settings",
		strings.NewReader(fmt.Sprintf(`{"meta": {"appName": %q}}`, name)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", box.PocketBaseToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	return box
}

// watched is the output of a program while it runs.
type watched struct {
	from *os.File
	all  string
	seen int
}

// outputs returns a terminal for what a program says: what it shows, and the program's side. Lines end as in files.
func outputs(t *testing.T) (*watched, *os.File) {
	t.Helper()
	shown, said := openTerminal(t)
	state, err := unix.IoctlGetTermios(int(said.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	state.Oflag &^= unix.OPOST
	if err := unix.IoctlSetTermios(int(said.Fd()), unix.TCSETS, state); err != nil {
		t.Fatal(err)
	}
	return &watched{from: shown}, said
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

// answer waits for a question and types the answer.
func (w *watched) answer(ctx context.Context, t *testing.T, user, terminal *os.File, asked, answer string) {
	t.Helper()
	w.press(ctx, t, user, terminal, asked, answer+"\n")
}

// press waits for a question and presses keys. Secrets are typed once the terminal no longer shows what is typed.
func (w *watched) press(ctx context.Context, t *testing.T, user, terminal *os.File, asked, keys string) {
	t.Helper()
	w.wait(ctx, t, asked)
	if strings.Contains(asked, "token") || strings.Contains(asked, "Password") {
		for echoes(t, terminal) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
	if _, err := user.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

func TestASignalIsANoToTheQuestion(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
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
	screen.wait(t.Context(), t, "Interrupted, so nothing was changed.")
	if n := len(box.Authentik().Snapshot().Applications); n != 0 {
		t.Errorf("there are %d applications", n)
	}
}
