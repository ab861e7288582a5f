package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/sandbox"
	"authpocket/web"
	"authpocket/web/door"
)

// What a browser loads, how quickly pages are answered, and what a session takes.
func BenchmarkPages(b *testing.B) {
	built := filepath.Join("..", "..", "bin", "authpocket")
	tool(b, "make", "-C", "../..", "bin/authpocket")
	box := start(b, 0)
	for b.Loop() {
		p := launch(b, built, "serve", "--listen", "127.0.0.1:0", "--state", b.TempDir())
		p.enter(b)
		w := &wire{b: b, p: p}
		n, bytes := w.load("/", true)
		b.Logf("%-8s %d requests, %.1f kB over the wire, %.1f kB of it headers (target: <= 4, <= 11 kB)", "start", n,
			bytes/1000, w.heads/1000)
		b.ReportMetric(bytes/1000, "start-kB")
		w.connect(box.box)
		_, bytes = w.load("/settings", false)
		b.Logf("%-8s %.1f kB (target: <= 7 kB without what is kept for good)", "settings", bytes/1000)
		b.ReportMetric(bytes/1000, "settings-kB")
		w.post("/settings", url.Values{"email": {"trust-all"}, "pocketbase.public_urls": {box.box.PocketBaseURL}})
		_, bytes = w.load("/review", false)
		b.Logf("%-8s %.1f kB (target: <= 5 kB without what is kept for good)", "review", bytes/1000)
		b.ReportMetric(bytes/1000, "review-kB")
		for _, path := range []string{"/", "/permissions"} {
			w.rate(path)
		}
		p.end(b)
		session(b)
	}
}

// wire is a browser that takes compressed answers and counts their bytes.
type wire struct {
	b *testing.B
	p *process
	// heads are the bytes of all headers so far.
	heads float64
}

// load loads a page and, with all, what it links to. It reports the bytes of
// heads and bodies.
func (w *wire) load(path string, all bool) (requests int, bytes float64) {
	w.b.Helper()
	resp, err := w.p.packed(w.b.Context(), path)
	if err != nil {
		w.b.Fatal(err)
	}
	defer resp.Body.Close()
	sent, err := httputil.DumpResponse(resp, true)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "gzip" {
		w.b.Fatalf("%s is answered with %s: %v", path, resp.Status, err)
	}
	requests, bytes = 1, float64(len(sent))
	w.heads += bytes - float64(max(resp.ContentLength, 0))
	if strings.HasPrefix(path, "/static/") && !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		w.b.Errorf("%s is not kept for good", path)
	}
	if !all {
		return requests, bytes
	}
	for _, one := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(w.plain(path), -1) {
		n, more := w.load(one[1], false)
		requests, bytes = requests+n, bytes+more
	}
	return requests, bytes
}

// plain returns the text of a page.
func (w *wire) plain(path string) string {
	w.b.Helper()
	resp, err := w.p.client.Get(w.p.url + path)
	if err != nil {
		w.b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.b.Fatal(err)
	}
	return string(text)
}

// connect answers both connect pages.
func (w *wire) connect(box *sandbox.Sandbox) {
	w.b.Helper()
	w.post("/authentik", url.Values{"authentik.url": {box.AuthentikURL}, "authentik.token": {box.AuthentikToken}})
	w.post("/pocketbase", url.Values{"pocketbase.url": {box.PocketBaseURL}, "pocketbase.with": {"token"},
		"pocketbase.token": {box.PocketBaseToken}})
}

// post sends a form, and fails unless the browser is sent on.
func (w *wire) post(path string, form url.Values) {
	w.b.Helper()
	req, err := http.NewRequestWithContext(w.b.Context(), http.MethodPost, w.p.url+path,
		strings.NewReader(form.Encode()))
	if err != nil {
		w.b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	client := *w.p.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		w.b.Fatal(err)
	}
	drain(w.b, resp)
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || to == path {
		w.b.Fatalf("%s is answered with %s to %q", path, resp.Status, to)
	}
}

// rate measures how often a page that needs no server is answered in a second
// to four browsers at a time, and how long one waits that is alone.
func (w *wire) rate(path string) {
	w.b.Helper()
	const each, browsers = 1000, 4
	var alone []time.Duration
	for range each {
		began := time.Now()
		w.p.view(w.b, path)
		alone = append(alone, time.Since(began))
	}
	slices.Sort(alone)
	began := time.Now()
	var group sync.WaitGroup
	for range browsers {
		group.Go(func() {
			for range each {
				if resp, err := w.p.packed(w.b.Context(), path); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		})
	}
	group.Wait()
	perSecond := browsers * each / time.Since(began).Seconds()
	median := float64(alone[each/2].Microseconds())
	b := w.b
	b.Logf("%-8s %.0f requests/s with %d cores and the browsers on them, median %.0f µs (target: >= 2,500, <= 300 µs)",
		path, perSecond, runtime.NumCPU(), median)
	name := strings.Trim(path, "/")
	b.ReportMetric(perSecond, name+"-per-s")
	b.ReportMetric(median, name+"-µs")
}

// sessions is how many of them are measured.
const sessions = 40

// session measures what a session takes that has seen its review, once its
// connections to both systems are closed, and before.
func session(b *testing.B) {
	b.Helper()
	box := start(b, 0)
	front := *box.box
	front.AuthentikURL, front.PocketBaseURL = box.a.url, box.p.url
	server := web.New(web.Config{})
	srv := httptest.NewServer(server.Handler())
	defer srv.Close()
	defer server.Close()
	for range sessions {
		w := &wire{b: b, p: &process{client: &http.Client{Transport: &http.Transport{}}, url: srv.URL}}
		w.p.client.Jar = newJar(b)
		w.post(door.PathEnter, url.Values{"code": {server.NewCode()}})
		w.connect(&front)
		w.post("/settings", url.Values{"email": {"trust-all"}, "pocketbase.public_urls": {front.PocketBaseURL}})
		w.load("/review", false)
		w.p.client.CloseIdleConnections()
	}
	open := held()
	box.a.close()
	box.p.close()
	resting := held()
	server.Close()
	none := held()
	of := func(bytes uint64) string { return fmt.Sprintf("%.0f kB", float64(bytes-none)/sessions/1000) }
	b.Logf("%-8s %s (target: <= 60 kB); %s with both ends of its idle connections", "session", of(resting), of(open))
	b.ReportMetric(float64(resting-none)/sessions/1000, "session-kB")
}

// held is the memory that is in use after a collection.
func held() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
