package pocketbase

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"authpocket/test/draw"
)

// requireMatrix names the environment variable that, set to 1, makes a server that cannot be built a failure.
const requireMatrix = "AUTHPOCKET_REQUIRE_MATRIX"

// serverBinary returns the PocketBase program of a version, built from its nested module. It is kept in the user's
// cache directory between runs.
func serverBinary(t *testing.T, version, toolchain string) string {
	t.Helper()
	if testing.Short() && os.Getenv(requireMatrix) != "1" {
		draw.Report(t, "PocketBase %s is NOT TESTED: -short", version)
		t.SkipNow()
	}
	source := filepath.Join("testdata", "servers", version)
	binary, err := cachedBinary(source, version, toolchain)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); err == nil {
		return binary
	}
	if err := buildServer(t, source, binary, toolchain); err != nil {
		if os.Getenv(requireMatrix) == "1" {
			t.Fatalf("PocketBase %s cannot be built: %v", version, err)
		}
		draw.Report(t, "PocketBase %s is NOT TESTED: it cannot be built: %v", version, err)
		t.SkipNow()
	}
	return binary
}

// cachedBinary returns where the program is cached, by version, toolchain and source.
func cachedBinary(source, version, toolchain string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache directory: %w", err)
	}
	sum := sha256.New()
	for _, name := range []string{"main.go", "go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", fmt.Errorf("reading the server's source: %w", err)
		}
		_, _ = sum.Write(content)
	}
	if toolchain == "local" {
		toolchain = runtime.Version()
	}
	key := fmt.Sprintf("%s-%s-%x", version, toolchain, sum.Sum(nil)[:6])
	return filepath.Join(cache, "authpocket", "servers", key, "pocketbase"), nil
}

// buildServer compiles the program, one package at a time, and moves it into place atomically.
func buildServer(t *testing.T, source, binary, toolchain string) error {
	t.Helper()
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-time.Minute))
		defer cancel()
	}
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return err
	}
	fresh := filepath.Join(t.TempDir(), "pocketbase")
	build := exec.CommandContext(ctx, "go", "build", "-p", "1", "-o", fresh, ".")
	build.Dir = source
	build.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain, "GOWORK=off", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		said := strings.TrimSpace(string(out))
		if len(said) > 500 {
			said = said[:500]
		}
		return fmt.Errorf("building %s with GOTOOLCHAIN=%s: %w: %s", source, toolchain, err, said)
	}
	return moveFile(fresh, binary)
}

// moveFile copies to the directory of to and renames there, because the two may be on different file systems.
func moveFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(to), "part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }()
	if _, err := part.Write(content); err != nil {
		return err
	}
	if err := part.Chmod(0o755); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	return os.Rename(part.Name(), to)
}
