package web

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox"
	"authpocket/test/testkey"
	"authpocket/web/connections"
	"authpocket/web/door"
)

// wizard is the whole program behind a real server, in front of a sandbox.
type wizard struct {
	t      *testing.T
	box    *sandbox.Sandbox
	server *Server
	http   *httptest.Server
}

// shared is one sandbox for all tests that write nothing to it.
var shared = sync.OnceValues(func() (*sandbox.Sandbox, error) {
	return sandbox.Start(context.Background(), sandbox.Config{SigningKey: testkey.RSA()})
})

func TestMain(m *testing.M) {
	code := m.Run()
	if box, err := shared(); err == nil {
		_ = box.Close()
	}
	os.Exit(code)
}

func sharedSandbox(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	box, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// newSandbox starts a real PocketBase and a simulated authentik.
func newSandbox(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
}

func wizardFor(t *testing.T, box *sandbox.Sandbox, cfg Config) *wizard {
	t.Helper()
	server := New(cfg)
	srv := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		server.Close()
		srv.Close()
	})
	return &wizard{t: t, box: box, server: server, http: srv}
}

// prefilled is what the demo starts the wizard with.
func prefilled(box *sandbox.Sandbox) Config {
	return Config{Prefill: connections.Prefill{
		AuthentikURL: box.AuthentikURL, AuthentikToken: secret.New(box.AuthentikToken),
		PocketBaseURL: box.PocketBaseURL, PocketBaseToken: secret.New(box.PocketBaseToken),
	}, Note: say.Of("a note")}
}

// browser is one person's browser: cookies, and no redirect followed unasked.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func (w *wizard) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	// Not the default transport: every httptest.Server that closes cuts its connections.
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	b := &browser{t: w.t, base: w.http.URL, http: &http.Client{
		Transport:     transport,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	b.post(door.PathEnter, url.Values{"code": {w.server.NewCode()}}).want(303, "/")
	return b
}

// inside gives a request the cookie of a browser that was let in.
func inside(t *testing.T, s *Server, req *http.Request) *http.Request {
	t.Helper()
	form := url.Values{"code": {s.NewCode()}}
	enter := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+door.PathEnter, strings.NewReader(form.Encode()))
	enter.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	enter.Header.Set("Sec-Fetch-Site", "same-origin")
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, enter)
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("the door stays shut: %d", rec.Code)
	}
	for _, c := range rec.Result().Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") {
			req.AddCookie(c)
		}
	}
	return req
}

// page is an answer.
type page struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	doc    *html.Node
}

func (b *browser) do(req *http.Request) *page {
	b.t.Helper()
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return &page{t: b.t, status: res.StatusCode, header: res.Header, text: string(body), doc: doc}
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

// post sends a form as the wizard's own page does.
func (b *browser) post(path string, form url.Values) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path,
		strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

// send fills in a page's form that leads to path, changes some of its values,
// and sends it.
func (b *browser) send(p *page, path string, changes url.Values) *page {
	b.t.Helper()
	form := p.form(path)
	for name, values := range changes {
		form[name] = values
	}
	return b.post(path, form)
}

// want asserts a status, and for a redirect where it leads.
func (p *page) want(status int, location ...string) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d\n%s", p.status, status, p.visible())
	}
	if len(location) > 0 && p.header.Get("Location") != location[0] {
		p.t.Fatalf("leads to %q, want %q", p.header.Get("Location"), location[0])
	}
	return p
}

// says asserts that the page shows the words.
func (p *page) says(words ...string) *page {
	p.t.Helper()
	text := p.visible()
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Errorf("the page does not say %q:\n%s", w, text)
		}
	}
	return p
}

func (p *page) title() string {
	for _, n := range p.all("title") {
		return text(n)
	}
	return ""
}

// visible is the text of the page's main part.
func (p *page) visible() string {
	for _, n := range p.all("main") {
		return text(n)
	}
	return p.text
}

// text returns the words of a node. A place where a word may break, <wbr>, does not end it.
func text(n *html.Node) string {
	var words []string
	for node := range n.Descendants() {
		if node.Type != html.TextNode {
			continue
		}
		more := strings.Fields(node.Data)
		if before := node.PrevSibling; before != nil && before.Data == "wbr" && len(words) > 0 && len(more) > 0 {
			words[len(words)-1] += more[0]
			more = more[1:]
		}
		words = append(words, more...)
	}
	return strings.Join(words, " ")
}

func (p *page) all(tag string) []*html.Node {
	var found []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, key string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// form is what a browser would send of the form that leads to path.
func (p *page) form(path string) url.Values {
	p.t.Helper()
	for _, f := range p.all("form") {
		if attr(f, "action") != path {
			continue
		}
		values := url.Values{}
		for n := range f.Descendants() {
			if n.Type == html.ElementNode && attr(n, "name") != "" && attr(n, "form") == "" {
				collect(values, n)
			}
		}
		return values
	}
	p.t.Fatalf("the page has no form that leads to %s:\n%s", path, p.visible())
	return nil
}

func collect(values url.Values, n *html.Node) {
	name := attr(n, "name")
	switch n.Data {
	case "textarea":
		raw := ""
		if n.FirstChild != nil {
			raw = n.FirstChild.Data
		}
		values.Set(name, raw)
	case "select":
		values.Set(name, selected(n))
	case "input":
		kind := attr(n, "type")
		if kind == "file" || (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
			return
		}
		values.Add(name, attr(n, "value"))
	}
}

func selected(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		if o.Data != "option" {
			continue
		}
		if has(o, "selected") {
			return attr(o, "value")
		}
		if !found {
			first, found = attr(o, "value"), true
		}
	}
	return first
}

// control returns the control with that name.
func (p *page) control(name string) *html.Node {
	p.t.Helper()
	for _, tag := range []string{"input", "textarea", "select"} {
		for _, n := range p.all(tag) {
			if attr(n, "name") == name {
				return n
			}
		}
	}
	p.t.Fatalf("the page has no control %q", name)
	return nil
}

// refused follows the answer to a form that was refused to the page that says why.
func (p *page) refused(b *browser) *page {
	p.t.Helper()
	next := b.get(p.want(303).header.Get("Location")).want(200)
	if len(next.summary()) == 0 {
		p.t.Fatalf("nothing is said to be wrong:\n%s", next.visible())
	}
	return next
}

// summary is the error summary's lines.
func (p *page) summary() []string {
	for _, n := range p.all("div") {
		if attr(n, "class") != "summary" {
			continue
		}
		var lines []string
		for li := range n.Descendants() {
			if li.Data == "li" {
				lines = append(lines, text(li))
			}
		}
		return lines
	}
	return nil
}

// connected goes through both connect pages of a prefilled wizard.
func (b *browser) connected() *browser {
	b.t.Helper()
	b.send(b.get("/authentik"), "/authentik", nil).want(303, "/pocketbase")
	b.send(b.get("/pocketbase"), "/pocketbase", nil).want(303, "/settings")
	return b
}

// invite creates an invitation and returns the page that shows its link.
func (b *browser) invite(form url.Values) *page {
	b.t.Helper()
	return b.get(b.post("/signin/invite", form).want(303).header.Get("Location")).want(200)
}

// answered goes on to the review.
func (b *browser) answered() *browser {
	b.t.Helper()
	b.connected()
	b.send(b.get("/settings"), "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	return b
}

// wait follows an event stream to its end and returns what it sent.
func (b *browser) wait(path, lastID string) string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	return b.do(req).want(200).text
}
