package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"authpocket/static"
	"authpocket/web/view/changes"
)

// living is a browser at a link that stands, and for each route with a
// parameter a path that leads to something real.
func living(t *testing.T, change ...func(*Config)) (*wizard, *browser, map[string]string) {
	t.Helper()
	box := newSandbox(t)
	cfg := prefilled(box)
	for _, one := range change {
		one(&cfg)
	}
	w := keeping(t, box, cfg)
	b := w.browser().linked()
	job := w.only(t).Begun()[0].ID
	test := b.post("/signin", nil).want(303).header.Get("Location")
	invited, err := url.Parse(text(b.invite(nil).all("pre")[0]))
	if err != nil {
		t.Fatal(err)
	}
	return w, b, map[string]string{
		"/apply/{id}": "/apply/" + job, "/signin/{id}": test, "/receipts/{id}": "/receipts/" + b.newest(),
		"/fix/{cause}": "/fix/invalid-client", "/export/{format}": "/export/markdown", "/try/{token}": invited.Path,
		static.Prefix + "*": w.server.reply.Assets.Styles, "/settings/find": "/settings/find?in=access.groups&q=x",
	}
}

// lead replaces a route's parameters by what is there.
func lead(t *testing.T, live map[string]string, route string) string {
	t.Helper()
	for pattern, path := range live {
		if route == pattern || strings.HasPrefix(route, pattern+"/") {
			return path + strings.TrimPrefix(route, pattern)
		}
	}
	if strings.ContainsAny(route, "{*") {
		t.Errorf("nothing real is known for %s", route)
	}
	return route
}

// ask is a request as a browser sends it, with what is changed.
func (b *browser) ask(client *http.Client, method, path string, change func(*http.Request)) *page {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	change(req)
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	p := &page{t: b.t, status: res.StatusCode, header: res.Header}
	if res.Header.Get("Content-Type") != "text/event-stream" { // those may have no end
		body, err := io.ReadAll(res.Body)
		if err != nil {
			b.t.Fatal(err)
		}
		p.text = string(body)
	}
	return p
}

// elsewhere are the pages that send the browser on in this state, or know
// nothing without what authentik sends along.
func elsewhere(path string) int {
	switch path {
	case "/door", "/forgotten", "/pocketbase/code", "/rotate/back", "/signin/address/remove":
		return http.StatusSeeOther
	case callbackPath, changes.PlanURL:
		return http.StatusNotFound
	case "/passwords": // no sign-in was proved
		return http.StatusConflict
	}
	if strings.HasPrefix(path, "/signin/") && strings.HasSuffix(path, "/invite") {
		return http.StatusSeeOther // another page was read since
	}
	return http.StatusOK
}

func TestEveryRouteIsGuardedWhereSomethingIsBehindIt(t *testing.T) {
	w, b, live := living(t)
	stranger := &http.Client{CheckRedirect: b.http.CheckRedirect}
	heading := regexp.MustCompile(`<h1[ >]`)
	err := chi.Walk(w.server.routes(), func(method, route string, _ http.Handler,
		_ ...func(http.Handler) http.Handler) error {
		path := lead(t, live, route)
		what := method + " " + route
		if !free(method, path) { // a link for somebody else would be used up
			p := b.ask(stranger, method, path, func(*http.Request) {})
			if p.status != http.StatusForbidden || method != http.MethodHead &&
				!strings.Contains(p.text, "Enter the setup code") {
				t.Errorf("%s: a stranger gets %d", what, p.status)
			}
		}
		if p := b.ask(b.http, method, path,
			func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }); p.status != http.StatusForbidden {
			t.Errorf("%s: another site's page gets %d", what, p.status)
		}
		if p := b.ask(b.http, method, path,
			func(r *http.Request) { r.Host = "evil.example" }); p.status != http.StatusMisdirectedRequest {
			t.Errorf("%s: by another name it is %d", what, p.status)
		}
		if method == http.MethodGet || method == http.MethodHead { // what writes has tests of its own
			p := b.ask(b.http, method, path, func(*http.Request) {})
			wantGuarded(t, what, path, p)
			if kind := p.header.Get("Content-Type"); method == http.MethodGet && strings.HasPrefix(kind, "text/html") &&
				p.status == http.StatusOK && path != live["/settings/find"] && !heading.MatchString(p.text) {
				t.Errorf("%s: it is no page: %.300s", what, p.text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantGuarded holds a real answer to its status, type and headers.
func wantGuarded(t *testing.T, what, path string, p *page) {
	t.Helper()
	if p.status != elsewhere(path) {
		t.Errorf("%s: %d", what, p.status)
	}
	h := p.header.Clone()
	if strings.HasSuffix(path, "/events") != (h.Get("Content-Type") == "text/event-stream") {
		t.Errorf("%s has the type %q", what, h.Get("Content-Type"))
	}
	if waits := strings.HasPrefix(path, "/signin/") || strings.HasPrefix(path, "/try/"); waits &&
		h.Get("Cross-Origin-Opener-Policy") == "same-origin-allow-popups" {
		// The page that waits for a sign-in may reach PocketBase and keep its window.
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy",
			regexp.MustCompile(`connect-src 'self' http://127\.0\.0\.1:\d+;`).ReplaceAllString(
				h.Get("Content-Security-Policy"), "connect-src 'self';"))
	}
	if strings.HasSuffix(path, "/wait") && h.Get("Cross-Origin-Opener-Policy") == "unsafe-none" {
		h.Set("Cross-Origin-Opener-Policy", "same-origin") // the page that opened it sends it on to authentik
	}
	wantHeaders(t, what, h)
	stored := strings.HasPrefix(h.Get("Cache-Control"), "no-store")
	if stored == strings.HasPrefix(path, static.Prefix) {
		t.Errorf("%s: Cache-Control is %q", what, h.Get("Cache-Control"))
	}
	types := []string{"text/html; charset=utf-8", "text/markdown; charset=utf-8", "text/plain; charset=utf-8",
		"text/yaml; charset=utf-8", "text/event-stream", "application/json", "text/css; charset=utf-8"}
	if !slices.Contains(types, h.Get("Content-Type")) {
		t.Errorf("%s has the type %q", what, h.Get("Content-Type"))
	}
}
