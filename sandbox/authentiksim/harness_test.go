package authentiksim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authpocket/sandbox/authentiksim"
)

const (
	callback     = "https://pocketbase.example/api/oauth2-redirect"
	clientSecret = "a-secret-of-more-than-32-characters"
)

// world is a simulated authentik with a client that has the admin token.
type world struct {
	t   *testing.T
	sim *authentiksim.Server
	url string
	now time.Time // the server's clock, which tests move
}

func newWorld(t *testing.T, version string) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	w.sim = authentiksim.New(authentiksim.Config{Version: version, SigningKey: signingKey,
		Now: func() time.Time { return w.now }, ShowPassword: map[string]string{"ada": "correct horse"}})
	server := httptest.NewServer(w.sim)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// reply is an answer with its body.
type reply struct {
	*http.Response
	body []byte
	json map[string]any // nil unless the body is an object
}

func (w *world) send(client *http.Client, method, path, authorization, kind string, body []byte) reply {
	w.t.Helper()
	request, err := http.NewRequest(method, w.url+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	answered, err := client.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answered.Body.Close()
	text, err := io.ReadAll(answered.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := reply{Response: answered, body: text}
	_ = json.Unmarshal(text, &r.json) // pages stay nil
	return r
}

// as calls the API with a token.
func (w *world) as(token, method, path string, body any) reply {
	w.t.Helper()
	var encoded []byte
	kind := ""
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
		kind = "application/json"
	}
	return w.send(http.DefaultClient, method, "/api/v3"+path, "Bearer "+token, kind, encoded)
}

// admin calls the API as akadmin.
func (w *world) admin(method, path string, body any) reply {
	w.t.Helper()
	return w.as(w.sim.AdminToken(), method, path, body)
}

// must is admin for requests that must succeed.
func (w *world) must(method, path string, body any) map[string]any {
	w.t.Helper()
	r := w.admin(method, path, body)
	if r.StatusCode >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, r.StatusCode, r.body)
	}
	return r.json
}

// key returns the key of the first row of a list.
func (w *world) key(path string) string {
	w.t.Helper()
	results, _ := w.must("GET", path, nil)["results"].([]any)
	if len(results) == 0 {
		w.t.Fatalf("GET %s: an empty list", path)
	}
	return fmt.Sprint(results[0].(map[string]any)["pk"])
}

func (w *world) flow(slug string) string { return w.key("/flows/instances/?slug=" + slug) }

func (w *world) scope(name string) string {
	return w.key("/propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-" + name)
}

type object = map[string]any

// strict returns a redirect URI in strict mode.
func strict(address string) object { return object{"matching_mode": "strict", "url": address} }

// form posts a form without cookies.
func (w *world) form(path string, form url.Values) reply {
	w.t.Helper()
	const kind = "application/x-www-form-urlencoded"
	return w.send(http.DefaultClient, "POST", path, "", kind, []byte(form.Encode()))
}

// provider returns the body of a valid provider, with changes.
func (w *world) provider(changes object) object {
	body := object{
		"name": "PocketBase", "client_id": "pb", "client_secret": clientSecret,
		"grant_types":        []string{"authorization_code", "refresh_token"},
		"authorization_flow": w.flow("default-provider-authorization-implicit-consent"),
		"invalidation_flow":  w.flow("default-provider-invalidation-flow"),
		"signing_key":        w.key("/crypto/certificatekeypairs/?has_key=true&name=authentik+Self-signed+Certificate"),
		"property_mappings": []string{
			w.scope("openid"), w.scope("profile"), w.scope("email"), w.scope("offline_access")},
		"redirect_uris": []object{strict(callback)},
	}
	for key, value := range changes {
		if body[key] = value; value == nil {
			delete(body, key)
		}
	}
	return body
}

// link creates an application named PocketBase and returns the path of its provider.
func (w *world) link(changes object) string {
	w.t.Helper()
	w.must("PUT", "/core/transactional/applications/", object{
		"app": object{"name": "PocketBase", "slug": "pocketbase"}, "provider": w.provider(changes),
		"provider_model": "authentik_providers_oauth2.oauth2provider",
	})
	return fmt.Sprintf("/providers/oauth2/%v/", w.must("GET", "/core/applications/pocketbase/", nil)["provider"])
}

// browser keeps cookies and does not follow redirects.
type browser struct {
	w      *world
	client *http.Client
}

func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) get(path string) reply {
	b.w.t.Helper()
	return b.w.send(b.client, "GET", path, "", "", nil)
}

func (b *browser) post(path string, form url.Values) reply {
	b.w.t.Helper()
	return b.w.send(b.client, "POST", path, "", "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// authorizePath returns the path of PocketBase's authorization request, with changes.
func authorizePath(changes ...string) string {
	query := url.Values{"response_type": {"code"}, "client_id": {"pb"}, "scope": {"openid email profile"},
		"state": {"s1"}, "redirect_uri": {callback}}
	for i := 0; i+1 < len(changes); i += 2 {
		query.Set(changes[i], changes[i+1])
	}
	return "/application/o/authorize/?" + query.Encode()
}

// signIn submits the login page of an authorization request.
func (b *browser) signIn(path string) reply {
	b.w.t.Helper()
	login := b.get(path).Header.Get("Location")
	return b.post(login, url.Values{"username": {"ada"}, "password": {"correct horse"}})
}

// arrive signs Ada in and returns what the redirect URI receives.
func (b *browser) arrive(path string) url.Values {
	b.w.t.Helper()
	next := b.signIn(path).Header.Get("Location")
	return location(b.w.t, b.get(next))
}

// location returns the fragment or query of a redirect.
func location(t *testing.T, r reply) url.Values {
	t.Helper()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusFound {
		t.Fatalf("no redirect: %d %s", r.StatusCode, r.body)
	}
	if to.Fragment != "" {
		values, err := url.ParseQuery(to.Fragment)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	return to.Query()
}

// token calls the token endpoint as the client pb.
func (w *world) token(form url.Values) reply {
	w.t.Helper()
	form.Set("client_id", "pb")
	form.Set("client_secret", clientSecret)
	return w.form("/application/o/token/", form)
}

// exchange redeems a code.
func (w *world) exchange(code string, more ...string) reply {
	w.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.token(form)
}

func (w *world) addAda(attributes object) int {
	return w.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", attributes)
}

func title(r reply) string {
	return textOf(`(?s)<h1[^>]*data-test-id="card-title"[^>]*>(.*?)</h1>`, r.body)
}

// mentions fails unless the body contains the text.
func (r reply) mentions(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(string(r.body), text) {
		t.Errorf("%d %s does not mention %q", r.StatusCode, r.body, text)
	}
}

func (r reply) has(t *testing.T, status int) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("got %d %.300s, want %d", r.StatusCode, r.body, status)
	}
}

// serve calls a server without a socket and returns the status.
func serve(sim *authentiksim.Server, path string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+sim.AdminToken())
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, r)
	return recorder.Code
}
