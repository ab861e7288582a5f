package command

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/sandbox"
)

// TestAVerifyWithoutAnAnswerHasNotPassed: PocketBase goes away between connecting and the checks.
func TestAVerifyWithoutAnAnswerHasNotPassed(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	target, err := url.Parse(box.PocketBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	behind := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() && strings.HasSuffix(r.URL.Path, "/auth-methods") {
			panic(http.ErrAbortHandler)
		}
		behind.ServeHTTP(w, r)
	}))
	defer front.Close()
	dir := t.TempDir()
	file, metrics := filepath.Join(dir, "link.yaml"), filepath.Join(dir, "link.prom")
	text := "authentik: {url: " + box.AuthentikURL + ", token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: " + front.URL +
		", token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AUTHENTIK_TOKEN", box.AuthentikToken)
	t.Setenv("POCKETBASE_TOKEN", box.PocketBaseToken)
	t.Setenv("AUTHPOCKET_STATE", t.TempDir())
	do := func(args ...string) (output.Exit, string) {
		var said strings.Builder
		args = append(args, "-f", file)
		code := run(t.Context(), args, terminal.Streams{In: strings.NewReader(""), Out: &said, Err: &said})
		return code, said.String()
	}
	if code, said := do("apply", "--yes"); code != output.ExitOK {
		t.Fatalf("apply ends with %d: %s", code, said)
	}
	away.Store(true)
	const open = "PocketBase did not answer all checks, so it is not known whether people can sign in."
	for _, format := range []string{"text", "json", "junit"} {
		code, said := do("verify", "--quick", "--format", format, "--metrics", metrics)
		if code != output.ExitError || !strings.Contains(said, open) || strings.Contains(said, "stands in the way") ||
			!strings.Contains(said, "Check that PocketBase is running and can be reached from here") {
			t.Errorf("%s ends with %d: %s", format, code, said)
		}
		if format == "junit" && !strings.Contains(said, ` errors="1"`) {
			t.Errorf("the report counts no error: %s", said)
		}
	}
	written, err := os.ReadFile(metrics)
	if err != nil || !strings.Contains(string(written), "authpocket_verify_success{link=\"pocketbase\"} 0\n") {
		t.Errorf("%v: the metrics are\n%s", err, written)
	}
}
