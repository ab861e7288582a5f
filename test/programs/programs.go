// Package programs builds the two programs for tests. scripts/test.sh builds them once for all packages and names their
// directory in AUTHPOCKET_PROGRAMS.
package programs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Build returns a program, authpocket or authpocket-demo.
func Build(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("AUTHPOCKET_PROGRAMS"); dir != "" {
		return filepath.Join(dir, name)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := BuildAt(t.Context(), name, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// BuildAt builds a program as a file.
func BuildAt(ctx context.Context, name, path string) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", path, // #nosec G204 -- ours
		"authpocket/cmd/"+name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return nil
}
