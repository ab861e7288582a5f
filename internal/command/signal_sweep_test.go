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
	"time"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/sandbox"
)

// signalled is in front of both systems, and sends a signal with one of the requests.
type signalled struct {
	left   atomic.Int64 // requests until the signal
	signal atomic.Value // of context.CancelFunc
}

func (s *signalled) before(t *testing.T, address string) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(target)
	behind.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.left.Add(-1) == 0 {
			s.signal.Load().(context.CancelFunc)()
			select {
			case <-r.Context().Done():
			case <-time.After(50 * time.Millisecond): // of a request that a signal does not end
			}
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

// TestASignalBlamesNoServer: it comes with each of the requests of a command.
func TestASignalBlamesNoServer(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	var s signalled
	a, p := s.before(t, box.AuthentikURL), s.before(t, box.PocketBaseURL)
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.yaml"), filepath.Join(dir, "two.yaml")
	keys := "authentik: {url: " + a + ", token: '${AUTHENTIK_TOKEN}'}, pocketbase: {url: " + p +
		", token: '${POCKETBASE_TOKEN}'}, email: trust-all"
	for file, text := range map[string]string{one: "{" + keys + "}\n", two: "defaults: {" + keys +
		"}\nlinks: [{name: shop}, {name: blog, application: {slug: blog, name: Blog}}]\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AUTHENTIK_TOKEN", box.AuthentikToken)
	t.Setenv("POCKETBASE_TOKEN", box.PocketBaseToken)
	t.Setenv("AUTHPOCKET_STATE", t.TempDir())
	run := func(n int64, args ...string) (code output.Exit, said string, whole bool) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s.signal.Store(cancel)
		s.left.Store(n)
		var out strings.Builder
		code = run(ctx, args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
		return code, out.String(), s.left.Load() > 0
	}
	if code, said, _ := run(1<<40, "apply", "-f", two, "--yes"); code != output.ExitOK {
		t.Fatal(said)
	}
	for name, args := range map[string][]string{
		"plan": {"plan", "-f", one}, "plans": {"plan", "-f", two}, "verify": {"verify", "-f", one, "--quick"},
		"verify of two": {"verify", "-f", two, "--quick"}, "people": {"check-people", "-f", one},
		"import": {"import", "--authentik", a, "--pocketbase", p, "--slug", "blog", "-o", "-"},
		"export": {"export", "-f", one, "curl"}, "apply": {"apply", "-f", one, "--yes", "--rewrite-secret"},
		"apply of two": {"apply", "-f", two, "--yes", "--rewrite-secret"}, "undo": {"undo", "-f", one, "--yes", "--force"},
	} {
		t.Run(name, func(t *testing.T) {
			for n := int64(1); ; n++ {
				code, said, whole := run(n, args...)
				for _, blame := range []string{"gave no answer", "the call was cancelled", "canceled", "Check the address"} {
					if strings.Contains(said, blame) {
						t.Fatalf("after %d requests %q ends with %d and says %q:\n%s", n, args, code, blame, said)
					}
				}
				if whole {
					t.Logf("%d requests", n)
					return
				}
			}
		})
	}
}
