package authentiksim_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// verify validates an ID token with an independent library, by discovery, issuer and key set.
func (w *world) verify(idToken string) object {
	w.t.Helper()
	provider, err := oidc.NewProvider(w.t.Context(), w.url+"/application/o/pocketbase/")
	if err != nil {
		w.t.Fatal(err)
	}
	config := &oidc.Config{ClientID: "pb", Now: func() time.Time { return w.now }}
	token, err := provider.VerifierContext(w.t.Context(), config).Verify(w.t.Context(), idToken)
	if err != nil {
		w.t.Fatal(err)
	}
	claims := object{}
	if err := token.Claims(&claims); err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func TestTokensCanBeVerified(t *testing.T) {
	for name, algorithm := range map[string]jose.SignatureAlgorithm{"rsa": jose.RS256, "ecdsa": jose.ES256} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.addAda(nil)
			key, err := w.sim.AddKeyPair("key", name, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			w.link(object{"signing_key": key})
			tokens := w.exchange(w.browser().arrive(authorizePath("nonce", "n1")).Get("code"))
			tokens.has(t, http.StatusOK)
			idToken := tokens.json["id_token"].(string)
			claims := w.verify(idToken)
			if claims["nonce"] != "n1" || claims["email"] != "ada@example.com" || claims["email_verified"] != false {
				t.Errorf("claims %v", claims)
			}
			signed, err := jose.ParseSignedCompact(idToken, []jose.SignatureAlgorithm{algorithm})
			if err != nil {
				t.Errorf("not signed with %s: %v", algorithm, err)
			} else if signed.Signatures[0].Header.KeyID == "" {
				t.Error("the token has no key ID")
			}
		})
	}
}

