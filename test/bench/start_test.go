package bench

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The real program, as make build makes it: its size, how long it takes to the first byte of the wizard, and its
// memory. Beside it, the least web server.
func BenchmarkProgram(b *testing.B) {
	built := filepath.Join("..", "..", "bin", "authpocket")
	tool(b, "make", "-C", "../..", "bin/authpocket")
	bare := filepath.Join(b.TempDir(), "bare")
	tool(b, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", bare, "./bare")
	megabytes(b, "size", size(b, built), size(b, bare), "<= 14 MB")
	var quickest, bareQuickest, idle, bareIdle, busy float64
	for b.Loop() {
		p := launch(b, built, "serve", "--listen", "127.0.0.1:0", "--state", b.TempDir())
		quickest, idle = lowest(quickest, milliseconds(p.took)), max(idle, p.memory(b))
		p.enter(b)
		for range 1000 {
			p.view(b, "/")
		}
		busy = max(busy, p.memory(b))
		p.end(b)
		q := launch(b, bare)
		bareQuickest, bareIdle = lowest(bareQuickest, milliseconds(q.took)), max(bareIdle, q.memory(b))
		q.end(b)
	}
	b.Logf("%-8s %5.1f ms to the first byte, a bare server %.1f ms (target: <= 12 ms)", "start", quickest, bareQuickest)
	b.ReportMetric(quickest, "start-ms")
	megabytes(b, "idle", idle, bareIdle, "<= 12 MB")
	megabytes(b, "busy", busy, bareIdle, "<= 20 MB after 1,000 page views")
}

func megabytes(b *testing.B, name string, got, bare float64, target string) {
	b.Helper()
	b.Logf("%-8s %5.1f MB, a bare server %.1f MB (target: %s)", name, got, bare, target)
	b.ReportMetric(got, name+"-MB")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// lowest returns the lower of two times, of which the first may not have been measured.
func lowest(a, b float64) float64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

func tool(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v: %s", name, err, out)
	}
}

func size(b *testing.B, path string) float64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return float64(info.Size()) / 1e6
}

// process is a server that has answered its first request.
type process struct {
	cmd    *exec.Cmd
	lines  *bufio.Scanner
	client *http.Client
	url    string
	took   time.Duration
}

// launch starts a server that prints its address, and asks it for its first page.
func launch(b *testing.B, path string, args ...string) *process {
	b.Helper()
	p := &process{cmd: exec.CommandContext(b.Context(), path, args...), client: &http.Client{Jar: newJar(b)}}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p.url = p.printed(b, `(http://\S+)/`)
	resp, err := p.client.Get(p.url + "/")
	if err != nil {
		b.Fatal(err)
	}
	p.took = time.Since(began)
	drain(b, resp)
	return p
}

func newJar(b *testing.B) *cookiejar.Jar {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	return jar
}

// printed reads on to a line that matches and returns its group.
func (p *process) printed(b *testing.B, pattern string) string {
	b.Helper()
	for p.lines.Scan() {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(p.lines.Text()); found != nil {
			return found[1]
		}
	}
	b.Fatalf("the program has not printed %s: %v", pattern, p.lines.Err())
	return ""
}

// enter signs the browser in with the setup code.
func (p *process) enter(b *testing.B) {
	b.Helper()
	form := url.Values{"code": {p.printed(b, `#code=(\w+)`)}}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.url+"/door",
		strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin") // as browsers do
	resp, err := p.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	drain(b, resp)
}

func (p *process) view(b *testing.B, path string) {
	b.Helper()
	resp, err := p.packed(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("%s is answered with %s", path, resp.Status)
	}
	drain(b, resp)
}

// packed asks for a page as browsers do and leaves it compressed, because unpacking it takes as long as answering.
func (p *process) packed(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	return p.client.Do(req)
}

func drain(b *testing.B, resp *http.Response) {
	b.Helper()
	_, err := io.Copy(io.Discard, resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		b.Fatal(err)
	}
}

// memory returns the resident memory in MB, which only Linux tells.
func (p *process) memory(b *testing.B) float64 {
	b.Helper()
	got, err := p.status("VmRSS")
	if err != nil {
		b.Skipf("the memory of a process can't be read here: %v", err)
	}
	return got
}

// status returns one of the figures of /proc/PID/status that are in kB, in MB.
func (p *process) status(name string) (float64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0, errors.New("there is no " + name)
	}
	kB, err := strconv.ParseFloat(string(found[1]), 64)
	return kB * 1024 / 1e6, err
}

func (p *process) end(b *testing.B) {
	b.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		b.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
}
