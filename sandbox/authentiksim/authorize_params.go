package authentiksim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// authorization is a request of the authorize endpoint after its checks.
type authorization struct {
	provider        *Provider
	grant           string
	redirectURI     string
	responseType    string
	responseMode    string
	scopes          []string
	state           string
	nonce           string
	prompt          []string
	maxAge          int // seconds; 0 means none
	challenge       string
	challengeMethod string
}

// authorizeErrors are the descriptions that go with the error codes.
var authorizeErrors = map[string]string{
	"login_required":            "The Authorization Server requires End-User authentication",
	"consent_required":          "The Authorization Server requires End-User consent",
	"invalid_request":           "The request is otherwise malformed",
	"unsupported_response_type": "The authorization server does not support obtaining an authorization code using this method",
	"invalid_scope":             "The requested scope is invalid, unknown, or malformed",
	"access_denied":             "The resource owner or authorization server denied the request",
	"request_not_supported":     "The provider does not support use of the request parameter",
	"server_error":              "The authorization server encountered an error",
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
func (c *call) readAuthorization() (*authorization, error) {
	q := c.query
	a := &authorization{
		provider: c.st.providerByClientID(q.Get("client_id")), redirectURI: q.Get("redirect_uri"),
		responseType: q.Get("response_type"), responseMode: q.Get("response_mode"), state: q.Get("state"),
		nonce: q.Get("nonce"), scopes: strings.Fields(q.Get("scope")), prompt: strings.Fields(q.Get("prompt")),
		challenge: q.Get("code_challenge"), challengeMethod: q.Get("code_challenge_method"),
	}
	a.maxAge, _ = strconv.Atoi(q.Get("max_age")) // not a number counts as not sent
	if a.provider == nil {
		return nil, &refusal{c.errorPage(http.StatusBadRequest, "Client ID Error",
			"The client identifier (client_id) is missing or invalid.")}
	}
	if err := c.checkRedirectURI(a); err != nil {
		return nil, err
	}
	if problem, description := a.check(c); problem != "" {
		return nil, &refusal{c.authorizeError(a, problem, description)}
	}
	return a, nil
}

// checkRedirectURI trusts the first address it sees if the provider has none.
func (c *call) checkRedirectURI(a *authorization) error {
	p := a.provider
	if a.redirectURI != "" && len(p.RedirectURIs) == 0 {
		p.RedirectURIs = []RedirectURI{{MatchingMode: "strict", URL: a.redirectURI, Type: "authorization"}}
	}
	if a.redirectURI == "" || !p.allows(a.redirectURI) || forbiddenScheme(a.redirectURI) {
		return &refusal{c.errorPage(http.StatusBadRequest, "Redirect URI Error",
			"The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).")}
	}
	return nil
}

// check completes the request and names the error code, and where it has one of
// its own the description, of what is wrong with it.
func (a *authorization) check(c *call) (problem, description string) {
	a.grant = grantOf(a.responseType)
	if a.grant == "" {
		return "unsupported_response_type", ""
	}
	if c.features.grantTypes && !slices.Contains(a.provider.GrantTypes, a.grant) {
		return "invalid_request", ""
	}
	if !slices.Contains([]string{"query", "fragment", "form_post"}, a.responseMode) {
		a.responseMode = map[bool]string{true: "query", false: "fragment"}[a.grant == "authorization_code"]
	}
	a.limitScopes(c)
	idToken := strings.Contains(a.responseType, "id_token")
	if openid := slices.Contains(a.scopes, "openid"); !openid && (idToken || a.grant == "hybrid") {
		return "invalid_scope", ""
	} else if openid && idToken && a.nonce == "" {
		return "invalid_request", ""
	}
	if a.challengeMethod == "" {
		a.challengeMethod = "plain"
	}
	if a.challenge != "" && a.challengeMethod != "plain" && a.challengeMethod != "S256" {
		return "invalid_request", "Unsupported challenge method " + a.challengeMethod
	}
	if c.query.Get("request") != "" {
		return "request_not_supported", ""
	}
	return "", ""
}

// limitScopes takes away what the provider has no mapping for. Asking for
// nothing asks for everything there is.
func (a *authorization) limitScopes(c *call) {
	available := c.st.scopesOf(a.provider)
	if len(a.scopes) == 0 {
		a.scopes = available
		return
	}
	a.scopes = slices.DeleteFunc(a.scopes, func(scope string) bool {
		noCode := scope == "offline_access" && a.grant == "implicit"
		return noCode || !slices.Contains(available, scope)
	})
}

// scopesOf is the scopes a provider has mappings for.
func (st *state) scopesOf(p *Provider) []string {
	scopes := []string{}
	for _, m := range st.mappingsOf(p) {
		if !slices.Contains(scopes, m.ScopeName) {
			scopes = append(scopes, m.ScopeName)
		}
	}
	return scopes
}

// authorizeError sends an error back to the redirect URI. A browser cannot be
// sent to the schemes of apps this way.
func (c *call) authorizeError(a *authorization, problem, description string) answer {
	if description == "" {
		description = authorizeErrors[problem]
	}
	scheme, _, _ := strings.Cut(a.redirectURI, ":")
	if !slices.Contains([]string{"http", "https", "ftp"}, strings.ToLower(scheme)) {
		return c.errorPage(http.StatusBadRequest, "Bad Request", "The request could not be understood.")
	}
	mark := "?"
	if a.grant == "implicit" {
		mark = "#"
	}
	to := a.redirectURI + mark + "error=" + problem + "&error_description=" + quote(description)
	if a.state != "" {
		to += "&state=" + quote(a.state)
	}
	return redirect(to)
}

// quote escapes a text for a query, with spaces as %20.
func quote(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
