package authentiksim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authpocket/sandbox/authentiksim"
)

const loginFlow = "default-authentication-flow"

// reach goes through the login flow up to the stage after the password.
func (b *browser) reach() reply {
	b.w.t.Helper()
	b.executor(loginFlow, "", nil, false)
	b.executor(loginFlow, "", object{"component": "ak-stage-identification", "uid_field": "ada"}, false)
	b.executor(loginFlow, "", object{"component": "ak-stage-password", "password": "correct horse"}, false)
	next := b.executor(loginFlow, "", nil, false)
	if next.StatusCode == http.StatusFound {
		next = b.executor(loginFlow, "", nil, false)
	}
	return next
}

func TestSecondFactors(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(nil)
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // of RFC 6238, appendix B
	w.sim.GiveDevices(ada, authentiksim.Devices{TOTP: secret, Codes: []string{"one", "two"},
		Other: []string{"webauthn"}})
	w.now = time.Unix(1111111109, 0)
	try := func(code string) (passed bool) {
		b := w.browser()
		asked := b.reach()
		asked.mentions(t, `"device_class":"totp"`)
		asked.mentions(t, `"device_class":"webauthn"`)
		answer := b.executor(loginFlow, "", object{"component": "ak-stage-authenticator-validate", "code": code}, false)
		if answer.StatusCode == http.StatusOK {
			answer.mentions(t, `"code":"invalid","string":"Invalid Token. Please ensure`)
		}
		return answer.StatusCode == http.StatusFound
	}
	for _, step := range []struct {
		later  time.Duration
		code   string
		passes bool
	}{
		{0, "081804", true}, {0, "081804", false}, {2 * time.Second, "050471", true}, {time.Second, "000000", false},
		{0, "one", true}, {0, "one", false}, {0, "two", true},
	} {
		w.now = w.now.Add(step.later)
		if passed := try(step.code); passed != step.passes {
			t.Errorf("%s passes: %v", step.code, passed)
		}
	}
	b := w.browser()
	b.reach()
	b.executor(loginFlow, "", object{"component": "ak-stage-authenticator-validate"}, false).
		mentions(t, "Empty response")
}

func TestAddedStages(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.sim.SetLogin(authentiksim.LoginFlow{Stages: []map[string]any{{"component": "ak-stage-user-login"},
		{"component": "ak-stage-access-denied", "error_message": "Not today."}}})
	b := w.browser()
	b.reach().mentions(t, `"component":"ak-stage-user-login"`)
	b.executor(loginFlow, "", object{"component": "ak-stage-user-login"}, false).mentions(t, `"remember_me":[`)
	b.executor(loginFlow, "", object{"component": "ak-stage-user-login", "remember_me": false}, false).
		has(t, http.StatusFound)
	for range 2 {
		b.executor(loginFlow, "", nil, false).mentions(t, `"error_message":"Not today."`)
		b.executor(loginFlow, "", object{"component": "ak-stage-access-denied"}, false).
			mentions(t, "ak-stage-access-denied")
	}
	if got := location(t, b.get(authorizePathOf(w))).Get("error"); got != "login_required" {
		t.Errorf("signed in after a denial: %q", got)
	}
}

// authorizePathOf links an application and returns its authorization request without a login page.
func authorizePathOf(w *world) string {
	w.link(nil)
	return authorizePath("prompt", "none")
}

func TestInactivePeopleHaveWrongPasswords(t *testing.T) {
	w := newWorld(t, "")
	w.sim.Deactivate(w.addAda(nil))
	b := w.browser()
	b.executor(loginFlow, "", nil, false)
	b.executor(loginFlow, "", object{"component": "ak-stage-identification", "uid_field": "ada"}, false).
		has(t, http.StatusFound)
	b.executor(loginFlow, "", object{"component": "ak-stage-password", "password": "correct horse"}, false).
		mentions(t, "Invalid password")
}

// TestOriginsOverHTTPS: Django wants to know where a write comes from, once a person has signed in.
func TestOriginsOverHTTPS(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	b := w.browser()
	b.arrive(authorizePathLinked(w))
	var cookies []string
	csrf := ""
	for _, c := range b.client.Jar.Cookies(httptest.NewRequest(http.MethodGet, w.url, nil).URL) {
		cookies = append(cookies, c.Name+"="+c.Value)
		if c.Name == "authentik_csrf" {
			csrf = c.Value
		}
	}
	for _, test := range []struct{ origin, referer, says string }{
		{"", "", "Referer checking failed"}, {"https://elsewhere.example", "", "Origin checking failed"},
		{"https://authentik.example", "", "xak-flow-redirect"},
		{"", "https://authentik.example/if/flow/x/", "xak-flow-redirect"},
	} {
		r := httptest.NewRequest(http.MethodPost, "https://authentik.example/api/v3/flows/executor/"+
			"default-provider-authorization-implicit-consent/?query=", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", strings.Join(cookies, "; "))
		r.Header.Set("X-authentik-CSRF", csrf)
		r.Header.Set("Origin", test.origin)
		r.Header.Set("Referer", test.referer)
		recorder := httptest.NewRecorder()
		w.sim.ServeHTTP(recorder, r)
		if !strings.Contains(recorder.Body.String(), test.says) {
			t.Errorf("origin %q, referer %q: %s", test.origin, test.referer, recorder.Body)
		}
	}
}

func authorizePathLinked(w *world) string {
	w.link(nil)
	return authorizePath()
}
