package pocketbase

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/pocketbase/pbtest"
)

// program is a PocketBase that runs as a separate process.
type program struct {
	url, dir string
	stop     func()
}

const (
	programEmail    = "admin@example.com"
	programPassword = "correct-horse-battery"
)

// run creates a superuser, starts the program and waits until it answers.
func run(t *testing.T, binary string) program {
	t.Helper()
	dir := t.TempDir()
	upsert := exec.CommandContext(t.Context(), binary, "superuser", "upsert", programEmail, programPassword, "--dir",
		dir)
	if out, err := upsert.CombinedOutput(); err != nil {
		t.Fatalf("making the superuser: %v: %s", err, out)
	}
	addr := freeAddress(t)
	var output bytes.Buffer
	serve := exec.Command(binary, "serve", "--http", addr, "--dir", dir)
	serve.Stdout, serve.Stderr = &output, &output
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	stopped := false
	p := program{url: "http://" + addr, dir: dir, stop: func() {
		if !stopped {
			stopped = true
			_ = serve.Process.Signal(syscall.SIGTERM)
			<-ended
		}
	}}
	t.Cleanup(p.stop)
	if !answers(t.Context(), p.url) {
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

// stored returns the providers of the users collection from the data file.
func (p program) stored(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join(p.dir, "data.db")
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	// PocketBase's core package registers this driver.
	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var options string
	if err := db.QueryRowContext(t.Context(), "SELECT options FROM _collections WHERE name = 'users'").Scan(
		&options); err != nil {
		t.Fatal(err)
	}
	return pbtest.ProvidersIn(t, options)
}
