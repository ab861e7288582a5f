package authentik_test

import (
	"bytes"
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// linkedLab has the tests' link in it, and ada who can sign in.
func linkedLab(t *testing.T, s link.Spec) (l *lab, c *authentik.Client, d link.Desired, ada int) {
	t.Helper()
	l = newLab(t, authentiksim.Config{Version: "2026.5.3"})
	ada = l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
	c = l.connect()
	return l, c, l.setUp(c, s).Desired, ada
}

// patch changes the link's provider behind authpocket's back.
func (l *lab) patch(c *authentik.Client, d link.Desired, body map[string]any) {
	l.t.Helper()
	for _, p := range l.observe(c, spec()).Providers {
		if p.ClientID == d.Provider.ClientID {
			l.admin("PATCH", "/providers/oauth2/"+strconv.Itoa(p.PK)+"/", body)
		}
	}
}

func TestChecksFailForWhatIsWrong(t *testing.T) {
	strict := func(url string) []any { return []any{map[string]any{"matching_mode": "strict", "url": url}} }
	for name, test := range map[string]struct {
		wrong  func(l *lab, c *authentik.Client, d *link.Desired)
		check  report.CheckID
		cause  report.CauseID
		remedy string
	}{
		"slug changed": {func(l *lab, _ *authentik.Client, _ *link.Desired) {
			l.admin("PATCH", "/core/applications/pocketbase/", map[string]any{"slug": "moved"})
		}, "authentik.discovery", "discovery", "slug"},
		"issuer mode": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"issuer_mode": "global"})
		}, "authentik.issuer", "issuer-mismatch", "issuer mode"},
		"no signing key": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"signing_key": nil})
		}, "authentik.jwks", "signing-key", "RSA or EC"},
		"an Ed25519 key": {func(l *lab, c *authentik.Client, d *link.Desired) {
			pk, err := l.sim.AddKeyPair("ed", "ed25519", time.Hour)
			if err != nil {
				l.t.Fatal(err)
			}
			l.patch(c, *d, map[string]any{"signing_key": pk})
		}, "authentik.jwks", "signing-key", "RSA or EC"},
		"another key": {func(l *lab, c *authentik.Client, d *link.Desired) {
			pk, err := l.sim.AddKeyPair("other", "ecdsa", time.Hour)
			if err != nil {
				l.t.Fatal(err)
			}
			l.patch(c, *d, map[string]any{"signing_key": pk})
		}, "authentik.jwks", "signing-key", "restore the signing key"},
		"redirect URI changed": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"redirect_uris": strict("https://pocketbase.company/api/oauth2-redirect/")})
		}, "authentik.redirect", "redirect-mismatch", "exactly this"},
		"redirect URI only by another entry": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d,
				map[string]any{"redirect_uris": []any{map[string]any{"matching_mode": "regex", "url": "https://.*"}}})
		}, "authentik.redirect", "redirect-mismatch", "exact redirect URI"},
		"second redirect URI gone": {func(_ *lab, _ *authentik.Client, d *link.Desired) {
			d.Provider.RedirectURIs = append(slices.Clone(d.Provider.RedirectURIs),
				link.RedirectURI{URL: "https://two.example.com/api/oauth2-redirect", Mode: "strict"})
		}, "authentik.redirect.2", "redirect-mismatch", "exactly this"},
		"secret rotated": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"client_secret": "rotated"})
		}, "authentik.client", "invalid-client", "same client ID and secret"},
		"client id changed": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"client_id": "changed"})
		}, "authentik.client", "unknown-client", "same client ID"},
		"public client": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"client_type": "public"})
		}, "authentik.client", "invalid-client", "Confidential"},
		"provider gone": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.admin("DELETE", "/providers/oauth2/"+strconv.Itoa(l.observe(c, spec()).Providers[0].PK)+"/", nil)
		}, "authentik.client", "discovery", "missing"},
		"no scopes": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"property_mappings": []any{}})
		}, "authentik.scopes", "missing-scopes", "Attach"},
		"authentik's e-mail mapping back": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"property_mappings": l.managed(c, "openid", "email", "profile")})
		}, "authentik.scopes", "missing-scopes", "attach"},
		"e-mail mapping back": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"property_mappings": l.managed(c, "openid", "email", "profile")})
		}, "authentik.email", "email-unverified", "scope mapping"},
		"no code grant": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"grant_types": []any{"refresh_token"}})
		}, "authentik.grants", "grant-types", "authorization_code"},
		"no code grant, asked": {func(l *lab, c *authentik.Client, d *link.Desired) {
			l.patch(c, *d, map[string]any{"grant_types": []any{"refresh_token"}})
		}, "authentik.redirect", "grant-types", "authorization_code"},
		"no access": {func(l *lab, c *authentik.Client, d *link.Desired) {
			group := l.sim.AddGroup("others")
			apply(l.t, c, link.Change{Kind: link.KindBinding,
				After: &link.BindingState{Application: link.Ref{Name: "pocketbase"}, Kind: "group",
					Target: link.Ref{ID: group, Name: "others"}, Enabled: true}})
		}, "authentik.access", "no-access", "group"},
	} {
		t.Run(name, func(t *testing.T) {
			l, c, d, ada := linkedLab(t, spec())
			test.wrong(l, c, &d)
			check := checkOf(t, c.Check(t.Context(), d, ada), test.check)
			if check.Status != report.Fail || check.Cause != test.cause || !strings.Contains(check.Remedy.String(),
				test.remedy) ||
				check.Evidence.Empty() {
				t.Errorf("got %+v", check)
			}
		})
	}
}

