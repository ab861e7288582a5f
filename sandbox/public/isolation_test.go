package public

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/outbound"
)

// applied is a visitor who has applied the plan, and the path of the apply.
func (w *world) applied() (*browser, string) {
	w.t.Helper()
	b := w.browser().started("")
	at, err := b.To(w.t.Context(), "/apply/")
	if err == nil {
		err = b.Follow(w.t.Context(), at+"/events")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return b, at
}

// cookies returns what a browser has for an address.
func (b *browser) cookies(address string) []*http.Cookie {
	b.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.HTTP.Jar.Cookies(u)
}

// with sends a GET with those cookies and nothing else.
func with(t *testing.T, address string, header http.Header, cookies []*http.Cookie) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// TestAnotherVisitorsCookiesPathsAndIDsAreUseless tries each with what another visitor has.
func TestAnotherVisitorsCookiesPathsAndIDsAreUseless(t *testing.T) {
	w := newWorld(t)
	ada, job := w.applied()
	eve, _ := w.applied()
	stolen := eve.cookies(eve.Root.String() + "/")
	if len(stolen) < 3 {
		t.Fatalf("she has %v", stolen)
	}
	t.Run("her cookies at another's paths", func(t *testing.T) {
		for _, path := range []string{"/wizard/", "/wizard/review", "/wizard" + job, "/wizard/receipts",
			"/wizard/static/x", "/wizard/healthz", "/wizard/door", "/wizard/try/x", "/wizard/signin/callback",
			"/authentik/", "/authentik/if/flow/default-authentication-flow/", "/authentik/api/v3/core/users/",
			"/pocketbase/", "/pocketbase/api/health", "/pocketbase/api/realtime", "", "/", "/elsewhere"} {
			address := ada.place().root.String() + path
			for _, cookies := range [][]*http.Cookie{stolen, nil} {
				if status, text := with(t, address, nil, cookies); status != http.StatusNotFound ||
					!strings.Contains(text, "This sandbox is not open") {
					t.Errorf("%s answers %d", path, status)
				}
			}
		}
	})
	t.Run("another's session with her sandbox", func(t *testing.T) {
		mixed := ada.cookies(ada.Root.String() + "/")
		for i, c := range mixed {
			if strings.HasSuffix(c.Name, string(placeCookie)) {
				mixed[i] = &http.Cookie{Name: c.Name, Value: eve.place().key}
			}
		}
		if status, _ := with(t, eve.Root.String()+"/review", nil, mixed); status != http.StatusGone {
			t.Errorf("the review answers %d", status)
		}
	})
	t.Run("another's ids", func(t *testing.T) {
		for _, path := range []string{job, job + "/events"} {
			if p := eve.get(eve.Root.String() + path); p.Status != http.StatusNotFound {
				t.Errorf("%s answers %d", path, p.Status)
			}
		}
	})
	t.Run("another's address in the form", func(t *testing.T) {
		p, err := eve.Send(t.Context(), "/authentik", "/authentik", url.Values{
			"authentik.url":   {ada.place().base(authentikPart).String()},
			"authentik.token": {ada.place().authentik.AdminToken()}})
		if err != nil {
			t.Fatal(err)
		}
		if said := eve.get(p.Location().String()); !said.Says("this demo reaches its own two systems only") {
			t.Errorf("it says %s", said.Text)
		}
	})
	if p := ada.get(ada.Root.String() + job); p.Status != http.StatusOK {
		t.Errorf("afterwards her own apply answers %d", p.Status)
	}
}

// TestAnotherVisitorsTokensAreUseless asks each system with the tokens of another sandbox.
func TestAnotherVisitorsTokensAreUseless(t *testing.T) {
	w := newWorld(t)
	ada, _ := w.applied()
	eve, _ := w.applied()
	one, other := ada.place(), eve.place()
	for name, test := range map[string]struct {
		part, path  string
		own, theirs string
	}{
		"authentik's": {authentikPart, "/api/v3/core/users/", "Bearer " + one.authentik.AdminToken(),
			"Bearer " + other.authentik.AdminToken()},
		"PocketBase's": {pocketbasePart, "/api/collections", one.pocketbase.Token(), other.pocketbase.Token()},
	} {
		t.Run(name, func(t *testing.T) {
			for token, want := range map[string]bool{test.own: true, test.theirs: false} {
				r, err := http.NewRequest(http.MethodGet, one.base(test.part).String()+test.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", token)
				res, err := one.ways.RoundTrip(r) // as the wizard does
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if (res.StatusCode == http.StatusOK) != want {
					t.Errorf("with its own token %v: %s", want, res.Status)
				}
			}
		})
	}
	t.Run("PocketBase's from outside", func(t *testing.T) {
		header := http.Header{"Authorization": {one.pocketbase.Token()}}
		mine := ada.cookies(ada.Root.String() + "/")
		all, err := one.pocketbase.App().FindAllCollections()
		if err != nil {
			t.Fatal(err)
		}
		superusers := all[slices.IndexFunc(all, func(c *core.Collection) bool { return c.Name == "_superusers" })].Id
		for _, path := range []string{"/api/collections", "/api/settings", "/api/backups", "/api/logs", "/api/crons",
			"/api/collections/_superusers/records", "/api/collections/_superusers/auth-methods",
			"/api/collections/" + superusers + "/records", "/api/collections/%5Fsuperusers/records",
			"/api/collections/_SUPERUSERS/records", "/api/collections/users/../_superusers/records",
			"/api/collections/users%2F..%2F" + superusers + "/records"} {
			address := one.base(pocketbasePart).String() + path
			if status, _ := with(t, address, header, mine); status != http.StatusForbidden {
				t.Errorf("%s answers %d even to the visitor", path, status)
			}
		}
	})
}

// TestASandboxThatEndsInAnApplyLeavesOthersUntouched ends one while its changes are written.
func TestASandboxThatEndsInAnApplyLeavesOthersUntouched(t *testing.T) {
	w := newWorld(t)
	var walking sync.WaitGroup
	for range 3 {
		b := w.browser().started("")
		person, secret := b.place().person, b.place().secret
		walking.Go(func() {
			if err := b.Whole(t.Context(), person, secret); err != nil {
				t.Error(err)
			}
		})
	}
	for range 3 {
		b := w.browser().started("")
		if _, err := b.To(t.Context(), "/apply/"); err != nil {
			t.Fatal(err)
		}
		ended := b.place()
		b.post(w.public.String()+"/end", nil)
		waitFor(t, "the end", func() bool { _, err := os.Stat(ended.dir); return os.IsNotExist(err) })
	}
	walking.Wait()
}

// trap is a server on this machine that must get no request, and all names lead to it.
func trap(t *testing.T) (address string, hits *atomic.Int64) {
	t.Helper()
	hits = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		hits.Add(1)
		return nil, errors.New("no name may be looked up")
	}}
	t.Cleanup(func() { net.DefaultResolver = before })
	return server.URL, hits
}

