package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/listen"
	"authpocket/internal/logs"
	"authpocket/web/session"
)

// strangers is how many people without the code come by.
const strangers = 10_000

// held is the memory that is still in use after a collection, in bytes.
func held() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held on to
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// served runs the wizard as the program does.
func served(t *testing.T, s *Server) *listen.Opened {
	t.Helper()
	ln, err := listen.Open(t.Context(), listen.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- listen.Serve(ctx, ln, s.Handler(), s.cfg.Log, s.Close) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ln
}

func TestStrangersTakeNoMemory(t *testing.T) {
	s := New(Config{})
	ln := served(t, s)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	visit(t, client, ln.URL, 100) // what the first ones make is there for all
	before := held()
	visit(t, client, ln.URL, strangers)
	after := held()
	grown := max(after, before) - before
	t.Logf("%d strangers take %d kB", strangers, grown>>10)
	if grown > 20<<20 {
		t.Errorf("%d strangers take %d bytes", strangers, grown)
	}
	if n := len(s.sessions.All()); n != 0 {
		t.Errorf("%d sessions of strangers", n)
	}
}

// visit lets n strangers look at pages, guess cookies, and send forms.
func visit(t *testing.T, client *http.Client, base string, n int) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(32)
	for range n {
		group.Go(func() error {
			form := url.Values{"authentik.url": {"http://authentik.example"}, "filler": {strings.Repeat("x", 1000)}}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"authentik",
				strings.NewReader(form.Encode()))
			if err != nil {
				return err
			}
			req.Header.Set("Origin", strings.TrimSuffix(base, "/"))
			req.Header.Set("Cookie", "authpocket="+session.NewID()+"; authpocket-door="+session.NewID())
			res, err := client.Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("a stranger gets %d", res.StatusCode)
			}
			_, err = io.Copy(io.Discard, res.Body)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// holders are ways to keep a connection open: what is sent first, and then
// again and again.
func holders(host string) map[string][2]string {
	head := "Host: " + host + "\r\nOrigin: http://" + host + "\r\n"
	form := "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\n"
	return map[string][2]string{
		"a head that never ends":                {"GET / HTTP/1.1\r\n" + head + "X-Slow: ", "x"},
		"nothing at all":                        {"", ""},
		"a code that trickles":                  {"POST /door HTTP/1.1\r\n" + head + form, "x"},
		"a form that trickles":                  {"POST /authentik HTTP/1.1\r\n" + head + form, "x"},
		"an answered request, and then nothing": {"GET /healthz HTTP/1.1\r\n" + head + "\r\n", ""},
		"an answer that is not read":            {strings.Repeat("GET / HTTP/1.1\r\n"+head+"\r\n", 200), ""},
	}
}

// hold keeps a connection open for as long as it lets, and comes again until
// the test is over.
func hold(ctx context.Context, host string, way [2]string) {
	for ctx.Err() == nil {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", host)
		if err != nil {
			return
		}
		end := context.AfterFunc(ctx, func() { _ = c.Close() })
		_, err = io.WriteString(c, way[0])
		tick := time.NewTicker(50 * time.Millisecond)
		for err == nil && ctx.Err() == nil {
			<-tick.C
			if way[1] != "" {
				_, err = io.WriteString(c, way[1])
				continue
			}
			_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err = c.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
				err = nil
			}
		}
		tick.Stop()
		end()
		_ = c.Close()
	}
}

func TestStrangersWhoHoldConnectionsLockNobodyOut(t *testing.T) {
	s := New(Config{})
	ln := served(t, s)
	code := s.NewCode()
	before := held()
	ctx, cancel := context.WithCancel(t.Context())
	var group errgroup.Group
	defer func() { cancel(); _ = group.Wait() }()
	host := ln.Addr().String()
	for _, way := range holders(host) {
		for range listen.MaxConnections / 2 { // six ways: three times as many as there are places
			group.Go(func() error { hold(ctx, host, way); return nil })
		}
	}
	time.Sleep(2 * time.Second) // all of them have come, and some again
	jar, _ := cookiejar.New(nil)
	admin := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, Timeout: listen.HeaderTime}
	ask := func(method, path string, form url.Values, want string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, ln.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", strings.TrimSuffix(ln.URL, "/"))
		begun := time.Now()
		res, err := admin.Do(req)
		if err != nil {
			t.Fatalf("%s /%s among strangers: %v", method, path, err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("%s /%s: %d, %v", method, path, res.StatusCode, err)
		}
		t.Logf("%s /%s took %s", method, path, time.Since(begun))
	}
	ask(http.MethodGet, "", nil, "Enter the setup code")
	ask(http.MethodPost, "door", url.Values{"code": {code}}, "Start now")
	ask(http.MethodGet, "authentik", nil, "Connect authentik")
	grown := max(held(), before) - before
	t.Logf("they take %d kB, their own side of it included", grown>>10)
	if grown > 20<<20 {
		t.Errorf("strangers who hold connections take %d bytes", grown)
	}
}

// What a client sends as its request's id, and a method that it makes up, are
// not put into the log; nor is a line of each stranger's request.
func TestStrangersDoNotWriteTheLog(t *testing.T) {
	var out strings.Builder
	s := New(Config{Log: logs.New(&out, slog.LevelInfo)})
	t.Cleanup(s.Close)
	const text = "level=ERROR-made-up-by-a-client"
	for range 1000 {
		answer(s, http.MethodGet, "/review?"+text, map[string]string{"X-Request-Id": text, "User-Agent": text,
			"Cookie": "authpocket=" + text})
	}
	answer(s, strings.Repeat("MADEUP", 100), "/", nil)
	inside := inside(t, s, request(http.MethodGet, "/nowhere", map[string]string{"X-Request-Id": text}))
	answerTo(s, inside)
	got := out.String()
	if strings.Contains(got, "made-up") || strings.Contains(got, "MADEUPMADEUP") {
		t.Errorf("the log holds a client's text: %.2000s", got)
	}
	if n := strings.Count(got, "status=403"); n != strangerLines {
		t.Errorf("%d lines about strangers, want %d", n, strangerLines)
	}
	if !strings.Contains(got, "status=404") {
		t.Error("the request of somebody inside is not logged")
	}
}
