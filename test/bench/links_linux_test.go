package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/connect"
	"authpocket/sandbox"
	"authpocket/sandbox/pocketbasehost"
)

// What the links of BenchmarkLinks have.
const (
	pocketBases = 10 // of which each has the same number of links
	parallel    = 8  // the default
)

// many is an authentik and several PocketBases behind meters.
type many struct {
	a    *meter
	p    []*meter
	env  []string
	text string // of the link file, as far as it is written
	exit int    // the code that a command is to end with
}

// startMany starts the systems of n links, each of its own collection.
func startMany(b *testing.B, n int) *many {
	b.Helper()
	box, err := sandbox.Start(b.Context(), sandbox.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	m := &many{a: measure(b, box.AuthentikURL),
		env: append(os.Environ(), "AUTHENTIK_TOKEN="+box.AuthentikToken)}
	m.text = "defaults:\n  authentik: {url: '" + m.a.url + "', token: '${AUTHENTIK_TOKEN}'}\n" +
		"  email: trust-all\nlinks:\n"
	for i := range pocketBases {
		m.add(b, i, n/pocketBases)
	}
	return m
}

// add starts PocketBase number i with n collections, each with a link.
func (m *many) add(b *testing.B, i, n int) {
	b.Helper()
	server, err := pocketbasehost.Start(b.Context(), pocketbasehost.Config{DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := server.Close(); err != nil {
			b.Error(err)
		}
	})
	p := measure(b, server.URL())
	m.p = append(m.p, p)
	m.env = append(m.env, fmt.Sprintf("POCKETBASE_%d=%s", i, server.Token()))
	for j := range n {
		c := core.NewAuthCollection(fmt.Sprintf("people%d", j))
		c.CreateRule = new("")
		if err := server.App().Save(c); err != nil {
			b.Fatal(err)
		}
		m.text += fmt.Sprintf("  - {name: link%d-%d, application: {slug: link%[1]d-%[2]d, name: Link %[1]d %[2]d}, "+
			"pocketbase: {url: '%[3]s', token: '${POCKETBASE_%[1]d}', collection: %[4]s}}\n", i, j, p.url, c.Name)
	}
}

// ran is what a command on many links took.
type ran struct {
	calls, authentiks int // to all systems, and those to authentik
	took              time.Duration
	peak              float64 // memory in MB
}

// run runs a command on the links. Only its requests are delayed.
func (m *many) run(b *testing.B, binary string, args ...string) (r ran) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "links.yaml")
	if err := os.WriteFile(file, []byte(m.text), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, to := range append(m.p, m.a) {
		to.begin()
	}
	p := process{cmd: exec.CommandContext(b.Context(), binary, append(args, "-f", file)...)}
	var out bytes.Buffer
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = m.env, &out, &out
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	for running := true; running; {
		select {
		case err := <-ended:
			if running = false; p.cmd.ProcessState.ExitCode() != m.exit {
				b.Fatalf("%s ended with %v:\n%s", strings.Join(args, " "), err, out.String())
			}
		case <-time.After(20 * time.Millisecond):
			if now, err := p.status("VmHWM"); err == nil { // else it has just ended
				r.peak = now
			}
		}
	}
	r.took, r.authentiks = time.Since(began), len(m.a.end())
	r.calls = r.authentiks
	for _, to := range m.p {
		r.calls += len(to.end())
	}
	return r
}

// report prints what creating links took beside its targets, and the least that it can take: one authentik gets four
// requests at a time.
func (r ran) report(b *testing.B, links int, resting float64) {
	b.Helper()
	target := 1.3 * float64(r.calls) * delay.Seconds() / parallel
	least := float64(r.authentiks) * delay.Seconds() / connect.AuthentikAtOnce
	b.Logf("%d links, 1 authentik and %d PocketBases with %d collections each, %d at a time: %d calls, %d to authentik",
		links, pocketBases, links/pocketBases, parallel, r.calls, r.authentiks)
	b.Logf("  %.1f s (target: <= %.1f s; authentik's turns alone take %.1f s), %.1f MB above idle (target: <= 64 MB)",
		r.took.Seconds(), target, least, r.peak-resting)
	b.ReportMetric(r.took.Seconds()/target, "of-target")
	b.ReportMetric(r.peak-resting, "MB-above-idle")
}

// Links are created in one run, with the default of links at a time.
func BenchmarkLinks(b *testing.B) {
	built := filepath.Join("..", "..", "bin", "authpocket")
	tool(b, "make", "-C", "../..", "bin/authpocket")
	idle := launch(b, built, "serve", "--listen", "127.0.0.1:0", "--state", b.TempDir())
	resting := idle.memory(b)
	idle.end(b)
	took := map[int]float64{}
	for _, links := range []int{50, 100, 200} {
		b.Run(fmt.Sprintf("links=%d", links), func(b *testing.B) {
			for b.Loop() {
				got := startMany(b, links).run(b, built, "apply", "--yes", "--state", b.TempDir())
				got.report(b, links, resting)
				took[links] = got.took.Seconds()
			}
		})
	}
	b.Logf("50, 100 and 200 links: %.1f, %.1f and %.1f s; 200 take %.1f times as long as 50 (target: <= 4)", took[50],
		took[100], took[200], took[200]/took[50])
}
