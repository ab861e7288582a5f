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
