package command

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/command/output"
	"authpocket/sandbox"
)

// several returns a sandbox, and a function that makes commands on a file with n links, each of its own collection.
func several(t *testing.T, n int) (*sandbox.Sandbox, func(args ...string) *exec.Cmd) {
	t.Helper()
	box := newSandbox(t, sandbox.Config{})
	text := "defaults:\n  authentik: {url: '" + box.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\n" +
		"  pocketbase: {url: '${POCKETBASE_URL}', token: '${POCKETBASE_TOKEN}'}\n  email: leave\nlinks:\n"
	for i := range n {
		c := core.NewAuthCollection(fmt.Sprintf("people%d", i))
		c.CreateRule = new("")
		if err := box.PocketBase().App().Save(c); err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("  - {name: link%d, application: {slug: link%d, name: Link %d}, "+
			"pocketbase: {collection: %s}}\n", i, i, i, c.Name)
	}
	file := filepath.Join(t.TempDir(), "links.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return box, func(args ...string) *exec.Cmd {
		cmd := authpocket(t, append(args, "-f", file)...)
		cmd.Env = append(cmd.Env, "TERM=xterm-256color", "AUTHENTIK_TOKEN="+box.AuthentikToken,
			"POCKETBASE_TOKEN="+box.PocketBaseToken, "POCKETBASE_URL="+box.PocketBaseURL)
		return cmd
	}
}

// Four programs share the links, each with a state directory of its own.
func TestShardsApplyEachLinkOnce(t *testing.T) {
	const links = 12
	box, command := several(t, links)
	var group sync.WaitGroup
	said := make([]string, 4)
	for i := range said {
		group.Go(func() {
			out, err := command("apply", "--yes", "--shard", fmt.Sprintf("%d/%d", i, len(said))).CombinedOutput()
			if said[i] = string(out); err != nil {
				t.Errorf("part %d ends with %v:\n%s", i, err, out)
			}
		})
	}
	group.Wait()
	all := strings.Join(said, "")
	if n := strings.Count(all, "  applied "); n != links {
		t.Errorf("%d links were applied:\n%s", n, all)
	}
	if snap := box.Authentik().Snapshot(); len(snap.Applications) != links || len(snap.Providers) != links {
		t.Errorf("there are %d applications and %d providers", len(snap.Applications), len(snap.Providers))
	}
	if got := offering(t, box); len(got) != links {
		t.Errorf("PocketBase offers the sign-in of %v only", got)
	}
}

// At a terminal, all plans are shown, and one answer is for all.
func TestSeveralLinksAreAskedForOnce(t *testing.T) {
	box, command := several(t, 3)
	shown, err := answered(t, command("apply"))
	if err != nil || strings.Count(shown, "to 3 links?") != 1 || !strings.Contains(shown, "Links done: 2 of 3") {
		t.Errorf("it ends with %v:\n%s", err, shown)
	}
	if !strings.Contains(shown, "\x1b[32m+ authentik: create") || !strings.Contains(shown, "\x1b[32mdone  \x1b[0m ") {
		t.Errorf("it has no colours:\n%s", shown)
	}
	if n := len(box.Authentik().Snapshot().Applications); n != 3 {
		t.Errorf("there are %d applications:\n%s", n, shown)
	}
}

// Each of two links of one collection finds the other's writes, which its plan does not have.
func TestTwoLinksOfOneCollectionAreAskedForOnce(t *testing.T) {
	for _, parallel := range []string{"1", "2"} {
		t.Run(parallel+" at a time", func(t *testing.T) {
			box, _ := several(t, 0)
			links := [][2]string{{"one", box.PocketBaseURL}, {"two", box.PocketBaseURL}}
			shown, err := answered(t, appliedTo(t, box, links, "--parallel", parallel))
			if err != nil || strings.Count(shown, "to 2 links?") != 1 || strings.Contains(shown, "changed since") {
				t.Errorf("it ends with %v:\n%s", err, shown)
			}
			users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
			if err != nil {
				t.Fatal(err)
			}
			if !users.OAuth2.Enabled || len(users.OAuth2.Providers) != 2 {
				t.Errorf("users has %d providers:\n%s", len(users.OAuth2.Providers), shown)
			}
			out, err := appliedTo(t, box, links, "--yes").CombinedOutput()
			if err != nil || strings.Count(string(out), "nothing to change  0") != 2 {
				t.Errorf("applied again, it ends with %v:\n%s", err, out)
			}
		})
	}
}

// answered runs a command at a terminal, where the answer is yes, and returns what is shown.
func answered(t *testing.T, cmd *exec.Cmd) (shown string, err error) {
	t.Helper()
	user, program := openTerminal(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := user.WriteString("y\n"); err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(&screen, user) // ends with an error when the other side is closed
	}()
	err = cmd.Wait()
	_ = program.Close()
	<-copied
	return screen.String(), err
}

// The signal comes while PocketBase is about to answer the last write of the first link.
func TestAfterASignalTheRunningLinkIsFinished(t *testing.T) {
	box, command := several(t, 3)
	target, err := url.Parse(box.PocketBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	cmd := command("apply", "--yes", "--parallel", "1")
	proxy, once, started := httputil.NewSingleHostReverseProxy(target), sync.Once{}, make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			once.Do(func() {
				<-started
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Error(err)
				}
			})
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	cmd.Env = append(cmd.Env, "POCKETBASE_URL="+server.URL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err = cmd.Wait()
	if cmd.ProcessState.ExitCode() != int(output.ExitError) || strings.Count(out.String(), "  applied ") != 1 ||
		strings.Count(out.String(), "  not started") != 2 {
		t.Errorf("it ends with %v:\n%s", err, out.String())
	}
	if n := len(box.Authentik().Snapshot().Applications); n != 1 {
		t.Errorf("there are %d applications", n)
	}
}
