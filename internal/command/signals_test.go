//go:build linux

package command

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/command/output"

	"golang.org/x/sys/unix"
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
			var said strings.Builder
			cmd.Stdin, cmd.Stderr = test.stdin, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := test.w.WriteString("email: leave\n"); err != nil {
				t.Fatal(err)
			}
			drained(t, test.stdin)
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != int(output.ExitError) ||
				said.String() != "Interrupted, so nothing was changed.\n" {
				t.Errorf("it ends with %v: %s", err, said.String())
			}
		})
	}
}

// drained returns when the program has read what was written.
func drained(t *testing.T, from *os.File) {
	t.Helper()
	for range 1000 {
		if n, err := unix.IoctlGetInt(int(from.Fd()), unix.TIOCINQ); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the program does not read")
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
			var said strings.Builder
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-called
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != int(output.ExitError) ||
				said.String() != says {
				t.Errorf("it ends with %v: %s", err, said.String())
			}
		})
	}
}

// TestASecondSignalEndsTheProgramAtOnce: the first one finds it where nothing
// can be woken, in the read of a CA file that is a pipe.
func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	file, ca := filepath.Join(t.TempDir(), "link.yaml"), pipe(t, "ca.pem")
	text := "authentik: {url: https://a.example, token: '${AUTHENTIK_TOKEN}', ca_file: " + ca +
		"}\npocketbase: {url: 'https://127.0.0.1:1', token: '${POCKETBASE_TOKEN}'}\nemail: leave\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := authpocket(t, "plan", "-f", file)
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN=x", "POCKETBASE_TOKEN=x")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(ca, os.O_WRONLY, 0) // returns when the program has opened it
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
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

func TestACAFileWithoutAnEndIsRefused(t *testing.T) {
	if _, err := readPEM("/dev/zero"); err == nil || !strings.Contains(err.Error(), "larger than 4 MB") {
		t.Errorf("the error is %v", err)
	}
}
