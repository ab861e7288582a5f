package command

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/sandbox"
	"authpocket/test/testkey"
)

// watching runs verify --watch in front of a sandbox, and away makes its authentik unreachable.
func watching(t *testing.T, args ...string) (box *sandbox.Sandbox, away *atomic.Bool, lines *bufio.Scanner,
	stop func() output.Exit) {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	away = &atomic.Bool{}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		box.Authentik().ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	file := filepath.Join(t.TempDir(), "link.yaml")
	text := "authentik: {url: " + front.URL + ", token: '${AUTHENTIK_TOKEN}'}\npocketbase: {url: " + box.PocketBaseURL +
		", token: '${POCKETBASE_TOKEN}'}\nemail: trust-all\napplication: {slug: shop}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AUTHENTIK_TOKEN", box.AuthentikToken)
	t.Setenv("POCKETBASE_TOKEN", box.PocketBaseToken)
	t.Setenv("AUTHPOCKET_STATE", t.TempDir())
	var said strings.Builder
	std := terminal.Streams{In: strings.NewReader(""), Out: &said, Err: &said}
	if code := run(t.Context(), []string{"apply", "-f", file, "--yes"}, std); code != output.ExitOK {
		t.Fatalf("apply ends with %d: %s", code, said.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	ended := make(chan output.Exit, 1)
	go func() {
		ended <- run(ctx, append([]string{"verify", "-f", file, "--quick", "--watch", "1s"}, args...),
			terminal.Streams{In: strings.NewReader(""), Out: out, Err: io.Discard})
		_ = out.Close()
	}()
	stop = func() output.Exit {
		cancel()
		_, _ = io.Copy(io.Discard, in) // what it may be printing
		return <-ended
	}
	t.Cleanup(cancel)
	return box, away, bufio.NewScanner(in), stop
}

// until returns the next line with the text.
func until(t *testing.T, lines *bufio.Scanner, text string) string {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return lines.Text()
		}
	}
	t.Fatalf("it ends without %q", text)
	return ""
}

func TestWatchingPrintsChangesAlone(t *testing.T) {
	_, away, lines, stop := watching(t)
	first := until(t, lines, "stands in the way")
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ Nothing`).MatchString(first) {
		t.Errorf("the first headline is %q", first)
	}
	away.Store(true)
	if !lines.Scan() || !strings.Contains(lines.Text(), " error   ") {
		t.Errorf("after authentik went away, it says %q", lines.Text())
	}
	away.Store(false)
	if !lines.Scan() || lines.Text()[19:] != first[19:] {
		t.Errorf("after authentik came back, it says %q", lines.Text())
	}
	if code := stop(); code != output.ExitOK {
		t.Errorf("a signal ends it with %d", code)
	}
}

func TestWatchingPrintsOneDocumentPerLine(t *testing.T) {
	box, _, lines, stop := watching(t, "--json", "--until", "fail")
	var headlines []string
	for lines.Scan() {
		var got struct {
			Time     string
			Headline string
			Checks   []struct{ ID, Status string }
		}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil || got.Time == "" || len(got.Checks) == 0 {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		if headlines = append(headlines, got.Headline); len(headlines) == 1 {
			users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
			if err != nil {
				t.Fatal(err)
			}
			users.OAuth2.Enabled = false
			if err := box.PocketBase().App().Save(users); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(headlines) != 2 || !strings.Contains(headlines[1], "failed") {
		t.Errorf("the headlines are %q", headlines)
	}
	if code := stop(); code != output.ExitFailed {
		t.Errorf("a failure ends it with %d", code)
	}
}
