package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/sandbox"
	"authpocket/test/testkey"
)

const (
	redirectPath = "/api/oauth2-redirect"
	clientSecret = "a-secret-of-more-than-32-characters"
)

// world is a running sandbox with a client.
type world struct {
	*sandbox.Sandbox
	t *testing.T
}

func newWorld(t *testing.T) *world {
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
	return &world{Sandbox: box, t: t}
}

// ask sends JSON and reads JSON.
func (w *world) ask(method, address, authorization string, body any) (int, map[string]any) {
	w.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	request, err := http.NewRequest(method, address, bytes.NewReader(encoded))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	answered, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answered.Body.Close()
	text, err := io.ReadAll(answered.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var value map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &value); err != nil {
			w.t.Fatalf("%s %s answered %d %.200s", method, address, answered.StatusCode, text)
		}
	}
	return answered.StatusCode, value
}

// authentik calls the API of the simulated authentik as its superuser.
func (w *world) authentik(method, path string, body any) map[string]any {
	w.t.Helper()
	status, value := w.ask(method, w.AuthentikURL+"/api/v3"+path, "Bearer "+w.AuthentikToken, body)
	if status >= 300 {
		w.t.Fatalf("%s %s: %d %v", method, path, status, value)
	}
	return value
}

// first returns the key of the first row of a list.
func (w *world) first(path string) any {
	w.t.Helper()
	results, _ := w.authentik("GET", path, nil)["results"].([]any)
	if len(results) == 0 {
		w.t.Fatalf("GET %s: an empty list", path)
	}
	return results[0].(map[string]any)["pk"]
}

// link connects both systems by hand, with the default scope mappings.
func (w *world) link() (provider float64) {
	scope := "/propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-"
	flow := "/flows/instances/?slug=default-provider-"
	scopes := []any{w.first(scope + "openid"), w.first(scope + "profile"), w.first(scope + "email")}
	redirect := map[string]any{"matching_mode": "strict", "url": w.PocketBaseURL + redirectPath}
	w.authentik("PUT", "/core/transactional/applications/", map[string]any{
		"app":            map[string]any{"name": "PocketBase", "slug": "pocketbase"},
		"provider_model": "authentik_providers_oauth2.oauth2provider",
		"provider": map[string]any{
			"name": "PocketBase", "client_id": "pb", "client_secret": clientSecret,
			"grant_types":        []string{"authorization_code"},
			"authorization_flow": w.first(flow + "authorization-implicit-consent"),
			"invalidation_flow":  w.first(flow + "invalidation-flow"),
			"signing_key":        w.first("/crypto/certificatekeypairs/?has_key=true&key_type=rsa"),
			"property_mappings":  scopes,
			"redirect_uris":      []any{redirect},
		},
	})
	provider, _ = w.authentik("GET", "/core/applications/pocketbase/", nil)["provider"].(float64)
	o := w.AuthentikURL + "/application/o/"
	users := w.PocketBaseURL + "/api/collections/users"
	oidc := map[string]any{
		"name": "oidc", "displayName": "authentik", "clientId": "pb", "clientSecret": clientSecret, "pkce": true,
		"authURL": o + "authorize/", "tokenURL": o + "token/", "userInfoURL": o + "userinfo/",
	}
	status, answer := w.ask("PATCH", users, w.PocketBaseToken, map[string]any{
		"oauth2": map[string]any{"enabled": true, "providers": []any{oidc}},
	})
	if status != http.StatusOK {
		w.t.Fatalf("configuring PocketBase: %d %v", status, answer)
	}
	return provider
}

