package authentiksim_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestLoginPage(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	b := w.browser()
	login := b.get(authorizePath()).Header.Get("Location")
	page := b.get(login)
	for _, text := range []string{"simulated authentik", "Sign in to continue to PocketBase.", "Ada Lovelace",
		"correct horse", `autocomplete="current-password"`} {
		page.mentions(t, text)
	}
	if strings.Contains(string(page.body), "<script") {
		t.Error("the page has a script")
	}
	wrong := b.post(login, url.Values{"username": {"ada"}, "password": {"wrong"}})
	wrong.has(t, http.StatusOK)
	wrong.mentions(t, `role="alert"`)
	wrong.mentions(t, `value="ada"`)
	events := w.must("GET", "/events/events/?action=login_failed", nil)
	if count(events) != 1 {
		t.Errorf("%d failed logins noted, want 1", count(events))
	}
	right := b.post(login, url.Values{"username": {"ada@example.com"}, "password": {"correct horse"}})
	if got := right.Header.Get("Location"); !strings.HasPrefix(got, "/application/o/authorize/?") {
		t.Errorf("signed in and sent to %q", got)
	}
}

func TestNextStaysOnThisServer(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example/", "javascript:x", ""} {
		r := w.browser().post("/if/flow/default-authentication-flow/?next="+url.QueryEscape(next),
			url.Values{"username": {"ada"}, "password": {"correct horse"}})
		if got := r.Header.Get("Location"); got != "/" {
			t.Errorf("next=%s leads to %s", next, got)
		}
	}
}

func (w *world) explicit() object {
	return object{"authorization_flow": w.flow("default-provider-authorization-explicit-consent")}
}

func TestConsentPage(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(w.explicit())
	b := w.browser()
	authorize := b.signIn(authorizePath()).Header.Get("Location")
	consent := b.get(authorize).Header.Get("Location")
	if !strings.HasPrefix(consent, "/if/flow/default-provider-authorization-explicit-consent/?") {
		t.Fatalf("sent to %s", consent)
	}
	page := b.get(consent)
	for _, text := range []string{"simulated authentik", "PocketBase", "Email address", "General Profile Information"} {
		page.mentions(t, text)
	}
	token := regexp.MustCompile(`name="token" value="(\w+)"`).FindSubmatch(page.body)
	if token == nil {
		t.Fatalf("no token on the page: %s", page.body)
	}
	b.post(consent, url.Values{"token": {"wrong"}}).has(t, http.StatusOK) // the page again
	if got := location(t, b.post(consent, url.Values{"token": {string(token[1])}})); got.Get("code") == "" {
		t.Fatalf("no code: %v", got)
	}

	if got := location(t, b.get(authorizePath("prompt", "none"))); got.Get("code") == "" {
		t.Errorf("the consent was forgotten: %v", got)
	}
	fewer := authorizePath("prompt", "none", "scope", "openid")
	if got := location(t, b.get(fewer)).Get("error"); got != "consent_required" {
		t.Errorf("other scopes: %s", got)
	}
	w.now = w.now.Add(5 * 7 * 24 * time.Hour)
	if got := location(t, b.get(authorizePath("prompt", "none"))).Get("error"); got != "consent_required" {
		t.Errorf("five weeks later: %s", got)
	}
}

// executor calls the flow executor like the page of a real authentik.
func (b *browser) executor(flow, query string, answer object, csrf bool) reply {
	b.w.t.Helper()
	path := "/api/v3/flows/executor/" + flow + "/?query=" + url.QueryEscape(query)
	if answer == nil {
		return b.get(path)
	}
	request := strings.NewReader(marshal(b.w.t, answer))
	r, err := http.NewRequest(http.MethodPost, b.w.url+path, request)
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	at, _ := url.Parse(b.w.url)
	for _, cookie := range b.client.Jar.Cookies(at) {
		if csrf && cookie.Name == "authentik_csrf" {
			r.Header.Set("X-authentik-CSRF", cookie.Value)
		}
	}
	answered, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer answered.Body.Close()
	return read(b.w.t, answered)
}

func TestExecutorRefusesWrongAnswers(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	b := w.browser()
	const flow = "default-authentication-flow"
	b.executor(flow, "", nil, false)
	login := func(answer object) reply { return b.executor(flow, "", answer, false) }
	login(object{"component": "ak-stage-identification", "uid_field": "nobody"}).
		mentions(t, `"response_errors":{"non_field_errors":[{"code":"invalid","string":"Failed to authenticate."}]}`)
	login(object{"component": "ak-stage-identification", "uid_field": "ada"}).has(t, http.StatusFound)
	login(object{"component": "ak-stage-password", "password": "wrong"}).
		mentions(t, `"response_errors":{"password":[{"code":"invalid","string":"Invalid password"}]}`)
	login(object{"component": "ak-stage-password", "password": "correct horse"}).has(t, http.StatusFound)
	b.executor(flow, "", nil, false).has(t, http.StatusFound)
	b.executor(flow, "", nil, false).mentions(t, `{"component":"xak-flow-redirect","to":"/"}`)
	b.get("/api/v3/flows/executor/no-such-flow/?query=").has(t, http.StatusNotFound)
}

