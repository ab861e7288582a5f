package oidc

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// tokenErrors returns the descriptions of the error codes.
func tokenErrors() map[string]string {
	return map[string]string{
		"invalid_client": "Client authentication failed (e.g., unknown client, no client authentication included, " +
			"or unsupported authentication method)",
		"invalid_grant": "The provided authorization grant or refresh token is invalid, expired, revoked, " +
			"does not match the redirection URI used in the authorization request, or was issued to another client",
		"invalid_request": "The request is otherwise malformed",
		"invalid_scope": "The requested scope is invalid, unknown, malformed, or exceeds the scope granted " +
			"by the resource owner",
		"unsupported_grant_type": "The authorization grant type is not supported by the authorization server",
	}
}

// tokenProblem is an error code of the token endpoint.
type tokenProblem string

func (p tokenProblem) Error() string { return string(p) }

// token answers POST /application/o/token/.
func token(c *serve.Call) (serve.Answer, error) {
	form := c.Form()
	id, secret := clientCredentials(c, form)
	p := c.State.ProviderByClientID(id)
	if p == nil {
		return oauthError(c, http.StatusBadRequest, "invalid_client", ""), nil
	}
	body, err := exchange(c, p, secret, form)
	if problem := tokenProblem(""); errors.As(err, &problem) {
		return oauthError(c, http.StatusBadRequest, string(problem), ""), nil
	}
	if errors.Is(err, errKeyType) {
		return c.ErrorPage(http.StatusInternalServerError, "Server Error", "An error occurred."), nil
	}
	if err != nil {
		return oauthError(c, http.StatusBadRequest, "server_error", err.Error()), nil
	}
	return serve.JSON(http.StatusOK, body).With("Cache-Control", "no-store").With("Pragma", "no-cache"), nil
}

// clientCredentials returns the credentials in the Authorization header or, without one, in the form.
func clientCredentials(c *serve.Call, form url.Values) (id, secret string) {
	if id, secret, basic := c.Request.BasicAuth(); basic {
		return id, secret
	}
	return form.Get("client_id"), form.Get("client_secret")
}

// oauthError returns an error in the form of OAuth. An empty description becomes that of the code.
func oauthError(c *serve.Call, status int, problem, description string) serve.Answer {
	if description == "" {
		description = tokenErrors()[problem]
	}
	return serve.JSON(status, obj{"error": problem, "error_description": description, "request_id": c.ID}).
		With("Cache-Control", "no-store").With("Pragma", "no-cache")
}

// exchange checks in authentik's order: whether the grant is enabled, whether the client authenticates, and then the
// grant itself.
func exchange(c *serve.Call, p *store.Provider, secret string, form url.Values) (obj, error) {
	grant := form.Get("grant_type")
	if c.Features.GrantTypes && !slices.Contains(p.GrantTypes, grant) {
		return nil, tokenProblem("invalid_grant")
	}
	authentic := p.ClientType == "public" || store.SameSecret(p.ClientSecret, secret)
	switch grant {
	case "authorization_code":
		if !authentic {
			return nil, tokenProblem("invalid_client")
		}
		return exchangeCode(c, p, form)
	case "refresh_token":
		if !authentic {
			return nil, tokenProblem("invalid_client")
		}
		return exchangeRefresh(c, p, form)
	case "client_credentials", "password":
		if !store.SameSecret(p.ClientSecret, secret) {
			return nil, tokenProblem("invalid_grant")
		}
		return nil, errors.New("this simulated authentik has no " + grant + " grant")
	}
	return nil, tokenProblem("unsupported_grant_type")
}

// exchangeCode redeems a code. Only a successful exchange uses it up.
func exchangeCode(c *serve.Call, p *store.Provider, form url.Values) (obj, error) {
	value := form.Get("code")
	if value == "" {
		return nil, tokenProblem("invalid_grant")
	}
	if uri := form.Get("redirect_uri"); !p.Allows(uri) {
		noteWrongRedirect(c, p, uri)
		return nil, tokenProblem("invalid_client")
	} else if store.ForbiddenScheme(uri) {
		return nil, tokenProblem("invalid_request")
	}
	code := c.State.Codes[value]
	if code == nil || code.Provider != p.PK || !c.Now().Before(code.Expires) || !c.State.Users.Has(code.User) {
		return nil, tokenProblem("invalid_grant")
	}
	if !code.Proven(form.Get("code_verifier")) {
		return nil, tokenProblem("invalid_grant")
	}
	granted := &store.GrantedToken{Provider: p.PK, User: code.User, Scopes: code.Scopes, Nonce: code.Nonce,
		AuthTime: code.AuthTime, SID: code.SID}
	body, err := tokens(c, p, granted)
	if err != nil {
		return nil, err
	}
	if slices.Contains(code.Scopes, "offline_access") {
		body["refresh_token"] = newRefreshToken(c, p, granted)
	}
	delete(c.State.Codes, value)
	return body, nil
}

// tokens returns the signed tokens of a grant.
func tokens(c *serve.Call, p *store.Provider, g *store.GrantedToken) (obj, error) {
	life := store.Lifetime(p.AccessTokenValidity)
	g.Expires = c.Now().Add(life)
	idToken, access, err := issue(c, g, p)
	if err != nil {
		return nil, err
	}
	return obj{"access_token": access, "token_type": "Bearer", "scope": strings.Join(g.Scopes, " "),
		"expires_in": int(life.Seconds()), "id_token": idToken}, nil
}

func newRefreshToken(c *serve.Call, p *store.Provider, g *store.GrantedToken) string {
	refresh := *g
	refresh.Expires = c.Now().Add(store.Lifetime(p.RefreshTokenValidity))
	value := store.RandomText(128)
	c.State.Refresh[value] = &refresh
	return value
}

// exchangeRefresh redeems a refresh token. It issues a new refresh token if the old one expires within the provider's
// threshold.
func exchangeRefresh(c *serve.Call, p *store.Provider, form url.Values) (obj, error) {
	old := c.State.Refresh[form.Get("refresh_token")]
	if old == nil || old.Provider != p.PK || !c.Usable(old) {
		return nil, tokenProblem("invalid_grant")
	}
	asked := strings.Fields(form.Get("scope"))
	if len(asked) == 0 {
		asked = old.Scopes
	}
	for _, scope := range asked {
		if !old.Holds(scope) {
			return nil, tokenProblem("invalid_scope")
		}
	}
	if !slices.Contains(asked, "offline_access") {
		return nil, tokenProblem("invalid_scope")
	}
	granted := *old
	body, err := tokens(c, p, &granted)
	if err != nil {
		return nil, err
	}
	threshold := store.Lifetime(p.RefreshTokenThreshold)
	if threshold == 0 || old.Expires.Sub(c.Now()) < threshold {
		body["refresh_token"] = newRefreshToken(c, p, old)
		old.Revoked = true
	}
	return body, nil
}

// noteWrongRedirect writes the event for a sign-in with a wrong redirect URI.
func noteWrongRedirect(c *serve.Call, p *store.Provider, uri string) {
	expected := []obj{}
	for _, u := range p.RedirectURIs {
		expected = append(expected, obj{"url": u.URL, "matching_mode": u.MatchingMode, "redirect_uri_type": u.Kind()})
	}
	c.Note(store.Event{Action: "configuration_error", App: "authentik.providers.oauth2.views.token", Context: obj{
		"message": "Invalid redirect URI used by provider", "redirect_uri": uri, "expected": expected,
		"provider": serve.ModelContext("oauth2provider", "authentik_providers_oauth2", p.PK, p.Name),
	}})
}
