package oidc

import (
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// authorizeErrors are the descriptions that go with the error codes.
func authorizeErrors() map[string]string {
	return map[string]string{
		"login_required":            "The Authorization Server requires End-User authentication",
		"consent_required":          "The Authorization Server requires End-User consent",
		"invalid_request":           "The request is otherwise malformed",
		"unsupported_response_type": "The authorization server does not support obtaining an authorization code using this method",
		"invalid_scope":             "The requested scope is invalid, unknown, or malformed",
		"access_denied":             "The resource owner or authorization server denied the request",
		"request_not_supported":     "The provider does not support use of the request parameter",
		"server_error":              "The authorization server encountered an error",
	}
}

// grantOf is the grant type a response type belongs to; empty for unknown ones.
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

// readAuthorization checks, in this order, the client, the redirect URI and the
// rest. Until the redirect URI is known to be good, what is wrong is a page;
// afterwards the error goes to the redirect URI.
func readAuthorization(c *serve.Call) (*store.Authorization, error) {
	q := c.Query
	a := &store.Authorization{
		Provider: c.State.ProviderByClientID(q.Get("client_id")), RedirectURI: q.Get("redirect_uri"),
		ResponseType: q.Get("response_type"), ResponseMode: q.Get("response_mode"), State: q.Get("state"),
		Nonce: q.Get("nonce"), Scopes: strings.Fields(q.Get("scope")), Prompt: strings.Fields(q.Get("prompt")),
		Challenge: q.Get("code_challenge"), ChallengeMethod: q.Get("code_challenge_method"),
	}
	a.MaxAge, _ = strconv.Atoi(q.Get("max_age")) // not a number counts as not sent
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

// checkRedirectURI trusts the first address it sees if the provider has none.
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

// check completes the request and names the error code, and where it has one of
// its own the description, of what is wrong with it.
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

// limitScopes takes away what the provider has no mapping for. Asking for
// nothing asks for everything there is.
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

// authorizeError sends an error back to the redirect URI. A browser cannot be
// sent to the schemes of apps this way.
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

// quote escapes a text for a query, with spaces as %20.
func quote(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
