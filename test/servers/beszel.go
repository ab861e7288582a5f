package servers

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	beszel        = "beszel-v0.18.7"
	beszelModule  = "github.com/henrygd/beszel"
	beszelPackage = "./internal/cmd/hub"
)

// BuildBeszel returns Beszel's hub, which is a PocketBase with more commands and collections. It is built from the
// module that the nested one pins, with a placeholder for its web pages, which the module lacks. It is kept like those
// of Build.
func BuildBeszel(t *testing.T) string {
	t.Helper()
	return build(t, Version{beszel, "local"}, func(ctx context.Context, source string) (string, string, error) {
		copied := filepath.Join(t.TempDir(), "hub")
		return copied, beszelPackage, copyModule(ctx, source, beszelModule, copied)
	})
}

// copyModule copies a module that the nested module in source requires, because its own source cannot be written to.
func copyModule(ctx context.Context, source, module, to string) error {
	download := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	download.Dir = source
	download.Env = append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := download.Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil || err != nil {
		return fmt.Errorf("downloading %s: %w, %w, %s", module, err, jsonErr, answer.Error)
	}
	if err := os.CopyFS(to, os.DirFS(answer.Dir)); err != nil {
		return fmt.Errorf("copying %s: %w", module, err)
	}
	dist := filepath.Join(to, "internal", "site", "dist")
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "index.html"), []byte("<title>Beszel</title>\n"), 0o644)
}