func TestClientSecretSignsWithoutKey(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(object{"signing_key": nil})
	tokens := w.exchange(w.browser().arrive(authorizePath()).Get("code"))
	signed, err := jose.ParseSignedCompact(tokens.json["id_token"].(string), []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.Verify([]byte(clientSecret)); err != nil {
		t.Errorf("not signed with the client secret: %v", err)
	}
}

func TestEd25519CannotSign(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	key, err := w.sim.AddKeyPair("key", "ed25519", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.link(object{"signing_key": key})
	w.browser().get("/application/o/pocketbase/jwks/").has(t, http.StatusInternalServerError)
	code := w.browser().arrive(authorizePath()).Get("code")
	w.exchange(code).has(t, http.StatusInternalServerError)
}

// TestAuthorizeWithoutSession sends authorization requests from a browser without a session.
func TestAuthorizeWithoutSession(t *testing.T) {
	none := []string{"prompt", "none"}
	for name, test := range map[string]struct {
		provider object
		query    []string
		status   int
		title    string // of the page, if there is one
		error    string // sent to the redirect URI, if any
	}{
		"valid":           {nil, none, 302, "", "login_required"},
		"unknown client":  {nil, append([]string{"client_id", "x"}, none...), 400, "Client ID Error", ""},
		"no redirect URI": {nil, append([]string{"redirect_uri", ""}, none...), 400, "Redirect URI Error", ""},
		"another redirect URI": {nil, append([]string{"redirect_uri", callback + "/"}, none...), 400,
			"Redirect URI Error", ""},
		"unknown response type": {nil, append([]string{"response_type", "x"}, none...), 302,
			"", "unsupported_response_type"},
		"unknown challenge method": {nil, []string{"code_challenge", "x", "code_challenge_method", "S512"}, 302,
			"", "invalid_request"},
		"request object": {nil, []string{"request", "x"}, 302, "", "request_not_supported"},
		"grant not enabled": {object{"grant_types": []string{"refresh_token"}}, none, 302,
			"", "invalid_request"},
		"no grant at all":      {object{"grant_types": nil}, nil, 302, "", "invalid_request"},
		"implicit not enabled": {nil, []string{"response_type", "id_token"}, 302, "", "invalid_request"},
		"expression matches": {regex(`https://.*\.example/api/oauth2-redirect`), none, 302,
			"", "login_required"},
		"expression matches in part": {regex(`https://pocketbase`), none, 400, "Redirect URI Error", ""},
		"custom scheme": {object{"redirect_uris": []object{strict("myapp://x")}},
			append([]string{"redirect_uri", "myapp://x"}, none...), 400, "Bad Request", ""},
		"a script is stored, but not used": {object{"redirect_uris": []object{strict("javascript:alert(1)")}},
			append([]string{"redirect_uri", "javascript:alert(1)"}, none...), 400, "Redirect URI Error", ""},
		"only for logout": {object{"redirect_uris": []object{
			{"matching_mode": "strict", "url": callback, "redirect_uri_type": "logout"}}}, none, 400,
			"Redirect URI Error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.link(test.provider)
			r := w.browser().get(authorizePath(test.query...))
			r.has(t, test.status)
			if title(r) != test.title {
				t.Errorf("page %q, want %q", title(r), test.title)
			}
			if test.error != "" && location(t, r).Get("error") != test.error {
				t.Errorf("sent to %s, want %s", r.Header.Get("Location"), test.error)
			}
			if test.error != "" && len(r.Cookies()) > 0 {
				t.Errorf("a probe received cookies")
			}
		})
	}
}

func regex(pattern string) object {
	return object{"redirect_uris": []object{{"matching_mode": "regex", "url": pattern}}}
}

func TestAuthorizeWithoutQuery(t *testing.T) {
	w := newWorld(t, "")
	w.browser().get("/application/o/authorize/").has(t, http.StatusNotFound)
	w.browser().get("/application/o/authorize?client_id=x").has(t, http.StatusNotFound)
}

// TestFirstRedirectURIIsTrusted sends requests to a provider without redirect URIs, which adopts the first one.
func TestFirstRedirectURIIsTrusted(t *testing.T) {
	w := newWorld(t, "")
	w.link(object{"redirect_uris": []object{}})
	stranger := "https://stranger.example/callback"
	first := w.browser().get(authorizePath("redirect_uri", stranger, "prompt", "none"))
	if got := location(t, first).Get("error"); got != "login_required" {
		t.Errorf("the first one: %s", got)
	}
	uris := w.sim.Snapshot().Providers[0].RedirectURIs
	if len(uris) != 1 || uris[0].URL != stranger || uris[0].MatchingMode != "strict" {
		t.Errorf("stored %v", uris)
	}
	if got := title(w.browser().get(authorizePath("prompt", "none"))); got != "Redirect URI Error" {
		t.Errorf("the second one: %q", got)
	}
}

func TestProviderWithoutApplication(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/providers/oauth2/", w.provider(nil))
	if got := location(t, w.browser().get(authorizePath("prompt", "none"))).Get("error"); got != "login_required" {
		t.Errorf("with prompt=none: %s", got)
	}
	page := w.browser().get(authorizePath())
	page.has(t, http.StatusOK)
	if title(page) != "Permission denied" {
		t.Errorf("without: %q", title(page))
	}
	urls := w.must("GET", "/providers/oauth2/1/setup_urls/", nil)
	if _, has := urls["jwks"]; has || urls["issuer"] != nil || urls["provider_info"] != nil {
		t.Errorf("setup URLs %v", urls)
	}
}

func TestPKCE(t *testing.T) {
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	hashed := base64.RawURLEncoding.EncodeToString(sum[:])
	s256 := []string{"code_challenge", hashed, "code_challenge_method", "S256"}
	for name, test := range map[string]struct {
		challenge []string
		verifier  string
		status    int
	}{
		"S256":                         {s256, verifier, 200},
		"plain is the default":         {[]string{"code_challenge", verifier}, verifier, 200},
		"wrong verifier":               {s256, "x", 400},
		"no verifier":                  {s256, "", 400},
		"verifier without a challenge": {nil, verifier, 400},
		"neither":                      {nil, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.addAda(nil)
			w.link(nil)
			code := w.browser().arrive(authorizePath(test.challenge...)).Get("code")
			w.exchange(code, "code_verifier", test.verifier).has(t, test.status)
		})
	}
}

func TestCodesAndTokensExpire(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(object{"access_token_validity": "minutes=5"})
	b := w.browser()
	late := b.arrive(authorizePath()).Get("code")
	w.now = w.now.Add(time.Minute)
	expired := w.exchange(late)
	expired.has(t, http.StatusBadRequest)
	expired.mentions(t, "invalid_grant")

	tokens := w.exchange(location(t, b.get(authorizePath())).Get("code"))
	if tokens.json["expires_in"] != float64(300) {
		t.Errorf("expires in %v seconds", tokens.json["expires_in"])
	}
	bearer := "Bearer " + tokens.json["access_token"].(string)
	w.send(http.DefaultClient, "GET", "/application/o/userinfo/", bearer, "", nil).has(t, http.StatusOK)
	w.now = w.now.Add(5 * time.Minute)
	w.send(http.DefaultClient, "GET", "/application/o/userinfo/", bearer, "", nil).has(t, http.StatusUnauthorized)
}

func TestRefresh(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	tokens := w.exchange(w.browser().arrive(authorizePath("scope", "openid offline_access")).Get("code"))
	first, _ := tokens.json["refresh_token"].(string)
	if first == "" {
		t.Fatalf("no refresh token with offline_access: %s", tokens.body)
	}
	again := w.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first}})
	again.has(t, http.StatusOK)
	if second := again.json["refresh_token"]; second == first || second == nil {
		t.Errorf("the refresh token was not renewed")
	}
	w.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first}}).has(t, http.StatusBadRequest)
}

