package command

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
)

// TestAShellWaitsThreeSecondsAtMost: authentik takes connections and does not
// answer.
func TestAShellWaitsThreeSecondsAtMost(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	address := "http://" + silent.Addr().String()
	t.Setenv("AUTHENTIK_TOKEN", "x")
	t.Setenv("POCKETBASE_TOKEN", "x")
	file := filepath.Join(t.TempDir(), "link.yaml")
	text := "authentik: {url: '" + address + "', token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: '" + address +
		"', token: '${POCKETBASE_TOKEN}'}\nemail: leave\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	begun := time.Now()
	std := terminal.Streams{Out: &out, Err: &errs}
	code := run(t.Context(), []string{"__complete", "verify", "-f", file, "--person", "a"}, std)
	took := time.Since(begun)
	if code != output.ExitOK || out.String() != ":36\n" || took < time.Second || took > 10*time.Second {
		t.Errorf("after %s it ends with %d and prints %q and %q", took, code, out.String(), errs.String())
	}
}