// managed are the primary keys of authentik's own mappings.
func (l *lab) managed(c *authentik.Client, scopes ...string) []any {
	var ids []any
	for _, m := range l.observe(c, spec()).Mappings {
		if m.Managed != "" && slices.Contains(scopes, m.Scope) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func TestChecksChangeNothing(t *testing.T) {
	l, c, d, ada := linkedLab(t, spec())
	before := l.sim.Snapshot()
	l.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet && r.URL.Path != "/application/o/revoke/" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		if !strings.HasPrefix(r.URL.Path, "/api/v3/") && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer") {
			t.Errorf("%s has the token", r.URL.Path)
		}
		return false
	})
	c.Check(t.Context(), d, ada)
	after := l.sim.Snapshot()
	if len(before.Providers[0].RedirectURIs) != len(after.Providers[0].RedirectURIs) ||
		len(before.Events) != len(after.Events) {
		t.Error("a check changed something")
	}
	if n := l.count(); n > 40 {
		t.Errorf("%d requests", n)
	}
}

// Without redirect URIs authentik stores the first one that anybody asks
// authorize with.
func TestAuthorizeIsNeverAskedWithoutRedirectURIs(t *testing.T) {
	for name, wrong := range map[string]func(l *lab, c *authentik.Client, d *link.Desired) *authentik.Client{
		"no redirect URI": func(l *lab, c *authentik.Client, d *link.Desired) *authentik.Client {
			l.patch(c, *d, map[string]any{"redirect_uris": []any{}})
			return c
		},
		"a provider that cannot be read": func(l *lab, _ *authentik.Client, _ *link.Desired) *authentik.Client {
			return l.connectAs(l.token())
		},
		"another provider's client id": func(l *lab, c *authentik.Client, d *link.Desired) *authentik.Client {
			l.patch(c, *d, map[string]any{"client_id": "changed"})
			return c
		},
	} {
		l, c, d, ada := linkedLab(t, spec())
		c = wrong(l, c, &d)
		l.count()
		check := checkOf(t, c.Check(t.Context(), d, ada), "authentik.redirect")
		if check.Status == report.Pass || check.Evidence.Empty() || l.asked("GET /application/o/authorize/") != 0 {
			t.Errorf("%s: %+v", name, check)
		}
	}
}

func TestChecksWithoutPermissionsAreSkippedWithTheReason(t *testing.T) {
	l, _, d, ada := linkedLab(t, spec())
	c := l.connectAs(l.token())
	want := map[report.CheckID]report.Status{
		"authentik.discovery": report.Pass, "authentik.issuer": report.Pass, "authentik.jwks": report.Pass,
		"authentik.client":   report.Pass,
		"authentik.redirect": report.Skipped, "authentik.scopes": report.Pass, "authentik.grants": report.Skipped,
		"authentik.email": report.Skipped, "authentik.access": report.Skipped,
		"authentik.validity": report.Skipped, "authentik.flows": report.Skipped, "authentik.person": report.Skipped,
		"authentik.claims":    report.Skipped,
		"authentik.endpoints": report.Pass, "authentik.bindings": report.Skipped, "authentik.settings": report.Skipped,
	}
	for _, check := range c.Check(t.Context(), d, ada) {
		if check.Status != want[check.ID] || check.Evidence.Empty() {
			t.Errorf("%+v, want %s", check, want[check.ID])
		}
	}
	d.Provider.ClientSecret = secret.Text{}
	if check := checkOf(t, c.Check(t.Context(), d, ada), "authentik.client"); check.Status != report.Skipped {
		t.Errorf("without a secret: %+v", check)
	}
}

