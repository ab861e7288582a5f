package authpocket_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheLinkerDropsUnusedMethods: where a reachable function looks up methods
// by name, the linker keeps those of all types, and the program is 2 MB larger.
func TestTheLinkerDropsUnusedMethods(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-dumpdep",
		"-o", filepath.Join(t.TempDir(), "authpocket"), "./cmd/authpocket").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "main.main -> ") {
		t.Fatalf("the build ends with %v: %.2000s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "<ReflectMethod>") {
			t.Errorf("this looks up methods by name: %s", line)
		}
		if strings.Contains(line, "cobra/doc.") {
			t.Fatalf("the generator of the documentation is linked: %s", line)
		}
	}
}
