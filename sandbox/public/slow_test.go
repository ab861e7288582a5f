package public

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// dial opens a connection of the visitor's on which nothing is read but by hand.
func (b *browser) dial() net.Conn {
	b.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.t.Context(), "tcp", b.w.public.Host)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// cookieLine are the visitor's cookies as a header.
func (b *browser) cookieLine() string {
	var list []string
	for _, c := range b.cookies(b.Root.String() + "/") {
		list = append(list, c.Name+"="+c.Value)
	}
	for _, c := range b.cookies(b.place().base(pocketbasePart).String() + "/") {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; ")
}

// stuck opens PocketBase's event stream and has it sent more than a client takes that reads nothing.
func (b *browser) stuck() {
	b.t.Helper()
	base := b.place().base(pocketbasePart)
	conn := b.dial()
	_ = conn.(*net.TCPConn).SetReadBuffer(smallBuffer)
	_, err := fmt.Fprintf(conn, "GET %s/api/realtime HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", base.Path, base.Host,
		b.cookieLine())
	if err != nil {
		b.t.Fatal(err)
	}
	var client string
	for lines := bufio.NewScanner(conn); client == "" && lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "id:"); ok {
			client = id
		}
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, base.String()+"/api/realtime",
		strings.NewReader(`{"clientId":"`+client+`","subscriptions":["@oauth2"]}`))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := b.HTTP.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		b.t.Fatalf("subscribing: %s", res.Status)
	}
	b.post(base.String()+"/api/oauth2-redirect",
		url.Values{"state": {client}, "code": {strings.Repeat("x", placeBody-1000)}})
}

// TestAClientThatReadsNothingDelaysNoEnd ends sandboxes whose clients neither read what they are sent nor send what
// they have begun.
func TestAClientThatReadsNothingDelaysNoEnd(t *testing.T) {
	for name, slow := range map[string]func(*browser){
		"reads nothing": (*browser).stuck,
		"sends nothing": func(b *browser) {
			to := b.place().base(pocketbasePart)
			_, err := fmt.Fprintf(b.dial(), "POST %s/api/realtime HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n"+
				"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", to.Path, to.Host, b.cookieLine())
			if err != nil {
				t.Fatal(err)
			}
			waitFor(t, "its request", func() bool { return len(b.place().turns) == 1 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.browser().started("")
			slow(b)
			dir := b.place().dir
			b.post(w.public.String()+"/end", nil)
			waitFor(t, "the end", func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) })
		})
	}
}

// TestNoEndDelaysAnother has one sandbox end slowly while there is no other, and another one's time run out.
func TestNoEndDelaysAnother(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Lifetime = 3 * time.Second })
	b := w.browser().started("")
	slow := b.place()
	if !slow.enter() {
		t.Fatal("it is over")
	}
	defer slow.running.Done()
	b.post(w.public.String()+"/end", nil)
	before := w.demo.swept.Load()
	waitFor(t, "a sweep that sees that there is none", func() bool { return w.demo.swept.Load() >= before+2 })
	dir := w.browser().started("").place().dir
	waitFor(t, "the end of the second", func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) })
}

// TestTheDemoEndsAfterTheLastStart has a place reserved when the demo ends.
func TestTheDemoEndsAfterTheLastStart(t *testing.T) {
	before := goleak.IgnoreCurrent()
	demo := framed(t)
	v := &visitor{id: newID()}
	if !demo.takeTurn(v, "", time.Now()).ready {
		t.Fatal("there is no room")
	}
	closed := make(chan error)
	go func() { closed <- demo.Close() }()
	waitFor(t, "the end to begin", demo.isDraining)
	if turn := demo.takeTurn(&visitor{id: newID()}, "", time.Now()); !turn.over {
		t.Errorf("another one may start: %+v", turn)
	}
	select {
	case err := <-closed:
		t.Errorf("it ended before: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	if _, err := demo.start(v, false, func() bool { return false }); !errors.Is(err, errClosed) {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(demo.cfg.Dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// TestASandboxEndsInItsWalk ends sandboxes while they are brought to a step.
func TestASandboxEndsInItsWalk(t *testing.T) {
	w := newWorld(t)
	var starting sync.WaitGroup
	for range 4 {
		b := w.browser()
		starting.Go(func() {
			p, err := b.PostTo(t.Context(), w.public.String()+"/start?at=signin", nil)
			if err != nil || p.Status >= http.StatusInternalServerError {
				t.Errorf("%v %v", p, err)
			}
		})
	}
	waitFor(t, "all starts", func() bool {
		w.demo.endEach(func(*place) bool { return true })
		return w.metric("ended_total") == 4
	})
	starting.Wait()
	w.demo.ending.Wait()
	if left, err := filepath.Glob(filepath.Join(w.demo.temp, "sandbox-*")); err != nil || len(left) > 0 {
		t.Errorf("there remain %v, %v", left, err)
	}
}