func TestTheEmailCheckGoesByTheDecision(t *testing.T) {
	for name, test := range map[string]struct {
		decision link.EmailDecision
		attrs    map[string]any
		email    string
		status   report.Status
		cause    report.CauseID
	}{
		"trust all":             {link.EmailTrustAll, nil, "ada@example.com", report.Pass, ""},
		"trust all, no address": {link.EmailTrustAll, nil, "", report.Warn, "email-blank"},
		"trust the attribute, marked": {link.EmailTrustAttribute, map[string]any{"email_verified": true},
			"ada@example.com", report.Pass, ""},
		"trust the attribute, as text": {link.EmailTrustAttribute, map[string]any{"email_verified": "true"},
			"ada@example.com", report.Pass, ""},
		"trust the attribute, no mark": {link.EmailTrustAttribute, nil, "ada@example.com", report.Warn,
			"email-unverified"},
		"trust the attribute, denied": {link.EmailTrustAttribute, map[string]any{"email_verified": false},
			"ada@example.com", report.Warn, "email-unverified"},
		"leave": {link.EmailLeave, nil, "ada@example.com", report.Pass, ""},
		"leave, with the attribute set": {link.EmailLeave, map[string]any{"email_verified": true}, "ada@example.com",
			report.Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
			person := l.sim.AddPerson("grace", "Grace", test.email, "", test.attrs)
			c := l.connect()
			s := spec()
			s.Email = test.decision
			d := l.setUp(c, s).Desired
			check := checkOf(t, c.Check(t.Context(), d, person), "authentik.email")
			if check.Status != test.status || check.Cause != test.cause || !strings.Contains(check.Evidence.String(),
				"grace") ||
				!strings.Contains(check.Evidence.String(), "email_verified") {
				t.Errorf("got %+v", check)
			}
			all, err := c.Preview(t.Context(), d, person)
			claims := signin.ReadClaims(all)
			if err != nil || claims.Email != test.email || claims.Subject == "" || claims.Username != "grace" {
				t.Errorf("claims %+v, %v", claims, err)
			}
		})
	}
}

func TestTheTokensOwnAccountNeedNotSignIn(t *testing.T) {
	l, c, d, _ := linkedLab(t, spec())
	group := l.sim.AddGroup("others")
	apply(t, c, link.Change{Kind: link.KindBinding, After: &link.BindingState{Application: link.Ref{Name: "pocketbase"},
		Kind: "group", Target: link.Ref{ID: group, Name: "others"}, Enabled: true}})
	check := checkOf(t, c.Check(t.Context(), d, 0), "authentik.access")
	if check.Status != report.Warn || check.Cause != "no-access" || !strings.Contains(check.Evidence.String(),
		"akadmin") {
		t.Errorf("got %+v", check)
	}
}

