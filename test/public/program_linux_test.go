// Package public measures the demo that anybody can open: make bench-public.
package public

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authpocket/sandbox/walk"
)

// program is a running authpocket-demo -public.
type program struct {
	cmd       *exec.Cmd
	root      *url.URL
	data      string
	transport *http.Transport
	pages     *times
}

// launch builds the program as make build does, and starts it.
func launch(b *testing.B, limit int) *program {
	b.Helper()
	build := exec.CommandContext(b.Context(), "make", "-C", "../..", "bin/authpocket-demo")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	p := &program{data: b.TempDir(), pages: &times{}, transport: &http.Transport{MaxIdleConnsPerHost: 500}}
	p.cmd = exec.Command("../../bin/authpocket-demo", "-public", "-listen", "127.0.0.1:0", "-data", p.data,
		"-max", strconv.Itoa(limit), "-starts-per-minute", "1000000", "-drain", "1s")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	found := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || found == "" {
		b.Fatalf("it prints %q: %v", line, err)
	}
	if p.root, err = url.Parse(strings.TrimSuffix(found, "/")); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		p.transport.CloseIdleConnections()
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if err := p.cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	return p
}

// memory returns the resident memory of the program in MB, 0 if it has ended.
func (p *program) memory() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kB / 1e3
		}
	}
	return 0
}

// cpu returns the processor time that the program has used.
func (p *program) cpu(b *testing.B) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// load returns how many processes have wanted to run in the last minute.
func load(b *testing.B) string {
	b.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		b.Fatal(err)
	}
	return strings.Fields(string(text))[0]
}

// metric returns a number of GET /metrics.
func (p *program) metric(b *testing.B, name string) float64 {
	b.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(p.root.String() + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^authpocket_demo_` + name + ` (\d+)$`).FindSubmatch(text)
	if found == nil {
		b.Fatalf("there is no %s in %s", name, text)
	}
	value, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// use is what the program takes of the machine.
type use struct {
	memory, disk, files float64 // MB, MB, open files
	objects             float64 // MB in use at the last garbage collection
	started             float64 // sandboxes, since the program started, or started anew
}

func (p *program) use(b *testing.B) use {
	b.Helper()
	u := use{memory: p.memory(), objects: p.metric(b, "live_bytes") / 1e6, started: p.metric(b, "started_total")}
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	u.files = float64(len(list))
	err = filepath.WalkDir(p.data, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it ended meanwhile
		}
		if info, err := d.Info(); err == nil {
			u.disk += float64(info.Size()) / 1e6
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// visitor is a person's browser.
type visitor struct {
	walk.Walker
	person, password string
	program          *program
	pause            func() // before each page
}

func (p *program) visitor() (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{program: p, person: "ada"}
	v.Walker = walk.Walker{Root: p.root, HTTP: &http.Client{Jar: jar, Transport: v}}
	return v, nil
}

// RoundTrip measures how long pages take.
func (v *visitor) RoundTrip(r *http.Request) (*http.Response, error) {
	page := strings.Contains(r.URL.Path, "/wizard") && !strings.HasSuffix(r.URL.Path, "/events")
	if page && v.pause != nil {
		v.pause()
	}
	began := time.Now()
	res, err := v.program.transport.RoundTrip(r)
	if page && err == nil {
		v.program.pages.add(time.Since(began))
	}
	return res, err
}

var said = regexp.MustCompile(`with the password ([A-Z2-7]{12})`)

// start starts a sandbox.
func (v *visitor) start(ctx context.Context) (time.Duration, error) {
	v.Root = v.program.root
	began := time.Now()
	p, err := v.Post(ctx, "/start", nil)
	if err != nil {
		return 0, err
	}
	took := time.Since(began)
	to := p.Location()
	if to == nil {
		return 0, fmt.Errorf("starting a sandbox: %d", p.Status)
	}
	root := *to
	root.Path = strings.TrimSuffix(root.Path, "/")
	v.Root = &root
	first, err := v.Get(ctx, "/")
	if err != nil {
		return 0, err
	}
	found := said.FindStringSubmatch(first.Text)
	if found == nil {
		return 0, fmt.Errorf("%s (%d) names no password", to.Path, first.Status)
	}
	v.password = found[1]
	return took, nil
}

func (v *visitor) whole(ctx context.Context) error { return v.Whole(ctx, v.person, v.password) }

// end deletes the sandbox.
func (v *visitor) end(ctx context.Context) error {
	v.Root = v.program.root
	p, err := v.Post(ctx, "/end", nil)
	if err == nil && p.Status != http.StatusOK {
		err = fmt.Errorf("deleting a sandbox: %d", p.Status)
	}
	return err
}

// times are how long something took.
type times struct {
	mu   sync.Mutex
	list []time.Duration
}

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, d)
}

// take returns a part of the times in ms, such as 0.99, and forgets them.
func (t *times) take(parts ...float64) []float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.list)
	var all []float64
	for _, part := range parts {
		at := int(math.Ceil(part*float64(len(t.list)))) - 1
		all = append(all, float64(t.list[max(at, 0)].Microseconds())/1e3)
	}
	t.list = nil
	return all
}