func TestConsentThroughTheExecutor(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(w.explicit())
	b := w.browser()
	authorize := b.signIn(authorizePath()).Header.Get("Location")
	b.get(authorize).has(t, http.StatusFound)
	const flow = "default-provider-authorization-explicit-consent"
	asked := b.executor(flow, "", nil, false)
	if asked.json["component"] != "ak-stage-consent" {
		t.Fatalf("asked %s", asked.body)
	}
	answer := object{"component": "ak-stage-consent", "token": asked.json["token"]}
	b.executor(flow, "", answer, false).mentions(t, "ak-stage-flow-error")
	done := b.executor(flow, "", answer, true)
	to, _ := done.json["to"].(string)
	if done.json["component"] != "xak-flow-redirect" || !strings.HasPrefix(to, callback+"?code=") {
		t.Errorf("after the consent: %s", done.body)
	}
}

func TestPromptsAndAge(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	b := w.browser()
	b.arrive(authorizePath())
	isLogin := func(path string) bool {
		return strings.HasPrefix(b.get(path).Header.Get("Location"), "/if/flow/default-authentication-flow/")
	}
	if isLogin(authorizePath()) {
		t.Error("asked to sign in despite a session")
	}
	if !isLogin(authorizePath("prompt", "login")) {
		t.Error("prompt=login did not ask to sign in")
	}
	if got := b.arrive(authorizePath("prompt", "login")); got.Get("code") == "" {
		t.Errorf("after the second sign-in: %v", got)
	}
	w.now = w.now.Add(time.Hour)
	if !isLogin(authorizePath("max_age", "60")) {
		t.Error("max_age did not ask to sign in")
	}
	got := b.get(authorizePath("prompt", "consent")).Header.Get("Location")
	if !strings.HasPrefix(got, "/if/flow/default-provider-authorization-implicit-consent/") {
		t.Errorf("prompt=consent led to %s", got)
	}
}

func TestFormPost(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	b := w.browser()
	page := b.get(b.signIn(authorizePath("response_mode", "form_post")).Header.Get("Location"))
	page.mentions(t, `action="`+callback+`"`)
	page.mentions(t, `name="code"`)
}

func TestSignOut(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(object{"redirect_uris": []object{strict(callback),
		{"matching_mode": "strict", "url": "https://pocketbase.example/bye", "redirect_uri_type": "logout"}}})
	b := w.browser()
	b.arrive(authorizePath())
	out := b.get("/application/o/pocketbase/end-session/").Header.Get("Location")
	b.get(out).mentions(t, "You are still signed in to authentik.")
	bye := b.get("/application/o/pocketbase/end-session/" +
		"?post_logout_redirect_uri=https%3A%2F%2Fpocketbase.example%2Fbye&state=s2")
	if got := bye.Header.Get("Location"); got != "https://pocketbase.example/bye?state=s2" {
		t.Errorf("sent to %s", got)
	}
	if got := location(t, b.get(authorizePath("prompt", "none"))); got.Get("code") == "" {
		t.Errorf("leaving the application ended authentik's session: %v", got)
	}
	invalidation := b.get("/flows/-/default/invalidation/").Header.Get("Location")
	b.get(invalidation).mentions(t, "You have signed out of authentik.")
	if got := location(t, b.get(authorizePath("prompt", "none"))).Get("error"); got != "login_required" {
		t.Errorf("still signed in: %s", got)
	}
}

func TestEveryPageStatesThatItIsSimulated(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	for path, status := range map[string]int{
		"/": 200, "/if/admin/": 200, "/if/user/": 200, "/if/flow/default-authentication-flow/": 200,
		"/if/flow/default-invalidation-flow/": 200, "/if/flow/default-user-settings-flow/": 200, "/nowhere": 404,
		"/api/v3/nowhere/": 404, authorizePath("client_id", "x"): 400,
	} {
		page := w.browser().get(path)
		page.has(t, status)
		page.mentions(t, "This is a <strong>simulated authentik</strong>.")
		for _, secret := range []string{w.sim.AdminToken(), clientSecret} {
			if strings.Contains(string(page.body), secret) {
				t.Errorf("%s shows a secret", path)
			}
		}
		if page.Header.Get("X-Powered-By") != "authentik" || page.Header.Get("X-Authentik-Id") == "" {
			t.Errorf("%s lacks a header: %v", path, page.Header)
		}
	}
	overview := w.browser().get("/if/admin/")
	for _, text := range []string{"There is no dashboard here.", "PocketBase", callback, "ada@example.com",
		"model created", "OpenID &#39;email&#39;"} {
		overview.mentions(t, text)
	}
	w.browser().get("/static/simulated/style.css").has(t, http.StatusOK)
}
