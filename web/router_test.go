package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/form"
	"authpocket/web/middleware"
)

// eachRoute calls visit for every route of the router, with a path that leads
// there.
func eachRoute(t *testing.T, s *Server, visit func(method, path string)) {
	t.Helper()
	n := 0
	err := chi.Walk(s.routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		n++
		visit(method, strings.NewReplacer("{id}", "unknown", "/*", "/unknown").Replace(route))
		return nil
	})
	if err != nil || n < 15 {
		t.Fatalf("walked %d routes: %v", n, err)
	}
}

func wantHeaders(t *testing.T, what string, got http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Access-Control-Allow-Origin":  "",
	} {
		if got := got.Get(name); got != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if got := got.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
		t.Errorf("%s: Permissions-Policy is %q", what, got)
	}
}

func TestEveryRouteHasTheHeaders(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	check := func(method, path string) {
		req := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
		for _, rec := range []*httptest.ResponseRecorder{answerTo(s, req),
			answerTo(s, inside(t, s, request(method, path, nil)))} {
			wantHeaders(t, method+" "+path, rec.Header())
			stored := rec.Header().Get("Cache-Control")
			if !strings.HasPrefix(stored, "no-store") && !strings.HasPrefix(path, static.Prefix) {
				t.Errorf("%s %s: Cache-Control is %q", method, path, stored)
			}
		}
	}
	eachRoute(t, s, check)
	check("GET", "/nowhere")
	check("POST", "/")
	check("GET", s.reply.Assets.Styles)
}

func TestEveryWriteFromAnotherSiteIsRefused(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	eachRoute(t, s, func(method, path string) {
		if method == "GET" || method == "HEAD" {
			return
		}
		for _, site := range []string{"cross-site", "same-site"} {
			req := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
			req.Header.Set("Sec-Fetch-Site", site)
			rec := httptest.NewRecorder()
			s.Handler().ServeHTTP(rec, req)
			if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "another site") {
				t.Errorf("%s %s from %s: %d", method, path, site, rec.Code)
			}
		}
		req := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
		req.Header.Set("Origin", "http://evil.example")
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, req)
		if rec.Code != http.StatusForbidden {
			t.Errorf("%s %s with a foreign Origin: %d", method, path, rec.Code)
		}
	})
}

func TestUnknownPagesAreKind(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	b := (&wizard{t: t, server: s, http: srv}).browser()
	b.get("/nowhere").want(404).says("Page not found", "Go to start")
	b.get("/apply/unknown").want(404).says("This is no longer shown", "Go to start")
	b.get("/apply").want(405).says("cannot be opened directly")
	b.get("/settings/find?in=access.groups&q=x").want(200)
	p := b.get(s.reply.Assets.Styles)
	if p.status != 200 || !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the style sheet: %d, %v", p.status, p.header)
	}
}

func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for ask, want := range map[string]string{
		"PUT /settings": "GET, HEAD, POST", "DELETE /review": "GET, HEAD", "GET /apply": "POST", "HEAD /leave": "POST",
		"PATCH /signin/x/stage": "POST", "POST /healthz": "GET, HEAD", "PUT " + s.reply.Assets.Styles: "GET, HEAD",
		"PUT /door": "GET, HEAD, POST",
	} {
		method, path, _ := strings.Cut(ask, " ")
		rec := answerTo(s, inside(t, s, request(method, path, nil)))
		if got := rec.Header().Get("Allow"); rec.Code != http.StatusMethodNotAllowed || got != want {
			t.Errorf("%s: %d, Allow is %q, want %q", ask, rec.Code, got, want)
		}
	}
}

func TestTooMuchIsRefusedInWords(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	b := (&wizard{t: t, server: s, http: srv}).browser()
	b.post("/authentik", url.Values{"authentik.token": {strings.Repeat("x", form.MaxBody)}}).want(413).says("64 kB",
		"Back to the form")
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/authentik",
		strings.NewReader("no form at all"))
	req.Header.Set("Content-Type", "multipart/form-data")
	req.Header.Set("Origin", b.base)
	b.do(req).want(400).says("is not a form of authpocket")
}

func TestAPanicGivesNothingAway(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	h := door.Headers(middleware.Recover(s.cfg.Log, s.reply.Pages.Fail)(http.HandlerFunc(func(http.ResponseWriter,
		*http.Request) {
		panic("the innermost")
	})))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != 500 || strings.Contains(rec.Body.String(), "innermost") ||
		!strings.Contains(rec.Body.String(), "Something went wrong inside authpocket") {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
}

func TestHeadIsAnswered(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, inside(t, s, httptest.NewRequest("HEAD", "http://127.0.0.1/", nil)))
	if rec.Code != 200 {
		t.Errorf("HEAD / is answered with %d", rec.Code)
	}
}
