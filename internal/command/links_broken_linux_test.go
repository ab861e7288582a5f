package command

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authpocket/internal/command/output"
	"authpocket/sandbox"
)

// accepting starts a server that passes each connection to handle, and returns its address.
func accepting(t *testing.T, handle func(*net.TCPConn)) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			handle(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return "http://" + listener.Addr().String()
}

// hanging accepts connections and never answers. accepted receives the first one.
func hanging(t *testing.T) (url string, accepted chan struct{}) {
	t.Helper()
	accepted = make(chan struct{}, 1)
	return accepting(t, func(*net.TCPConn) {
		select {
		case accepted <- struct{}{}:
		default:
		}
	}), accepted
}

// appliedTo returns a command that applies links of the PocketBases, which the sandbox's settings are written over.
func appliedTo(t *testing.T, box *sandbox.Sandbox, links [][2]string, args ...string) *exec.Cmd {
	t.Helper()
	text := "defaults:\n  authentik: {url: '" + box.AuthentikURL + "', token: '${AUTHENTIK_TOKEN}'}\n" +
		"  pocketbase: {token: '${POCKETBASE_TOKEN}'}\n  email: leave\nlinks:\n"
	for _, one := range links {
		text += fmt.Sprintf("  - {name: %s, application: {slug: %[1]s, name: %[1]s}, pocketbase: {url: '%[2]s'}}\n",
			one[0], one[1])
	}
	file := filepath.Join(t.TempDir(), "links.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := authpocket(t, append([]string{"apply", "-f", file}, args...)...)
	cmd.Env = append(cmd.Env, "AUTHENTIK_TOKEN="+box.AuthentikToken, "POCKETBASE_TOKEN="+box.PocketBaseToken)
	return cmd
}

// Servers that hang, reset connections or have no time fail their own links, after those of the others are done.
func TestBrokenServersFailTheirOwnLinks(t *testing.T) {
	box, _ := several(t, 0)
	hung, _ := hanging(t)
	reset := accepting(t, func(conn *net.TCPConn) {
		_ = conn.SetLinger(0)
		_ = conn.Close()
	})
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(busy.Close)
	cmd := appliedTo(t, box, [][2]string{{"hung1", hung}, {"hung2", hung}, {"hung3", hung}, {"reset", reset},
		{"busy", busy.URL}, {"good1", box.PocketBaseURL}, {"good2", box.PocketBaseURL}}, "--yes", "--parallel", "5")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != int(output.ExitError) {
		t.Errorf("it ends with %v:\n%s", err, said.String())
	}
	ended := regexp.MustCompile(`(?m)^(\w+):$`).FindAllStringSubmatch(said.String(), -1)
	var order []string
	for _, one := range ended {
		order = append(order, strings.TrimRight(one[1], "123"))
	}
	if len(order) != 7 || slices.Index(order, "hung") < 4 {
		t.Errorf("they end in the order %v:\n%s", order, said.String())
	}
	for _, want := range []string{`hung1  failed   0        PocketBase at \S+ gave no answer: it did not answer in time`,
		`hung3  failed   0        PocketBase at \S+ gave no answer: it did not answer in time`,
		`reset  failed   0        PocketBase at \S+ gave no answer: it closed the connection`,
		`busy   failed   0        The proxy in front of PocketBase cannot reach it`,
		`good1  applied  [23]$`, `good2  applied  [23]$`} {
		if !regexp.MustCompile("(?m)^" + want).MatchString(said.String()) {
			t.Errorf("the table lacks %s:\n%s", want, said.String())
		}
	}
	if n := len(box.Authentik().Snapshot().Applications); n != 2 {
		t.Errorf("there are %d applications", n)
	}
}

func TestAnInterruptEndsTheWaitForAServerThatHangs(t *testing.T) {
	box, _ := several(t, 0)
	hung, accepted := hanging(t)
	cmd := appliedTo(t, box, [][2]string{{"one", hung}, {"two", hung}, {"three", hung}}, "--yes", "--parallel", "2")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-accepted
	signalled := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var said string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
	}
	err = cmd.Wait()
	const limit = 5 * time.Second // its patience is 9.5 s
	if took := time.Since(signalled); took > limit || cmd.ProcessState.ExitCode() != int(output.ExitError) {
		t.Errorf("it ends after %s with %v:\n%s", took, err, said)
	}
	if strings.Count(said, "  Interrupted") != 2 || !regexp.MustCompile(`(?m)^three +not started`).MatchString(said) {
		t.Errorf("it says\n%s", said)
	}
}

// With --yes nobody sees a plan before it is applied, so that one look is enough, and one connection is for all links.
func TestEachOfSeveralLinksIsObservedOnce(t *testing.T) {
	const links = 4
	box, command := several(t, links)
	target, err := url.Parse(box.PocketBaseURL)
	if err != nil {
		t.Fatal(err)
	}
	var looks, connections atomic.Int32
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/settings" {
			looks.Add(1)
		}
		if r.URL.Path == "/api/health" {
			connections.Add(1)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	cmd := command("apply", "--yes", "--parallel", "1")
	cmd.Env = append(cmd.Env, "POCKETBASE_URL="+server.URL)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "  applied ") != links {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	if n := looks.Load(); n != links {
		t.Errorf("%d links are observed %d times", links, n)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("they connect to PocketBase %d times", n)
	}
}

// A signal while links are planned is the answer to the question about the others.
func TestAfterASignalNothingIsAsked(t *testing.T) {
	box, _ := several(t, 0)
	hung, accepted := hanging(t)
	cmd := appliedTo(t, box, [][2]string{{"good", box.PocketBaseURL}, {"hung", hung}})
	_, terminal := openTerminal(t)
	screen, said := outputs(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-accepted
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	screen.wait(ctx, t, "changes to make.")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	_ = said.Close()
	rest, _ := io.ReadAll(screen.from)
	if cmd.ProcessState.ExitCode() != int(output.ExitError) || strings.Contains(string(rest), "Apply") ||
		!strings.HasSuffix(string(rest), "\nInterrupted, so nothing was changed.\n") {
		t.Errorf("it ends with %v:\n%s", err, rest)
	}
}