func TestTokenErrors(t *testing.T) {
	w := newWorld(t, "")
	w.link(object{"grant_types": []string{"authorization_code", "client_credentials"}})
	for name, test := range map[string]struct {
		form         url.Values
		error, words string
	}{
		"grant not enabled": {url.Values{"grant_type": {"password"}}, "invalid_grant", ""},
		"unsupported grant": {url.Values{"grant_type": {"client_credentials"}}, "server_error",
			"this simulated authentik has no client_credentials grant"},
		"no code": {url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {callback}},
			"invalid_grant", ""},
		"another redirect URI": {url.Values{"grant_type": {"authorization_code"}, "code": {"x"},
			"redirect_uri": {"https://x"}}, "invalid_client", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.token(test.form)
			r.has(t, http.StatusBadRequest)
			if r.json["error"] != test.error {
				t.Errorf("got %s", r.body)
			}
			r.mentions(t, test.words)
		})
	}
}

func TestSubjectAndIssuerModes(t *testing.T) {
	w := newWorld(t, "")
	ada := w.addAda(object{"upn": "ada@corp"})
	provider := w.link(nil)
	user := w.must("GET", "/core/users/"+itoa(ada)+"/", nil)
	preview := provider + "preview_user/?for_user=" + itoa(ada)
	for mode, want := range map[string]any{
		"hashed_user_id": user["uid"], "user_id": itoa(ada), "user_uuid": user["uuid"],
		"user_username": "ada", "user_email": "ada@example.com", "user_upn": "ada@corp",
	} {
		w.must("PATCH", provider, object{"sub_mode": mode})
		if got := w.must("GET", preview, nil)["preview"].(object)["sub"]; got != want {
			t.Errorf("%s: subject %v, want %v", mode, got, want)
		}
	}
	w.must("PATCH", provider, object{"issuer_mode": "global"})
	if got := w.must("GET", preview, nil)["preview"].(object)["iss"]; got != w.url+"/" {
		t.Errorf("global issuer %v", got)
	}
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func TestAddressesFollowTheRequest(t *testing.T) {
	w := newWorld(t, "")
	w.link(nil)
	const path = "/application/o/pocketbase/.well-known/openid-configuration"
	request, err := http.NewRequest(http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "auth.example.com"
	request.Header.Set("X-Forwarded-Proto", "https")
	request.Header.Set("X-Forwarded-Host", "elsewhere.example.com") // ignored
	answered, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answered.Body.Close()
	var found object
	if err := json.NewDecoder(answered.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	if found["issuer"] != "https://auth.example.com/application/o/pocketbase/" ||
		found["token_endpoint"] != "https://auth.example.com/application/o/token/" {
		t.Errorf("issuer %v, token endpoint %v", found["issuer"], found["token_endpoint"])
	}
}

func TestUserinfoAcceptsTheTokenInFormAndQuery(t *testing.T) {
	w := newWorld(t, "")
	w.addAda(nil)
	w.link(nil)
	access := w.exchange(w.browser().arrive(authorizePath()).Get("code")).json["access_token"].(string)
	b := w.browser()
	for name, r := range map[string]reply{
		"form":  b.post("/application/o/userinfo/", url.Values{"access_token": {access}}),
		"query": b.get("/application/o/userinfo/?access_token=" + url.QueryEscape(access)),
	} {
		if r.StatusCode != http.StatusOK || r.json["preferred_username"] != "ada" {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.body)
		}
	}
	alive := w.introspect(access)
	if alive["active"] != true || alive["scope"] != "openid email profile" {
		t.Errorf("introspection %v", alive)
	}
}

func (w *world) introspect(value string) object {
	w.t.Helper()
	form := url.Values{"client_id": {"pb"}, "client_secret": {clientSecret}, "token": {value}}
	return w.form("/application/o/introspect/", form).json
}

func TestImplicitAndHybridAnswerInTheFragment(t *testing.T) {
	for responseType, want := range map[string][]string{
		"id_token":            {"access_token", "expires_in", "id_token", "state", "token_type"},
		"code id_token":       {"code", "expires_in", "id_token", "state", "token_type"},
		"code id_token token": {"access_token", "code", "expires_in", "id_token", "state", "token_type"},
	} {
		t.Run(responseType, func(t *testing.T) {
			w := newWorld(t, "")
			w.addAda(nil)
			w.link(object{"grant_types": []string{"implicit", "hybrid"}})
			b := w.browser()
			next := b.signIn(authorizePath("response_type", responseType, "nonce", "n")).Header.Get("Location")
			values := location(t, b.get(next))
			var keys []string
			for key := range values {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			if !slices.Equal(keys, want) {
				t.Errorf("got %v, want %v", keys, want)
			}
			w.verify(values.Get("id_token"))
		})
	}
}
