// Package bench measures the project's performance targets: `make bench`.
package bench

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/sandbox"
)

// delay is added to every call, so that sequential calls show up as time.
const delay = 50 * time.Millisecond

// meter is a proxy that counts and delays the requests to a system.
type meter struct {
	url   string
	slow  atomic.Bool
	close func() // closes the connections that clients keep

	mu    sync.Mutex
	calls []call
}

// call is the time of a request and of its response.
type call struct{ came, answered time.Time }

// begin forgets earlier calls, and delays later ones until end.
func (m *meter) begin() {
	m.end()
	m.slow.Store(true)
}

// end returns the calls since begin.
func (m *meter) end() []call {
	m.slow.Store(false)
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

// inARow returns the length of the longest chain of sequential calls: the round
// trips that determine the waiting time.
func inARow(calls []call) int {
	slices.SortFunc(calls, func(a, b call) int { return a.answered.Compare(b.answered) })
	n, last := 0, time.Time{}
	for _, c := range calls {
		if c.came.After(last) {
			n, last = n+1, c.answered
		}
	}
	return n
}

func measure(b *testing.B, to string) *meter {
	b.Helper()
	target, err := url.Parse(to)
	if err != nil {
		b.Fatal(err)
	}
	m := &meter{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // authentik derives its URLs from it
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came := time.Now()
		if m.slow.Load() {
			time.Sleep(delay) // simulated network latency
		}
		proxy.ServeHTTP(w, r)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.calls = append(m.calls, call{came, time.Now()})
	}))
	b.Cleanup(server.Close)
	m.url, m.close = server.URL, server.CloseClientConnections
	return m
}

// systems is a sandbox behind two meters.
type systems struct {
	box  *sandbox.Sandbox
	a, p *meter
	// The link file, and where receipts are kept.
	file, state string
}

// start starts a sandbox with that many other applications, and with as many people and a tenth as many groups.
func start(b *testing.B, applications int) *systems {
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
	box.Authentik().AddApplications(applications)
	for i := range applications / 10 {
		box.Authentik().AddGroup("group " + strconv.Itoa(i))
	}
	for i := range applications {
		box.Authentik().AddPerson("person"+strconv.Itoa(i), "", "", "", nil)
	}
	s := &systems{box: box, a: measure(b, box.AuthentikURL), p: measure(b, box.PocketBaseURL),
		file: filepath.Join(b.TempDir(), "link.yaml"), state: b.TempDir()}
	text := "authentik:\n  url: " + s.a.url + "\n  token: ${AUTHENTIK_TOKEN}\npocketbase:\n  url: " + s.p.url +
		"\n  token: ${POCKETBASE_TOKEN}\nemail: trust-all\n"
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return s
}

// run runs authpocket and returns what it took. Only the requests of the run are delayed.
func (s *systems) run(b *testing.B, binary string, c command) cost {
	b.Helper()
	s.a.begin()
	s.p.begin()
	cmd := exec.CommandContext(b.Context(), binary, append(c.args, "-f", s.file, "--state", s.state)...)
	cmd.Env = append(os.Environ(), "AUTHENTIK_TOKEN="+s.box.AuthentikToken, "POCKETBASE_TOKEN="+s.box.PocketBaseToken)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != c.code {
		b.Fatalf("%s ended with %d, %v:\n%s", c.name(), code, err, out)
	}
	a, p := s.a.end(), s.p.end()
	return cost{a: len(a), p: len(p), rounds: inARow(slices.Concat(a, p)), took: took}
}

// cost is what a command took.
type cost struct {
	a, p, rounds int // requests to authentik and to PocketBase, and how many of both came one after another
	took         time.Duration
}

// command is a run of authpocket with its targets.
type command struct {
	title  string // of another run of the same
	args   []string
	code   int  // that it exits with
	target cost // zero for what has no target
}

func (c command) name() string { return cmp.Or(c.title, strings.Join(c.args, " ")) }

// commands are the commands of a new link, and its plan once it is there.
func commands() []command {
	return []command{
		{args: []string{"plan"}, code: 2, target: cost{a: 8, p: 6, rounds: 3}},
		{args: []string{"apply", "--yes"}, target: cost{a: 14, p: 10, rounds: 7}},
		{args: []string{"verify", "--quick"}, target: cost{a: 12, p: 10}},
		{title: "plan again", args: []string{"plan"}},
	}
}

// slower is how much longer a command may take on a server with many applications.
const slower = 1.2

// report prints the cost of a command beside its targets. The target of the time is slower times that at no
// applications.
func report(b *testing.B, c command, got cost, none time.Duration) {
	b.Helper()
	of := func(n, target int) string {
		if target == 0 {
			return strconv.Itoa(n)
		}
		return fmt.Sprintf("%d (target %d)", n, target)
	}
	time := got.took.Round(time.Millisecond).String()
	if none > 0 {
		limit := slower * none.Seconds()
		time += fmt.Sprintf(" (target %.3fs)", limit)
	}
	b.Logf("%-14s %s requests to authentik, %s to PocketBase, %s one after another, %s", c.name(),
		of(got.a, c.target.a), of(got.p, c.target.p), of(got.rounds, c.target.rounds), time)
	metric := strings.ReplaceAll(strings.ReplaceAll(c.name(), " --", "-"), " ", "-")
	b.ReportMetric(float64(got.a+got.p), metric+"-requests")
	b.ReportMetric(float64(got.rounds), metric+"-rounds")
}

// A new link is planned, applied and verified on authentiks with few and with many applications.
func BenchmarkCommands(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "authpocket")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary,
		"authpocket/cmd/authpocket").CombinedOutput(); err != nil {
		b.Fatalf("building authpocket: %v\n%s", err, out)
	}
	none := map[string]time.Duration{}
	for _, applications := range []int{0, 300, 2000} {
		b.Run(fmt.Sprintf("applications=%d", applications), func(b *testing.B) {
			for b.Loop() {
				s := start(b, applications)
				for _, c := range commands() {
					got := s.run(b, binary, c)
					report(b, c, got, none[c.name()])
					if applications == 0 {
						none[c.name()] = got.took
					}
				}
			}
		})
	}
}