// TestNothingLeavesASandbox tries every way out: an address, a name, a redirect, PocketBase's own requests and mail.
func TestNothingLeavesASandbox(t *testing.T) {
	w := newWorld(t)
	b := w.browser().started("?at=apply")
	p := b.place()
	address, hits := trap(t)
	t.Run("the wizard's forms", func(t *testing.T) {
		for _, to := range []string{address, "http://127.0.0.1:1", w.public.String(), "http://169.254.169.254",
			"https://authentik.example", "http://localhost", "http://[::1]:80", "http://" + p.root.Host,
			p.root.Scheme + "://" + p.root.Host + "@authentik.example", p.base(authentikPart).String() + "/../../x"} {
			for _, part := range []string{"authentik", "pocketbase"} {
				form := url.Values{part + ".url": {to}, part + ".token": {"token"}, part + ".insecure_http": {"on"}}
				sent, err := b.Send(t.Context(), "/"+part, "/"+part, form)
				if err != nil {
					t.Fatal(err)
				}
				if at := sent.Location(); at == nil || !strings.HasSuffix(at.Path, "/"+part) {
					t.Errorf("%s as %s leads to %v", to, part, at)
				}
			}
		}
	})
	t.Run("redirects", func(t *testing.T) {
		away := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, address, http.StatusFound)
		})
		client := &http.Client{Transport: &reach{ways: []way{{p.base(authentikPart), away}}}}
		if _, err := client.Get(p.base(authentikPart).String() + "/x"); !errors.Is(err, outbound.ErrElsewhere) {
			t.Errorf("it was followed: %v", err)
		}
	})
	t.Run("PocketBase's sign-in", func(t *testing.T) {
		body := `{"oauth2":{"enabled":true,"providers":[{"name":"oidc","clientId":"x","clientSecret":"x","authURL":"` +
			address + `","tokenURL":"` + address + `/token","userInfoURL":"` + address + `"}]}}`
		if status := p.ask(t, http.MethodPatch, "/api/collections/users", body); status != http.StatusOK {
			t.Fatalf("changing the collection: %d", status)
		}
		sent := `{"provider":"oidc","code":"x","codeVerifier":"x","redirectURL":"` + address + `"}`
		if status := p.ask(t, http.MethodPost, "/api/collections/users/auth-with-oauth2", sent); status < 400 {
			t.Errorf("a sign-in elsewhere: %d", status)
		}
	})
	t.Run("PocketBase's mail and files", func(t *testing.T) {
		host := strings.TrimPrefix(address, "http://")
		name, port, _ := strings.Cut(host, ":")
		settings := `{"smtp":{"enabled":true,"host":"` + name + `","port":` + port + `},` +
			`"s3":{"enabled":true,"endpoint":"` + address + `","bucket":"x","region":"x","accessKey":"x","secret":"x"}}`
		if status := p.ask(t, http.MethodPatch, "/api/settings", settings); status != http.StatusOK {
			t.Fatalf("changing the settings: %d", status)
		}
		p.ask(t, http.MethodPost, "/api/settings/test/email", `{"email":"a@b.example","template":"verification"}`)
		p.ask(t, http.MethodPost, "/api/settings/test/s3", `{"filesystem":"storage"}`)
	})
	if n := hits.Load(); n > 0 {
		t.Errorf("%d requests got out", n)
	}
}

// ask sends JSON to the PocketBase of a sandbox as its superuser.
func (p *place) ask(t *testing.T, method, path, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.base(pocketbasePart).String()+path,
		strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", p.pocketbase.Token())
	res, err := p.ways.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
