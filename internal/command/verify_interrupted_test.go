package command

import (
	"context"
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

// TestAnInterruptedVerifyHasNotPassed: a signal comes while PocketBase's log is read, after all other checks have
// passed. What tries the client secret is not measured, so nothing says that the link works.
func TestAnInterruptedVerifyHasNotPassed(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	target, err := url.Parse(box.PocketBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	var signal atomic.Value // of context.CancelFunc
	signal.Store(context.CancelFunc(func() {}))
	behind := httputil.NewSingleHostReverseProxy(target)
	behind.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/logs") {
			signal.Load().(context.CancelFunc)()
		}
		behind.ServeHTTP(w, r)
	}))
	defer front.Close()
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.yaml"), filepath.Join(dir, "two.yaml")
	text := "authentik: {url: " + box.AuthentikURL + ", token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: " + front.URL +
		", token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\n"
	several := "defaults: {" + strings.NewReplacer("\n", ", ").Replace(strings.TrimSpace(text)) + "}\nlinks:\n" +
		"  - {name: shop}\n  - {name: blog, application: {slug: blog}, provider: {name: blog}, existing: new}\n"
	for file, text := range map[string]string{one: text, two: several} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AUTHENTIK_TOKEN", box.AuthentikToken)
	t.Setenv("POCKETBASE_TOKEN", box.PocketBaseToken)
	t.Setenv("AUTHPOCKET_STATE", t.TempDir())
	metrics := filepath.Join(dir, "link.prom")
	verify := func(ctx context.Context, args ...string) (output.Exit, string) {
		var said strings.Builder
		code := run(ctx, args, terminal.Streams{In: strings.NewReader(""), Out: &said, Err: &said})
		return code, said.String()
	}
	if code, said := verify(t.Context(), "apply", "-f", two, "--yes"); code != output.ExitOK {
		t.Fatalf("apply ends with %d: %s", code, said)
	}
	if err := os.WriteFile(metrics, []byte("of the last time\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-f", one, "--json"}, {"-f", two, "--format", "junit", "--parallel", "1"}} {
		ctx, cancel := context.WithCancel(t.Context())
		signal.Store(cancel)
		code, said := verify(ctx, append([]string{"verify", "--metrics", metrics}, args...)...)
		cancel()
		if code != output.ExitError || !strings.Contains(said, "Interrupted, so not everything was checked.") {
			t.Errorf("%q ends with %d: %s", args, code, said)
		}
		const rest = `<testsuite name="blog: verify" tests="1" failures="0" errors="1"`
		if junit := len(args) > 3; strings.Contains(said, rest) != junit || strings.Contains(said,
			`<error message="Interrupted before this link was checked.">`) != junit {
			t.Errorf("%q says of the link that was not started: %s", args, said)
		}
		if kept, err := os.ReadFile(metrics); err != nil || string(kept) != "of the last time\n" {
			t.Errorf("%q leaves metrics %s, %v", args, kept, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	signal.Store(cancel)
	if code, said := verify(ctx, "rotate", "-f", two, "--only", "shop", "--yes"); code != output.ExitError ||
		!strings.Contains(said, "Interrupted, so it is not known whether authentik accepts") {
		t.Errorf("rotate ends with %d: %s", code, said)
	}
}

// TestAFileThatCannotBeReadIsInTheReport: it is no report without problems, and the series of the last time stay, so
// that an alert tells that they are old.
func TestAFileThatCannotBeReadIsInTheReport(t *testing.T) {
	dir := t.TempDir()
	file, metrics := filepath.Join(dir, "link.yaml"), filepath.Join(dir, "link.prom")
	for path, text := range map[string]string{file: "emil: leave\nauthentic: {}\n", metrics: "of the last time\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, more := range [][]string{nil, {"--sign-in-new", "--yes"}} {
		var out, errs strings.Builder
		args := append([]string{"verify", "-f", file, "--format", "junit", "--metrics", metrics}, more...)
		code := run(t.Context(), args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
		if code != output.ExitError || !strings.Contains(out.String(), `errors="2"`) ||
			!strings.Contains(out.String(), `message="`+file+`:1:1: there is no key emil`) {
			t.Errorf("it ends with %d: %s%s", code, out.String(), errs.String())
		}
		if kept, err := os.ReadFile(metrics); err != nil || string(kept) != "of the last time\n" {
			t.Errorf("it leaves metrics %s, %v", kept, err)
		}
	}
}
