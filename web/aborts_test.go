package web

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/errgroup"

	"authpocket/internal/logs"
	"authpocket/web/door"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// lines is a log that many write to.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns what was written since the last call.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}

// route is one of the router's, with a path that leads to something real.
type route struct{ method, path string }

// routesOf lists all routes, those last that take away what others need.
func routesOf(t *testing.T, w *wizard, live map[string]string) []route {
	t.Helper()
	var list []route
	rank := func(r route) int {
		switch {
		case r.method != http.MethodPost:
			return 0
		case slices.Contains([]string{"/forget", "/restart", "/leave"}, r.path):
			return 2
		}
		return 1
	}
	add := func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		list = append(list, route{method, lead(t, live, pattern)})
		return nil
	}
	if err := chi.Walk(w.server.routes(), add); err != nil || len(list) < 50 {
		t.Fatalf("walked %d routes: %v", len(list), err)
	}
	slices.SortStableFunc(list, func(a, b route) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// visitor hangs up.
type visitor struct {
	host    string
	cookies string // empty for somebody without the setup code
	random  *rand.Rand
}

// abort asks for a route and hangs up: at once, a moment later, in the middle
// of the form that it sends, or once the answer has begun.
func (v visitor) abort(ctx context.Context, to route) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", v.host)
	if err != nil {
		return err
	}
	defer c.Close()
	if v.random.IntN(2) == 0 {
		if err := c.(*net.TCPConn).SetLinger(0); err != nil { // a reset
			return err
		}
	}
	head := to.method + " " + to.path + " HTTP/1.1\r\nHost: " + v.host + "\r\nSec-Fetch-Site: same-origin\r\n"
	if v.cookies != "" {
		head += "Cookie: " + v.cookies + "\r\n"
	}
	body := ""
	if to.method == http.MethodPost {
		head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n"
		body = "a=b&c=de"[:8*v.random.IntN(2)]
	}
	if _, err := io.WriteString(c, head+"\r\n"+body); err != nil {
		return err
	}
	if v.random.IntN(3) == 0 {
		_ = c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = bufio.NewReader(c).ReadString('\n') // a stream goes on from here; there may be no answer
		return nil
	}
	time.Sleep(time.Duration(v.random.IntN(30_000)) * time.Microsecond)
	return nil
}

// hangUp has each route asked by several visitors who hang up, some of them
// without the setup code.
func hangUp(t *testing.T, host, cookies string, list []route, each int) (requests int) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(16)
	for i, to := range list {
		for n := range each {
			v := visitor{host: host, cookies: cookies, random: rand.New(rand.NewPCG(uint64(i), uint64(n)))}
			if n%4 == 3 {
				v.cookies = ""
			}
			group.Go(func() error { return v.abort(t.Context(), to) })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return len(list) * each
}

// wantAtMost waits for a figure that falls only when all that was begun is
// over.
func wantAtMost[T cmp.Ordered](t *testing.T, what string, most T, figure func() T) {
	t.Helper()
	got := figure()
	for range 100 {
		if got <= most {
			t.Logf("%s: %v, at most %v", what, got, most)
			return
		}
		time.Sleep(100 * time.Millisecond)
		got = figure()
	}
	t.Errorf("%s: %v, want at most %v", what, got, most)
}

// A client that hangs up costs one line of the log and nothing that stays,
// whatever it has asked for and whenever it leaves. A page that renders itself
// would overflow the stack, which ends the whole program.
func TestClientsThatHangUpLeaveNothing(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	var out lines
	w, b, live := living(t, func(cfg *Config) { cfg.Log = logs.New(&out, slog.LevelInfo) })
	ln := served(t, w.server)
	address, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, c := range b.http.Jar.Cookies(address) {
		cookies = append(cookies, c.String())
	}
	host, all := ln.Addr().String(), routesOf(t, w, live)
	out.take()
	goroutines, before := runtime.NumGoroutine(), held()
	requests := hangUp(t, host, strings.Join(cookies, "; "), all, 8)
	wantAtMost(t, "goroutines", goroutines+20, runtime.NumGoroutine) // connections that are kept open
	wantAtMost(t, "bytes", before+(20<<20), held)
	text := out.take()
	if n := strings.Count(text, "\n"); n > requests {
		t.Errorf("%d lines of the log for %d requests", n, requests)
	}
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "msg=request ") {
			t.Errorf("the log has %.300s", line)
		}
	}
	if !strings.Contains(text, "status=499") {
		t.Error("nobody hung up before the answer")
	}
	res, err := http.Get(ln.URL + strings.TrimPrefix(door.Healthy, "/"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}

// ended is the context of a client that is gone.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// request is a form as the browser sends it, for a handler to be asked without
// a server. The browser does not see the answer.
func (b *browser) request(ctx context.Context, path string, form url.Values) *http.Request {
	b.t.Helper()
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.http.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	return req
}

// What was asked for a client that is gone failed for no other reason, so it
// says nothing of the answers.
func TestAClientThatIsGoneChangesNoAnswers(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().answered()
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, b.request(ended(t), "/settings", url.Values{"email": {"leave"}}))
	if rec.Code != respond.StatusGone {
		t.Errorf("it is answered with %d", rec.Code)
	}
	b.get("/review").want(200)
}

func TestAFormThatBreaksOffIsNotAnswered(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for _, path := range []string{"/authentik", "/door"} {
		req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, iotest.ErrReader(io.ErrUnexpectedEOF))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		if rec := answerTo(s, inside(t, s, req)); rec.Code != respond.StatusGone || rec.Body.Len() > 0 {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
}

// What cannot be rendered is answered with the last page, which is logged
// once; a client that is gone gets no page, and is not logged.
func TestTheLastPageIsRenderedAtTheStart(t *testing.T) {
	var out lines
	s := New(Config{Log: logs.New(&out, slog.LevelInfo)})
	t.Cleanup(s.Close)
	broken := templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("a template that fails") })
	rec := httptest.NewRecorder()
	s.reply.Page(rec, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, broken)
	const words = "Something went wrong inside authpocket"
	if rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), words) {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
	if text := out.take(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "a template that fails") {
		t.Errorf("the log has %q", text)
	}
	gone := httptest.NewRequestWithContext(ended(t), http.MethodGet, "http://127.0.0.1/", nil)
	for what, answer := range map[string]func(http.ResponseWriter){
		"a page that fails": func(w http.ResponseWriter) { s.reply.Page(w, gone, http.StatusOK, broken) },
		"a problem":         func(w http.ResponseWriter) { s.notFound(w, gone) },
		"a failed asking": func(w http.ResponseWriter) {
			s.reply.Fail(w, gone, new(session.Session), context.Canceled,
				"/")
		},
		"the door": func(w http.ResponseWriter) { s.Handler().ServeHTTP(w, gone) },
	} {
		rec := httptest.NewRecorder()
		answer(rec)
		text := out.take()
		if what == "the door" { // as a whole request
			_, text, _ = strings.Cut(text, "\n")
		}
		if rec.Code != respond.StatusGone || rec.Body.Len() > 0 || text != "" {
			t.Errorf("%s: %d %q, the log has %q", what, rec.Code, rec.Body, text)
		}
	}
}
