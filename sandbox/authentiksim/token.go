package authentiksim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var tokenErrors = map[string]string{
	"invalid_client": "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)",
	"invalid_grant": "The provided authorization grant or refresh token is invalid, expired, revoked, does not match the " +
		"redirection URI used in the authorization request, or was issued to another client",
	"invalid_request":        "The request is otherwise malformed",
	"invalid_scope":          "The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner",
	"unsupported_grant_type": "The authorization grant type is not supported by the authorization server",
}

// tokenProblem is an error code of the token endpoint.
type tokenProblem string

func (p tokenProblem) Error() string { return string(p) }

// token answers POST /application/o/token/.
func token(c *call) (answer, error) {
	form := c.form()
	id, secret := c.clientCredentials(form)
	p := c.st.providerByClientID(id)
	if p == nil {
		return c.oauthError(http.StatusBadRequest, "invalid_client", ""), nil
	}
	body, err := c.exchange(p, secret, form)
	if problem := tokenProblem(""); errors.As(err, &problem) {
		return c.oauthError(http.StatusBadRequest, string(problem), ""), nil
	}
	if errors.Is(err, errKeyType) {
		return c.errorPage(http.StatusInternalServerError, "Server Error", "An error occurred."), nil
	}
	if err != nil {
		return c.oauthError(http.StatusBadRequest, "server_error", err.Error()), nil
	}
	return jsonAnswer(http.StatusOK, body).with("Cache-Control", "no-store").with("Pragma", "no-cache"), nil
}

// clientCredentials are taken from the Authorization header, else from the form.
func (c *call) clientCredentials(form url.Values) (id, secret string) {
	if id, secret, basic := c.req.BasicAuth(); basic {
		return id, secret
	}
	return form.Get("client_id"), form.Get("client_secret")
}

// oauthError is an error of the endpoints clients ask, with a description of
// its own or the one that goes with the code.
func (c *call) oauthError(status int, problem, description string) answer {
	if description == "" {
		description = tokenErrors[problem]
	}
	return jsonAnswer(status, obj{"error": problem, "error_description": description, "request_id": c.id}).
		with("Cache-Control", "no-store").with("Pragma", "no-cache")
}

// exchange checks in authentik's order: is the grant enabled, does the client
// authenticate, and what the grant itself wants.
func (c *call) exchange(p *Provider, secret string, form url.Values) (obj, error) {
	grant := form.Get("grant_type")
	if c.features.grantTypes && !slices.Contains(p.GrantTypes, grant) {
		return nil, tokenProblem("invalid_grant")
	}
	authentic := p.ClientType == "public" || sameSecret(p.ClientSecret, secret)
	switch grant {
	case "authorization_code":
		if !authentic {
			return nil, tokenProblem("invalid_client")
		}
		return c.exchangeCode(p, form)
	case "refresh_token":
		if !authentic {
			return nil, tokenProblem("invalid_client")
		}
		return c.exchangeRefresh(p, form)
	case "client_credentials", "password":
		if !sameSecret(p.ClientSecret, secret) {
			return nil, tokenProblem("invalid_grant")
		}
		return nil, errors.New("this simulated authentik has no " + grant + " grant")
	}
	return nil, tokenProblem("unsupported_grant_type")
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// exchangeCode turns a code into tokens. The code works once, but only a
// successful exchange uses it up.
func (c *call) exchangeCode(p *Provider, form url.Values) (obj, error) {
	value := form.Get("code")
	if value == "" {
		return nil, tokenProblem("invalid_grant")
	}
	if uri := form.Get("redirect_uri"); !p.allows(uri) {
		c.noteWrongRedirect(p, uri)
		return nil, tokenProblem("invalid_client")
	} else if forbiddenScheme(uri) {
		return nil, tokenProblem("invalid_request")
	}
	code := c.st.codes[value]
	if code == nil || code.provider != p.PK || !c.now().Before(code.expires) || !c.st.users.has(code.user) {
		return nil, tokenProblem("invalid_grant")
	}
	if !code.proven(form.Get("code_verifier")) {
		return nil, tokenProblem("invalid_grant")
	}
	granted := &grantedToken{provider: p.PK, user: code.user, scopes: code.scopes, nonce: code.nonce,
		authTime: code.authTime, sid: code.sid}
	body, err := c.tokens(p, granted)
	if err != nil {
		return nil, err
	}
	if slices.Contains(code.scopes, "offline_access") {
		body["refresh_token"] = c.newRefreshToken(p, granted)
	}
	delete(c.st.codes, value)
	return body, nil
}

// proven checks the PKCE verifier. One without a challenge is wrong as well.
func (code *authorizationCode) proven(verifier string) bool {
	if code.challenge == "" || verifier == "" {
		return code.challenge == verifier
	}
	if code.challengeMethod == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return sameSecret(code.challenge, verifier)
}

// tokens signs the tokens of a grant.
func (c *call) tokens(p *Provider, g *grantedToken) (obj, error) {
	life := lifetime(p.AccessTokenValidity)
	g.expires = c.now().Add(life)
	idToken, access, err := c.issue(g, p)
	if err != nil {
		return nil, err
	}
	return obj{"access_token": access, "token_type": "Bearer", "scope": strings.Join(g.scopes, " "),
		"expires_in": int(life.Seconds()), "id_token": idToken}, nil
}

func (c *call) newRefreshToken(p *Provider, g *grantedToken) string {
	refresh := *g
	refresh.expires = c.now().Add(lifetime(p.RefreshTokenValidity))
	value := randomText(128)
	c.st.refresh[value] = &refresh
	return value
}

// exchangeRefresh turns a refresh token into new tokens, and into a new refresh
// token where the old one is near its end by the provider's threshold.
func (c *call) exchangeRefresh(p *Provider, form url.Values) (obj, error) {
	old := c.st.refresh[form.Get("refresh_token")]
	if old == nil || old.provider != p.PK || !c.usable(old) {
		return nil, tokenProblem("invalid_grant")
	}
	asked := strings.Fields(form.Get("scope"))
	if len(asked) == 0 {
		asked = old.scopes
	}
	for _, scope := range asked {
		if !old.holds(scope) {
			return nil, tokenProblem("invalid_scope")
		}
	}
	if !slices.Contains(asked, "offline_access") {
		return nil, tokenProblem("invalid_scope")
	}
	granted := *old
	body, err := c.tokens(p, &granted)
	if err != nil {
		return nil, err
	}
	threshold := lifetime(p.RefreshTokenThreshold)
	if threshold == 0 || old.expires.Sub(c.now()) < threshold {
		body["refresh_token"] = c.newRefreshToken(p, old)
		old.revoked = true
	}
	return body, nil
}

// noteWrongRedirect writes the event an administrator finds after a sign-in
// that failed for its redirect URI.
func (c *call) noteWrongRedirect(p *Provider, uri string) {
	expected := []obj{}
	for _, u := range p.RedirectURIs {
		expected = append(expected, obj{"url": u.URL, "matching_mode": u.MatchingMode, "redirect_uri_type": u.kind()})
	}
	c.note(Event{Action: "configuration_error", App: "authentik.providers.oauth2.views.token", Context: obj{
		"message": "Invalid redirect URI used by provider", "redirect_uri": uri, "expected": expected,
		"provider": modelContext("oauth2provider", "authentik_providers_oauth2", p.PK, p.Name),
	}})
}
