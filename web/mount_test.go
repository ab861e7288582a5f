package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"authpocket/web/door"
)

const mountPath = "/demo/s/one/wizard"

// valued matches the attributes of a page that begin with a slash.
var valued = regexp.MustCompile(`\s([a-z:-]+)="(/[^"]*)"`)

// mounted is a shared wizard at a path, and a browser whose base is there.
func mounted(t *testing.T) (*wizard, *browser) {
	t.Helper()
	box := newSandbox(t)
	cfg := prefilled(box)
	cfg.Shared, cfg.Mount = true, door.Mount{Path: mountPath}
	w := keeping(t, box, cfg)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return w, &browser{t: t, base: w.http.URL + mountPath, http: &http.Client{Transport: transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// TestEveryAddressOfAMountedWizardIsBelowItsPath goes to every page of a link that stands.
func TestEveryAddressOfAMountedWizardIsBelowItsPath(t *testing.T) {
	w, b := mounted(t)
	for _, step := range [][2]string{{"/authentik", "/pocketbase"}, {"/pocketbase", "/settings"}} {
		page := b.get(step[0])
		b.post(step[0], page.form(mountPath+step[0])).want(303, mountPath+step[1])
	}
	form := b.get("/settings").form(mountPath + "/settings")
	form.Set("email", "trust-all")
	b.post("/settings", form).want(303, mountPath+"/review")
	job := strings.TrimPrefix(b.post("/apply", b.get("/review").form(mountPath+"/apply")).want(303).header.
		Get("Location"), mountPath)
	events := b.wait(job+"/events", "")
	below(t, "the events of an apply", events)
	test := strings.TrimPrefix(b.post("/signin", nil).want(303).header.Get("Location"), mountPath)

	live := map[string]string{"/apply/{id}": job, "/signin/{id}": test, "/receipts/{id}": "/receipts/unknown",
		"/fix/{cause}": "/fix/invalid-client", "/export/{format}": "/export/markdown", "/try/{token}": "/try/unknown",
		"/static/*": w.server.reply.Assets.Styles, "/settings/find": "/settings/find?in=access.groups&q=x"}
	err := chi.Walk(w.server.routes(), func(method, route string, _ http.Handler,
		_ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet || strings.HasSuffix(route, "/events") {
			return nil
		}
		p := b.get(lead(t, live, route))
		if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
			below(t, route, p.text)
		}
		if to := p.header.Get("Location"); to != "" && !strings.HasPrefix(to, mountPath+"/") {
			t.Errorf("%s leads to %s", route, to)
		}
		for _, c := range (&http.Response{Header: p.header}).Cookies() {
			if !strings.HasPrefix(c.Path, mountPath+"/") || strings.HasPrefix(c.Name, "__Host-") {
				t.Errorf("%s sets %s", route, c)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// below reports the addresses of a page that do not begin at the mount.
func below(t *testing.T, what, page string) {
	t.Helper()
	for _, found := range valued.FindAllStringSubmatch(page, -1) {
		if found[1] != "value" && !strings.HasPrefix(found[2], mountPath+"/") {
			t.Errorf("%s has %s", what, found[0])
		}
	}
}

func TestAMountedWizardKeepsItsDoor(t *testing.T) {
	s := New(Config{Shared: true, Mount: door.Mount{Path: mountPath}})
	t.Cleanup(s.Close)
	eachRoute(t, s, func(method, path string) {
		from := func(header map[string]string, host string) *httptest.ResponseRecorder {
			r := request(method, mountPath+path, header)
			r.Host = host
			return answerTo(s, r)
		}
		here := "127.0.0.1"
		if rec := from(nil, "evil.example"); rec.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s %s under a foreign name: %d", method, path, rec.Code)
		}
		for _, site := range []string{"cross-site", "same-site"} {
			foreign := map[string]string{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate",
				"Sec-Fetch-Dest": "iframe"}
			if rec := from(foreign, here); rec.Code != http.StatusForbidden {
				t.Errorf("%s %s framed by another site: %d", method, path, rec.Code)
			}
		}
		wantHeaders(t, method+" "+path, from(nil, here).Header())
		if rec := answerTo(s, request(method, path, nil)); rec.Code != http.StatusNotFound {
			t.Errorf("%s %s beside the mount: %d", method, path, rec.Code)
		}
	})
}

func TestCookiesOfAFrame(t *testing.T) {
	for name, test := range map[string]struct {
		mount door.Mount
		want  string
	}{
		"in a frame": {door.Mount{Path: "/demo", Framed: true}, "__Secure-x=v; Path=/demo/; HttpOnly; Secure; " +
			"SameSite=None; Partitioned"},
		"not in a frame": {door.Mount{Path: "/demo"}, "__Secure-x=v; Path=/demo/; HttpOnly; Secure; SameSite=Strict"},
		"at the root":    {door.Mount{}, "__Host-x=v; Path=/; HttpOnly; Secure; SameSite=Strict"},
	} {
		t.Run(name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			r := door.ViaHTTPS(httptest.NewRequest(http.MethodGet, "https://demo.example/", nil))
			door.Cookie("x").Set(rec, test.mount.Of(r), "v", 0)
			if got := rec.Header().Values("Set-Cookie"); len(got) != 1 || got[0] != test.want {
				t.Errorf("it sets %q", got)
			}
		})
	}
}

func TestOnlyNamedOriginsMayFrame(t *testing.T) {
	s := New(Config{Shared: true, Mount: door.Mount{Path: "/demo", Frames: []string{"https://docs.example"}}})
	t.Cleanup(s.Close)
	rec := answerTo(s, request(http.MethodGet, "/demo/", nil))
	if got := rec.Header().Get("Content-Security-Policy"); !strings.HasSuffix(got,
		"; frame-ancestors 'self' https://docs.example") {
		t.Errorf("the policy is %q", got)
	}
}
