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

	"authpocket/internal/command/terminal"
	"authpocket/internal/journal"
	"authpocket/sandbox"
	"authpocket/test/draw"
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
	state := t.TempDir()
	t.Setenv("AUTHPOCKET_STATE", state)
	t.Setenv("AUTHPOCKET_SIGNIN_PASSWORD", box.Person.Password)
	if said, _ := s.run(t, never, "apply", "-f", two, "--yes"); !strings.Contains(said, "2 links: 2 applied.") {
		t.Fatal(said)
	}
	blames := []string{"gave no answer", "the call was cancelled", "canceled", "Check the address"}
	for _, args := range [][]string{
		{"plan", "-f", one}, {"plan", "-f", two}, {"verify", "-f", one, "--quick"}, {"verify", "-f", two, "--quick"},
		{"verify", "-f", one, "--quick", "--sign-in", box.Person.Username},
		{"verify", "-f", one, "--quick", "--sign-in-new", "--yes"}, {"check-people", "-f", one},
		{"import", "--authentik", a, "--pocketbase", p, "--slug", "blog", "-o", "-"}, {"export", "-f", one, "curl"},
		{"apply", "-f", one, "--yes", "--rewrite-secret"}, {"apply", "-f", two, "--yes", "--rewrite-secret"},
		{"rotate", "-f", one, "--yes"}, {"undo", "-f", one, "--yes", "--force"},
	} {
		name := strings.NewReplacer(dir+"/", "", a, "A", p, "B").Replace(strings.Join(args, " "))
		t.Run(name, func(t *testing.T) {
			_, requests := s.run(t, never, args...)
			for _, i := range draw.Every(t, "requests of "+name+" with a signal", requests, 6) {
				said, _ := s.run(t, i+1, args...)
				for _, blame := range blames {
					if strings.Contains(said, blame) {
						t.Fatalf("with request %d of %d, %q says %q:\n%s", i+1, requests, args, blame, said)
					}
				}
				if left := unwritten(t, state); left != "" {
					t.Fatalf("with request %d of %d, %q leaves the receipt %s of nothing:\n%s", i+1, requests, args,
						left, said)
				}
			}
		})
	}
}

// never is more than the requests of any command.
const never = 1 << 30

// run runs a command with a signal at the n-th request, and returns how many there were.
func (s *signalled) run(t *testing.T, n int, args ...string) (said string, requests int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.signal.Store(cancel)
	s.left.Store(int64(n))
	var out strings.Builder
	run(ctx, args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String(), n - int(s.left.Load())
}

// unwritten returns the ID of an unfinished receipt that has nothing written, if there is one.
func unwritten(t *testing.T, state string) string {
	t.Helper()
	store, err := journal.OpenToRead(state)
	if err != nil {
		t.Fatal(err)
	}
	open, _, err := store.Interrupted()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range open {
		if !one.Wrote() {
			return one.ID
		}
	}
	return ""
}
