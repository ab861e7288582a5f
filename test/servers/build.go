// Package servers builds PocketBase servers of several versions and runs them as processes, for tests.
package servers

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

	"github.com/rogpeppe/go-internal/lockedfile"

	"authpocket/test/draw"
)

// requireMatrix names the environment variable that, set to 1, makes a server that cannot be built a failure.
const requireMatrix = "AUTHPOCKET_REQUIRE_MATRIX"

// Version is a version of PocketBase with a nested module in testdata.
type Version struct{ Name, Toolchain string }

// Choose returns the oldest version, the newest, the one that merges nothing, and one of those between; in a full run,
// all of those between.
func Choose(t *testing.T) []Version {
	t.Helper()
	chosen := []Version{{"v0.23.0", "local"}, {"v0.40.0", "go1.27.0"}, {"v0.40.4", "go1.27.0"}}
	between := []Version{{"v0.28.2", "local"}, {"v0.36.7", "local"}, {"v0.36.8", "local"}}
	all := len(chosen) + len(between)
	if !draw.All() {
		between = between[draw.Rand(t).IntN(len(between)):][:1]
	}
	chosen = append(chosen, between...)
	draw.Report(t, "version matrix: %d of %d, %v", len(chosen), all, chosen)
	return chosen
}

// Build returns the PocketBase program of a version, built from its nested module. It is kept in the user's cache
// directory between runs.
func Build(t *testing.T, v Version) string {
	t.Helper()
	return build(t, v, func(_ context.Context, source string) (string, string, error) { return source, ".", nil })
}

// build returns the program of a nested module. place returns the directory to build it in, and the package.
func build(t *testing.T, v Version, place func(ctx context.Context, source string) (string, string, error)) string {
	t.Helper()
	version, toolchain := v.Name, v.Toolchain
	if testing.Short() && os.Getenv(requireMatrix) != "1" {
		draw.Report(t, "%s is NOT TESTED: -short", named(version))
		t.SkipNow()
	}
	source, err := sourceOf(version)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := cachedBinary(source, version, toolchain)
	if err != nil {
		t.Fatal(err)
	}
	if err := buildOnce(t, source, binary, toolchain, place); err != nil {
		if os.Getenv(requireMatrix) == "1" {
			t.Fatalf("%s cannot be built: %v", named(version), err)
		}
		draw.Report(t, "%s is NOT TESTED: it cannot be built: %v", named(version), err)
		t.SkipNow()
	}
	return binary
}

// named returns the name of a version, which is one of PocketBase unless it names another program.
func named(version string) string {
	if strings.HasPrefix(version, "v") {
		return "PocketBase " + version
	}
	return version
}

// sourceOf returns the directory of the version's module. Tests run in the directory of their own package.
func sourceOf(version string) (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the servers' sources: %w", err)
	}
	for {
		source := filepath.Join(root, "test", "servers", "testdata", version)
		if _, err := os.Stat(source); err == nil {
			return source, nil
		}
		if filepath.Dir(root) == root {
			return "", fmt.Errorf("there is no source of PocketBase %s", version)
		}
		root = filepath.Dir(root)
	}
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

// buildOnce builds the program unless it is there. One is built at a time on this machine: the packages of a test run
// want the same ones at once, and those of different versions share most of what they are compiled from.
func buildOnce(t *testing.T, source, binary, toolchain string,
	place func(context.Context, string) (string, string, error)) error {
	t.Helper()
	there := func() bool { _, err := os.Stat(binary); return err == nil }
	if there() {
		return nil
	}
	servers := filepath.Dir(filepath.Dir(binary))
	if err := os.MkdirAll(servers, 0o755); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(servers, "lock")).Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if there() {
		return nil
	}
	return buildServer(t, source, binary, toolchain, place)
}

// buildServer compiles the program and moves it into place atomically.
func buildServer(t *testing.T, source, binary, toolchain string,
	place func(context.Context, string) (string, string, error)) error {
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
	dir, pkg, err := place(ctx, source)
	if err != nil {
		return err
	}
	fresh := filepath.Join(t.TempDir(), "pocketbase")
	build := exec.CommandContext(ctx, "go", "build", "-p", "2", "-o", fresh, pkg)
	build.Dir = dir
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
