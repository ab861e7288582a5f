package public

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authpocket/sandbox/pocketbasehost"
	"authpocket/sandbox/walk"
)

func TestMain(m *testing.M) {
	http.DefaultTransport = pocketbasehost.Outgoing{}
	os.Exit(m.Run())
}

// world is a running demo.
type world struct {
	t      *testing.T
	demo   *Server
	public *url.URL                      // without a slash at the end
	from   atomic.Pointer[func() string] // the address of a request, nil for the real one
}

// smallBuffer is that of connections, in bytes, so that a client that reads nothing is soon stuck.
const smallBuffer = 8 << 10

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	w := &world{t: t, public: &url.URL{Scheme: "http", Host: server.Listener.Addr().String(), Path: "/demo"}}
	cfg := Config{URL: w.public, Max: 10, StartsPerMinute: 1000, Lifetime: time.Hour, Dir: t.TempDir()}
	for _, one := range change {
		one(&cfg)
	}
	var err error
	if w.demo, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	handler := w.demo.Handler()
	server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if from := w.from.Load(); from != nil {
			r.RemoteAddr = (*from)()
		}
		handler.ServeHTTP(rw, r)
	})
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		_ = conn.(*net.TCPConn).SetWriteBuffer(smallBuffer)
		return ctx
	}
	server.Start()
	t.Cleanup(func() {
		if err := w.demo.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return w
}

// browser is a visitor's. It follows no redirect.
type browser struct {
	walk.Walker
	t *testing.T
	w *world
}

func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &browser{walk.Walker{Root: w.public, HTTP: &http.Client{Transport: transport, Jar: jar}}, w.t, w}
}

func (b *browser) get(address string) *walk.Page {
	b.t.Helper()
	p, err := b.Open(b.t.Context(), address)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *browser) post(address string, form url.Values) *walk.Page {
	b.t.Helper()
	p, err := b.PostTo(b.t.Context(), address, form)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// started starts a sandbox and makes its wizard the browser's root.
func (b *browser) started(query string) *browser {
	b.t.Helper()
	p := b.post(b.w.public.String()+"/start"+query, nil)
	to := p.Location()
	if p.Status != http.StatusSeeOther || !strings.Contains(to.Path, "/s/") {
		b.t.Fatalf("starting a sandbox: %d, leads to %v\n%s", p.Status, to, p.Text)
	}
	root := *b.w.public
	root.Path = to.Path[:strings.Index(to.Path, wizardPart)+len(wizardPart)]
	b.Root = &root
	return b
}

// place returns the browser's sandbox.
func (b *browser) place() *place {
	b.t.Helper()
	for _, p := range b.w.places() {
		if strings.Contains(b.Root.Path, p.id) {
			return p
		}
	}
	b.t.Fatalf("there is no sandbox at %s", b.Root.Path)
	return nil
}

// places returns the sandboxes that are open.
func (w *world) places() []*place {
	w.demo.mu.Lock()
	defer w.demo.mu.Unlock()
	return slices.Collect(maps.Values(w.demo.byID))
}

func TestAVisitorGoesThroughTheWholeWizard(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	if p := b.get(w.public.String() + "/"); p.Status != http.StatusOK || !p.Says("a real PocketBase") {
		t.Fatalf("the front page: %d %s", p.Status, p.Text)
	}
	b.started("")
	if err := b.Whole(t.Context(), b.place().person, b.place().secret); err != nil {
		t.Fatal(err)
	}
	checks := b.get(b.Root.String() + "/verify")
	if !checks.Says("29 passed") && !checks.Says("29 checks passed") {
		t.Errorf("the checks: %s", checks.Text)
	}
	if p := b.get(w.public.String() + "/"); !p.Says("Continue in your sandbox") {
		t.Errorf("the front page: %s", p.Text)
	}
}

// TestAVisitorComesFromManyAddresses has a gateway of several machines, each of which passes on some requests.
func TestAVisitorComesFromManyAddresses(t *testing.T) {
	w := newWorld(t)
	var n atomic.Int64
	from := func() string { return fmt.Sprintf("10.0.0.%d:1", n.Add(1)%250+1) }
	w.from.Store(&from)
	b := w.browser().started("")
	if err := b.Whole(t.Context(), b.place().person, b.place().secret); err != nil {
		t.Fatal(err)
	}
}

// TestVisitorsComeAndGo is a small soak: nothing of those who left remains.
func TestVisitorsComeAndGo(t *testing.T) {
	const visitors, atOnce = 12, 4
	w := newWorld(t, func(c *Config) { c.Max = atOnce })
	before := goleak.IgnoreCurrent()
	var left atomic.Int64
	left.Store(visitors)
	var walking sync.WaitGroup
	var list []*browser
	for range atOnce {
		b := w.browser()
		list = append(list, b)
		walking.Go(func() {
			for left.Add(-1) >= 0 {
				if err := b.comeAndGo(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	walking.Wait()
	for _, b := range list {
		b.HTTP.CloseIdleConnections()
	}
	w.demo.ending.Wait()
	if err := goleak.Find(before, goleak.IgnoreTopFunction("net/http.(*conn).serve")); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(w.demo.temp, "*")); err != nil || len(left) != 1 {
		t.Errorf("there remain %v, %v", left, err) // the template
	}
	if started, ended := w.metric("started_total"), w.metric("ended_total"); started != visitors || ended != visitors {
		t.Errorf("%d started, %d ended", started, ended)
	}
}

// comeAndGo starts a sandbox, goes through the whole wizard and deletes the sandbox.
func (b *browser) comeAndGo() error {
	started, err := b.PostTo(b.t.Context(), b.w.public.String()+"/start", nil)
	if err != nil {
		return err
	}
	root := *started.Location()
	root.Path = strings.TrimSuffix(root.Path, "/")
	b.Root = &root
	p := b.place()
	if err := b.Whole(b.t.Context(), p.person, p.secret); err != nil {
		return err
	}
	_, err = b.PostTo(b.t.Context(), b.w.public.String()+"/end", nil)
	return err
}

func TestALinkOpensTheDemoAtAStep(t *testing.T) {
	w := newWorld(t)
	for step, title := range map[string]string{"": "Let people sign in", "authentik": "Connect authentik",
		"pocketbase": "Connect PocketBase", "settings": "Settings", "review": "Review", "apply": "Applying",
		"signin": "Test sign-in", "nowhere": "Let people sign in"} {
		t.Run(step, func(t *testing.T) {
			b := w.browser()
			front := b.get(w.public.String() + "/?at=" + step)
			if front.Status != http.StatusOK {
				t.Fatal(front.Text)
			}
			p := b.post(w.public.String()+front.Data("action")[len(w.public.Path):], nil)
			at := b.get(p.Location().String())
			if at.Status != http.StatusOK || !at.Says(title) || !at.Says("With your own") {
				t.Errorf("%s (%d) does not say %q:\n%s", p.Location(), at.Status, title, at.Text)
			}
		})
	}
}
