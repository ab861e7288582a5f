//go:build linux

package command

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"authpocket/sandbox"
	"authpocket/test/testkey"
)

func TestServePrintsItsAddressAndStopsOnSIGTERM(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "Ctrl-C": syscall.SIGINT} {
		for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"--listen", "127.0.0.1:0"}} {
			t.Run(name+" of "+strings.Join(args, " "), func(t *testing.T) {
				cmd := authpocket(t, args...)
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				var stderr strings.Builder
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				line, err := bufio.NewReader(out).ReadString('\n')
				if err != nil {
					t.Fatalf("%v: %s", err, stderr.String())
				}
				address, found := strings.CutPrefix(strings.TrimSpace(line), "authpocket is ready: ")
				if !found || !strings.HasPrefix(address, "http://127.0.0.1:") {
					t.Fatalf("it prints %q", line)
				}
				res, err := http.Get(address)
				if err != nil {
					t.Fatal(err)
				}
				page, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusForbidden ||
					!strings.Contains(string(page), "setup code") {
					t.Errorf("it answers %d, %v: %.200s", res.StatusCode, err, page)
				}
				var core unix.Rlimit
				if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_CORE, nil, &core); err != nil || core.Max != 0 {
					t.Errorf("it may dump %d bytes of its memory, %v", core.Max, err)
				}
				begun := time.Now()
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err != nil || time.Since(begun) > 10*time.Second {
					t.Errorf("after %s it ends with %v: %s", time.Since(begun), err, stderr.String())
				}
			})
		}
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
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close() // it stays open, as a terminal does
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(stderr)
	if _, err := said.ReadString(']'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(said)
	if ended := cmd.Wait(); err != nil || ended == nil || !strings.Contains(string(rest), "Nothing was changed") {
		t.Errorf("it ends with %v, %v: %s", ended, err, rest)
	}
	if n := len(box.Authentik().Snapshot().Applications); n != 0 {
		t.Errorf("there are %d applications", n)
	}
}

func TestTheAddressMayBeTaken(t *testing.T) {
	first := authpocket(t, "serve", "--listen", "127.0.0.1:0")
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.Trim(strings.TrimPrefix(strings.TrimSpace(line), "authpocket is ready: http://"), "/")
	second := authpocket(t, "serve", "--listen", address)
	text, err := second.CombinedOutput()
	if second.ProcessState.ExitCode() != 1 || !strings.Contains(string(text), "cannot listen on "+address) {
		t.Errorf("the second ends with %v: %s", err, text)
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
}

// The image listens on all addresses. It leaves it to whoever starts it to say
// what protects the way, and does not start without.
func TestTheImageWeakensNothing(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var env []string
	for line := range strings.Lines(string(text)) {
		if set, found := strings.CutPrefix(line, "ENV "); found {
			env = append(env, strings.Fields(set)...)
		}
	}
	cmd := authpocket(t)
	cmd.Env = append(append(cmd.Env, env...), "AUTHPOCKET_STATE="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if len(env) == 0 || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "--insecure-http") {
		t.Errorf("with %q it ends with %v: %s", env, err, out)
	}
}
