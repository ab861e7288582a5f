package servers

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Program is a PocketBase that runs as a separate process, with one superuser.
type Program struct {
	URL string
	// Dir is its data directory.
	Dir  string
	stop func()
}

// The superuser of every Program.
const (
	Email    = "admin@example.com"
	Password = "correct-horse-battery"
)

// Run creates a superuser, starts the program and waits until it answers. It stops it when the test ends.
func Run(t *testing.T, binary string) Program {
	t.Helper()
	return RunIn(t, binary, t.TempDir())
}

// RunIn is Run with that data directory. The hooks in pb_hooks beside it run too.
func RunIn(t *testing.T, binary, dir string) Program {
	t.Helper()
	upsert(t, binary, dir)
	return start(t, binary, dir, freeAddress(t))
}

// Again stops the program and starts the binary at its address and on its data, with these variables beside those of
// the test.
func (p Program) Again(t *testing.T, binary string, env ...string) Program {
	t.Helper()
	p.stop()
	return start(t, binary, p.Dir, strings.TrimPrefix(p.URL, "http://"), env...)
}

// Fresh stops the program, removes its data and starts it again at its address, with one superuser and these variables
// beside those of the test. What is beside its data stays.
func (p Program) Fresh(t *testing.T, binary string, env ...string) Program {
	t.Helper()
	p.stop()
	if err := os.RemoveAll(p.Dir); err != nil {
		t.Fatal(err)
	}
	upsert(t, binary, p.Dir, env...)
	return start(t, binary, p.Dir, strings.TrimPrefix(p.URL, "http://"), env...)
}

// upsert makes the superuser.
func upsert(t *testing.T, binary, dir string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "superuser", "upsert", Email, Password, "--dir", dir)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("making the superuser: %v: %s", err, out)
	}
}

func start(t *testing.T, binary, dir, addr string, env ...string) Program {
	t.Helper()
	var output bytes.Buffer
	serve := exec.Command(binary, "serve", "--http", addr, "--dir", dir)
	serve.Stdout, serve.Stderr, serve.Env = &output, &output, append(os.Environ(), env...)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	stopped := false
	p := Program{URL: "http://" + addr, Dir: dir, stop: func() {
		if !stopped {
			stopped = true
			_ = serve.Process.Signal(syscall.SIGTERM)
			<-ended
		}
	}}
	t.Cleanup(p.stop)
	if !answers(t.Context(), p.URL) {
		p.stop()
		t.Fatalf("PocketBase does not answer: %s", output.String())
	}
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// answers asks until the server answers, for up to 20 s.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/health", nil)
		if err != nil {
			return false
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			return res.StatusCode == http.StatusOK
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}
