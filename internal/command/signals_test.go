//go:build linux

package command

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"authpocket/internal/command/output"
)

// pipe makes a named pipe, which nobody writes to yet.
func pipe(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestASignalEndsTheReadOfALinkFile: it is a pipe that stays open.
func TestASignalEndsTheReadOfALinkFile(t *testing.T) {
	in, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = in.Close(), to.Close() }()
	named := pipe(t, "link.yaml")
	both, err := os.OpenFile(named, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
	for name, test := range map[string]struct {
		file     string
		stdin, w *os.File
	}{
		"standard input": {"-", in, to}, "its path": {"/dev/stdin", in, to}, "a named pipe": {named, both, both},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := authpocket(t, "plan", "-f", test.file)
			cmd.Stdin = test.stdin
			interruptedOnce(t, cmd, "Interrupted, so nothing was changed.\n", func() {
				if _, err := test.w.WriteString("email: leave\n"); err != nil {
					t.Fatal(err)
				}
				waiting(t, test.stdin, 0) // the program has read it
			})
		})
	}
}

// interruptedOnce starts the command, sends it one signal after ready, and holds what it says.
func interruptedOnce(t *testing.T, cmd *exec.Cmd, says string, ready func()) {
	t.Helper()
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	ready()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != int(output.ExitError) || said.String() != says {
		t.Errorf("it ends with %v: %s", err, said.String())
	}
}

// TestASignalEndsTheReadOfAnyFile: each is a pipe that stays open.
func TestASignalEndsTheReadOfAnyFile(t *testing.T) {
	const nothing, unchecked = "Interrupted, so nothing was changed.\n", "Interrupted before this link was checked.\n"
	const token = "token: '${AUTHENTIK_TOKEN}'"
	for name, test := range map[string]struct{ args, authentik, pocketbase, says string }{
		"the CA file of authentik":    {"plan", token + ", ca_file: PIPE", token, nothing},
		"the CA file of PocketBase":   {"plan", token, token + ", ca_file: PIPE", nothing},
		"the CA file of a check":      {"verify", token + ", ca_file: PIPE", token, unchecked},
		"the CA file of all":          {"--ca-file PIPE plan", token, token, nothing},
		"the CA file of the wizard":   {"--ca-file PIPE serve --listen :0 --state STATE", token, token, nothing},
		"the token of authentik":      {"plan", "token_file: PIPE", token, nothing},
		"the token of PocketBase":     {"plan", token, "token_file: PIPE", nothing},
		"the password of PocketBase":  {"plan", token, "email: a@b.example, password_file: PIPE", nothing},
		"the password of a person":    {"verify --sign-in ada --password-file PIPE", token, token, nothing},
		"the TOTP secret of a person": {"apply --yes --sign-in ada --totp-secret-file PIPE", token, token, nothing},
		"a recovery code":             {"verify --sign-in ada --recovery-code-file PIPE", token, token, nothing},
		"a saved plan":                {"apply PIPE", token, token, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			named := pipe(t, "authentik")
			if strings.Contains(test.pocketbase, "PIPE") {
				named = pipe(t, "pocketbase")
			}
			in := strings.NewReplacer("PIPE", named, "STATE", dir)
			args, file := in.Replace(test.args), filepath.Join(dir, "link.yaml")
			text := in.Replace("authentik: {url: 'https://127.0.0.1:1', " + test.authentik +
				"}\npocketbase: {url: 'https://127.0.0.1:1', " + test.pocketbase + "}\nemail: leave\n")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(args, "serve") {
				args += " -f " + file
			}
			cmd := authpocket(t, strings.Fields(args)...)
			cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN=a.b.c")
			interruptedOnce(t, cmd, test.says, func() { opened(t, named) })
		})
	}
}

// opened returns when the program has opened a pipe to read it, and keeps the pipe open until the test ends.
func opened(t *testing.T, path string) {
	t.Helper()
	polled(t, "the program does not open it", func() bool {
		w, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0)
		if err == nil {
			t.Cleanup(func() { _ = w.Close() })
		} else if !errors.Is(err, unix.ENXIO) { // nobody reads
			t.Fatal(err)
		}
		return err == nil
	})
}

// waiting returns when that many bytes wait in a pipe.
func waiting(t *testing.T, in *os.File, want int) {
	t.Helper()
	polled(t, "the program does not read or write", func() bool {
		n, err := unix.IoctlGetInt(int(in.Fd()), unix.TIOCINQ)
		if err != nil {
			t.Fatal(err)
		}
		return n == want
	})
}

// polled asks the kernel for ten seconds whether the program is in a state, of which it tells nobody.
func polled(t *testing.T, otherwise string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(otherwise)
}

// TestASignalWhileAServerIsSilentBlamesNoServer: nothing is wrong with the addresses.
func TestASignalWhileAServerIsSilentBlamesNoServer(t *testing.T) {
	for command, says := range map[string]string{"plan": "Interrupted, so nothing was changed.\n",
		"verify": "Interrupted before this link was checked.\n"} {
		t.Run(command, func(t *testing.T) {
			called := make(chan struct{}, 100)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				called <- struct{}{}
				<-r.Context().Done()
			}))
			defer server.Close()
			file := filepath.Join(t.TempDir(), "link.yaml")
			text := "authentik: {url: '" + server.URL + "', token: '${AUTHENTIK_TOKEN}'}\n" +
				"pocketbase: {url: '" + server.URL + "', token: '${POCKETBASE_TOKEN}'}\nemail: leave\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := authpocket(t, command, "-f", file)
			cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN=x", "POCKETBASE_TOKEN=a.b.c")
			interruptedOnce(t, cmd, says, func() { <-called })
		})
	}
}

// TestASecondSignalEndsTheProgramAtOnce: the first one finds it where nothing can be woken, in the write of a result
// to a pipe that is full.
func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	full, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = full.Close(), w.Close() }()
	size, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	cmd := authpocket(t, "schema")
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waiting(t, full, size)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	deadline := time.After(10 * time.Second)
	for {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			<-ended
			break
		}
		select {
		case <-ended:
		case <-time.After(50 * time.Millisecond):
			continue
		case <-deadline:
			t.Error("it does not end")
			_ = cmd.Process.Kill()
			<-ended
		}
		break
	}
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signal() != syscall.SIGTERM {
		t.Errorf("it ends with %v", cmd.ProcessState)
	}
}