// signIn signs Ada in with a browser and sends the code to PocketBase.
func (w *world) signIn() (int, map[string]any) {
	w.t.Helper()
	_, methods := w.ask("GET", w.PocketBaseURL+"/api/collections/users/auth-methods", "", nil)
	offered := methods["oauth2"].(map[string]any)["providers"].([]any)[0].(map[string]any)
	redirectURL := w.PocketBaseURL + redirectPath
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var arrived *url.URL
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirectURL) {
			arrived = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	login, err := browser.Get(offered["authURL"].(string) + url.QueryEscape(redirectURL))
	if err != nil {
		w.t.Fatal(err)
	}
	defer login.Body.Close()
	page, err := io.ReadAll(login.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(page), w.Person.Password) || !strings.Contains(string(page), "simulated authentik") {
		w.t.Errorf("the login page shows neither the person nor that it is simulated:\n%s", page)
	}
	form := url.Values{"username": {w.Person.Username}, "password": {w.Person.Password}}
	back, err := browser.PostForm(login.Request.URL.String(), form)
	if err != nil {
		w.t.Fatal(err)
	}
	defer back.Body.Close()
	if arrived == nil {
		w.t.Fatalf("the browser stayed at %s (%d)", back.Request.URL, back.StatusCode)
	}
	if arrived.Query().Get("state") != offered["state"] {
		w.t.Errorf("the state came back as %q", arrived.Query().Get("state"))
	}
	return w.ask("POST", w.PocketBaseURL+"/api/collections/users/auth-with-oauth2", "", map[string]any{
		"provider": "oidc", "code": arrived.Query().Get("code"), "codeVerifier": offered["codeVerifier"],
		"redirectURL": redirectURL,
	})
}

// TestSignIn signs in with authentik's own e-mail mapping, which PocketBase refuses, and with a verified address, which
// creates a verified record.
func TestSignIn(t *testing.T) {
	w := newWorld(t)
	provider := w.link()

	status, refused := w.signIn()
	email, _ := refused["data"].(map[string]any)["email"].(map[string]any)
	if status != http.StatusBadRequest || email["message"] != "Cannot be blank." {
		t.Fatalf("with the default mapping: %d %v", status, refused)
	}

	verified := w.authentik("POST", "/propertymappings/provider/scope/", map[string]any{
		"name": "verified", "scope_name": "email",
		"expression": "return {\n    'email': request.user.email,\n    'email_verified': bool(request.user.email),\n}",
	})["pk"]
	kept := []any{verified}
	scope := "/propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-"
	kept = append(kept, w.first(scope+"openid"), w.first(scope+"profile"))
	encoded, _ := json.Marshal(provider)
	w.authentik("PATCH", "/providers/oauth2/"+string(encoded)+"/", map[string]any{"property_mappings": kept})

	status, signedIn := w.signIn()
	record, _ := signedIn["record"].(map[string]any)
	if status != http.StatusOK || record["verified"] != true ||
		record["email"] != w.Person.Email || record["name"] != w.Person.Name {
		t.Fatalf("with a verified address: %d %v", status, signedIn)
	}
	stored, err := w.PocketBase().App().FindAuthRecordByEmail("users", w.Person.Email)
	if err != nil || !stored.Verified() {
		t.Errorf("the record is not in the database, or not verified: %v", err)
	}
}

func TestCloseRemovesTheTemporaryDirectory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) != 1 {
		t.Errorf("%d temporary directories, want 1", len(entries))
	}
	if err := box.Close(); err != nil {
		t.Fatal(err)
	}
	if err := box.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) != 0 {
		t.Errorf("the temporary directory still exists")
	}
	for _, address := range []string{box.AuthentikURL, box.PocketBaseURL} {
		if _, err := http.Get(address); err == nil {
			t.Errorf("%s still answers", address)
		}
	}
}

func TestStartCleansUpAfterAnError(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	first := newWorld(t)
	taken := strings.TrimPrefix(first.AuthentikURL, "http://")
	_, err := sandbox.Start(t.Context(), sandbox.Config{AuthentikAddr: taken})
	if err == nil || !strings.Contains(err.Error(), "listening for the simulated authentik") {
		t.Fatalf("got %v", err)
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) != 1 {
		t.Errorf("%d temporary directories, want only the first sandbox's", len(entries))
	}
}

func TestDirIsKept(t *testing.T) {
	dir := t.TempDir()
	box, err := sandbox.Start(t.Context(), sandbox.Config{Dir: dir, SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pb_data", "data.db")); err != nil {
		t.Errorf("the data is gone: %v", err)
	}
}
