package oidc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// authorizeErrors returns the descriptions of the error codes.
func authorizeErrors() map[string]string {
	return map[string]string{
		"login_required":   "The Authorization Server requires End-User authentication",
		"consent_required": "The Authorization Server requires End-User consent",
		"invalid_request":  "The request is otherwise malformed",
		"unsupported_response_type": "The authorization server does not support obtaining an authorization code " +
			"using this method",
		"invalid_scope":         "The requested scope is invalid, unknown, or malformed",
		"access_denied":         "The resource owner or authorization server denied the request",
		"request_not_supported": "The provider does not support use of the request parameter",
		"server_error":          "The authorization server encountered an error",
	}
}

// grantOf returns the grant type of a response type, or an empty string.
func grantOf(responseType string) string {
	switch responseType {
	case "code":
		return "authorization_code"
	case "id_token", "id_token token":
		return "implicit"
	case "code token", "code id_token", "code id_token token":
		return "hybrid"
	}
	return ""
}

// readAuthorization validates the client, the redirect URI and the rest, in this order. Errors are shown on a page
// until the redirect URI is known to be valid, and are sent to it afterwards.
func readAuthorization(c *serve.Call) (*store.Authorization, error) {
	q := c.Query
	a := &store.Authorization{
		Provider: c.State.ProviderByClientID(q.Get("client_id")), RedirectURI: q.Get("redirect_uri"),
		ResponseType: q.Get("response_type"), ResponseMode: q.Get("response_mode"), State: q.Get("state"),
		Nonce: q.Get("nonce"), Scopes: strings.Fields(q.Get("scope")), Prompt: strings.Fields(q.Get("prompt")),
		Challenge: q.Get("code_challenge"), ChallengeMethod: q.Get("code_challenge_method"),
	}
	a.MaxAge, _ = strconv.Atoi(q.Get("max_age")) // ignored if it is not a number
	if a.Provider == nil {
		return nil, serve.RefuseWith(c.ErrorPage(http.StatusBadRequest, "Client ID Error",
			"The client identifier (client_id) is missing or invalid."))
	}
	if err := checkRedirectURI(c, a); err != nil {
		return nil, err
	}
	if problem, description := checkAuthorization(a, c); problem != "" {
		return nil, serve.RefuseWith(authorizeError(c, a, problem, description))
	}
	return a, nil
}

// checkRedirectURI checks the redirect URI. A provider without redirect URIs adopts the first one it sees.
func checkRedirectURI(c *serve.Call, a *store.Authorization) error {
	p := a.Provider
	if a.RedirectURI != "" && len(p.RedirectURIs) == 0 {
		p.RedirectURIs = []store.RedirectURI{{MatchingMode: "strict", URL: a.RedirectURI, Type: "authorization"}}
	}
	if a.RedirectURI == "" || !p.Allows(a.RedirectURI) || store.ForbiddenScheme(a.RedirectURI) {
		return serve.RefuseWith(c.ErrorPage(http.StatusBadRequest, "Redirect URI Error",
			"The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri)."))
	}
	return nil
}

// checkAuthorization completes the request. It returns an error code, and a description if the code's own does not
// apply.
func checkAuthorization(a *store.Authorization, c *serve.Call) (problem, description string) {
	a.Grant = grantOf(a.ResponseType)
	if a.Grant == "" {
		return "unsupported_response_type", ""
	}
	if c.Features.GrantTypes && !slices.Contains(a.Provider.GrantTypes, a.Grant) {
		return "invalid_request", ""
	}
	if !slices.Contains([]string{"query", "fragment", "form_post"}, a.ResponseMode) {
		a.ResponseMode = map[bool]string{true: "query", false: "fragment"}[a.Grant == "authorization_code"]
	}
	limitScopes(a, c)
	idToken := strings.Contains(a.ResponseType, "id_token")
	if openid := slices.Contains(a.Scopes, "openid"); !openid && (idToken || a.Grant == "hybrid") {
		return "invalid_scope", ""
	} else if openid && idToken && a.Nonce == "" {
		return "invalid_request", ""
	}
	if a.ChallengeMethod == "" {
		a.ChallengeMethod = "plain"
	}
	if a.Challenge != "" && a.ChallengeMethod != "plain" && a.ChallengeMethod != "S256" {
		return "invalid_request", "Unsupported challenge method " + a.ChallengeMethod
	}
	if c.Query.Get("request") != "" {
		return "request_not_supported", ""
	}
	return "", ""
}

// limitScopes removes the scopes that the provider has no mapping for. A request without scopes gets all of them.
func limitScopes(a *store.Authorization, c *serve.Call) {
	available := c.State.ScopesOf(a.Provider)
	if len(a.Scopes) == 0 {
		a.Scopes = available
		return
	}
	a.Scopes = slices.DeleteFunc(a.Scopes, func(scope string) bool {
		noCode := scope == "offline_access" && a.Grant == "implicit"
		return noCode || !slices.Contains(available, scope)
	})
}

// authorizeError redirects to the application with an error. Custom URL schemes of apps get a page instead.
func authorizeError(c *serve.Call, a *store.Authorization, problem, description string) serve.Answer {
	if description == "" {
		description = authorizeErrors()[problem]
	}
	scheme, _, _ := strings.Cut(a.RedirectURI, ":")
	if !slices.Contains([]string{"http", "https", "ftp"}, strings.ToLower(scheme)) {
		return c.ErrorPage(http.StatusBadRequest, "Bad Request", "The request could not be understood.")
	}
	mark := "?"
	if a.Grant == "implicit" {
		mark = "#"
	}
	to := a.RedirectURI + mark + "error=" + problem + "&error_description=" + quote(description)
	if a.State != "" {
		to += "&state=" + quote(a.State)
	}
	return serve.Redirect(to)
}