// authentik is asked who may use an application unless it is certain that everybody may.
func TestAccessIsAskedForWhereItIsNotCertain(t *testing.T) {
	closed := func(l *lab) {
		l.admin("PATCH", "/admin/settings/", map[string]any{"flags": map[string]any{"core_default_app_access": false}})
	}
	bound := func(enabled bool) func(*lab) {
		return func(l *lab) {
			app := l.admin("GET", "/core/applications/pocketbase/", nil)["pk"]
			l.admin("POST", "/policies/bindings/", map[string]any{"target": app, "order": 0, "enabled": enabled,
				"group": l.sim.AddGroup("others")})
		}
	}
	for name, test := range map[string]struct {
		change  func(*lab)
		version string
		limited bool
		asked   int
		status  report.Status
	}{
		"nothing is bound":           {status: report.Pass},
		"a group is bound":           {change: bound(true), asked: 1, status: report.Fail},
		"a disabled binding":         {change: bound(false), asked: 1, status: report.Pass},
		"closed by default":          {change: closed, asked: 1, status: report.Fail},
		"an authentik without a say": {version: "2026.2.0", asked: 1, status: report.Pass},
		"a token that may see less":  {limited: true, asked: 1, status: report.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: cmp.Or(test.version, "2026.5.3")})
			person := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
			c := l.connect()
			d := l.setUp(c, spec()).Desired
			if test.change != nil {
				test.change(l)
			}
			if test.limited {
				person = 0 // only a superuser may ask for others
				c = l.connectAs(l.token("authentik_core.view_application",
					"authentik_providers_oauth2.view_oauth2provider", "authentik_policies.view_policybinding"))
			}
			l.count()
			check := checkOf(t, c.Check(t.Context(), d, person), "authentik.access")
			asked := l.asked("GET /api/v3/core/applications/pocketbase/check_access/")
			if asked != test.asked || check.Status != test.status {
				t.Errorf("asked %d times, want %d: %+v", asked, test.asked, check)
			}
		})
	}
}

func TestChecksOfAnAddressThatDoesNotAnswer(t *testing.T) {
	_, c, d, ada := linkedLab(t, spec())
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	d.AuthentikURL = gone.URL
	for _, id := range []report.CheckID{"authentik.discovery", "authentik.jwks", "authentik.redirect",
		"authentik.client"} {
		if check := checkOf(t, c.Check(t.Context(), d, ada), id); check.Status != report.Fail ||
			check.Cause != "unreachable" || !strings.Contains(check.Remedy.String(), gone.URL) {
			t.Errorf("%+v", check)
		}
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = w.Write([]byte("<html>Welcome</html>"))
	}))
	defer page.Close()
	d.AuthentikURL = page.URL
	for _, id := range []report.CheckID{"authentik.discovery", "authentik.redirect"} {
		if check := checkOf(t, c.Check(t.Context(), d, ada), id); check.Status != report.Fail ||
			check.Cause != "html-instead-of-json" {
			t.Errorf("%+v", check)
		}
	}
}

func TestTheIssuerDifferenceIsMarked(t *testing.T) {
	for from, says := range map[string]string{
		"http://AK/application/o/pocketbase/":       "",
		"http://AK/application/o/pocketbase":        "slash",
		"https://AK/application/o/pocketbase/":      "scheme",
		"http://internal/application/o/pocketbase/": "host",
		"http://AK/": "path",
	} {
		l, c, d, ada := linkedLab(t, spec())
		host := strings.TrimPrefix(l.url, "http://")
		l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				return false
			}
			recorder := httptest.NewRecorder()
			l.sim.ServeHTTP(recorder, r)
			mine := []byte(`"issuer":"` + l.url + `/application/o/pocketbase/"`)
			if !bytes.Contains(recorder.Body.Bytes(), mine) {
				t.Errorf("discovery says %s", recorder.Body)
			}
			answerJSON(w, 200, strings.Replace(recorder.Body.String(), string(mine), `"issuer":"`+
				strings.Replace(from, "AK", host, 1)+`"`, 1))
			return true
		})
		check := checkOf(t, c.Check(t.Context(), d, ada), "authentik.issuer")
		if says == "" && check.Status != report.Pass || says != "" &&
			(check.Status != report.Fail || !strings.Contains(check.Evidence.String(), says)) {
			t.Errorf("%s: %+v", from, check)
		}
	}
}

func TestAppSchemesAreProbedToo(t *testing.T) {
	s := spec()
	s.Provider.RedirectURIs = []link.RedirectURI{
		{URL: "https://pocketbase.company/api/oauth2-redirect", Mode: "strict"},
		{URL: "myapp://redirect", Mode: "strict"},
		{URL: "https://.*\\.example\\.com/x", Mode: "regex"},
	}
	_, c, d, ada := linkedLab(t, s)
	checks := c.Check(t.Context(), d, ada)
	if check := checkOf(t, checks, "authentik.redirect.2"); check.Status != report.Pass ||
		!strings.Contains(check.Title.String(), "myapp://redirect") {
		t.Errorf("got %+v", check)
	}
	for _, check := range checks {
		if check.ID == "authentik.redirect.3" {
			t.Errorf("a regular expression was asked with: %+v", check)
		}
	}
}
