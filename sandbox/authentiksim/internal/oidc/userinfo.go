package oidc

import (
	"net/http"
	"strings"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// userinfo answers GET and POST /application/o/userinfo/.
func userinfo(c *serve.Call) (serve.Answer, error) {
	granted := c.State.Access[accessToken(c)]
	if granted == nil || !c.Usable(granted) {
		return challenge(http.StatusUnauthorized, "invalid_token",
			"The access token provided is expired, revoked, malformed, or invalid for other reasons"), nil
	}
	if !granted.Holds("openid") {
		return challenge(http.StatusForbidden, "insufficient_scope",
			"The request requires higher privileges than provided by the access token"), nil
	}
	p, user := c.State.Providers.Get(granted.Provider), c.State.Users.Get(granted.User)
	claims, err := userClaims(c, p, user, granted.Scopes)
	if err != nil {
		return oauthError(c, http.StatusInternalServerError, "server_error", err.Error()), nil
	}
	claims["sub"] = subjectOf(p, user)
	return serve.JSON(http.StatusOK, claims).With("Cache-Control", "no-store").With("Pragma", "no-cache"), nil
}

// accessToken returns the token in the header, the form or the query.
func accessToken(c *serve.Call) string {
	scheme, value, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(value)
	}
	if value := c.Form().Get("access_token"); value != "" {
		return value
	}
	return c.Query.Get("access_token")
}

// challenge refuses with an empty page and the reason in a header.
func challenge(status int, problem, description string) serve.Answer {
	return serve.Answer{Status: status, ContentType: serve.HTML}.
		With("WWW-Authenticate", `error="`+problem+`", error_description="`+description+`"`)
}

// authenticClient returns the provider whose credentials the request has, or nil. A public client needs no secret.
func authenticClient(c *serve.Call) *store.Provider {
	id, secret := clientCredentials(c, c.Form())
	p := c.State.ProviderByClientID(id)
	if p == nil || p.ClientType != "public" && !store.SameSecret(p.ClientSecret, secret) {
		return nil
	}
	return p
}

// revoke answers POST /application/o/revoke/. It succeeds for unknown tokens too.
func revoke(c *serve.Call) (serve.Answer, error) {
	p := authenticClient(c)
	if p == nil {
		return oauthError(c, http.StatusUnauthorized, "invalid_client", ""), nil
	}
	value := c.Form().Get("token")
	for _, tokens := range []map[string]*store.GrantedToken{c.State.Access, c.State.Refresh} {
		if granted := tokens[value]; granted != nil && granted.Provider == p.PK {
			granted.Revoked = true
		}
	}
	return serve.JSON(http.StatusOK, obj{}).With("Cache-Control", "no-store").With("Pragma", "no-cache"), nil
}

// introspect answers POST /application/o/introspect/. Another client's token is reported as inactive.
func introspect(c *serve.Call) (serve.Answer, error) {
	body := obj{"active": false}
	if p := authenticClient(c); p != nil {
		value := c.Form().Get("token")
		granted := c.State.Access[value]
		if granted == nil {
			granted = c.State.Refresh[value]
		}
		if granted != nil && granted.Provider == p.PK && c.Usable(granted) {
			user := c.State.Users.Get(granted.User)
			body = obj{"active": true, "client_id": p.ClientID, "iss": Issuer(c, p), "sub": subjectOf(p, user),
				"aud": p.ClientID, "exp": granted.Expires.Unix(), "scope": strings.Join(granted.Scopes, " ")}
		}
	}
	return serve.JSON(http.StatusOK, body).With("Cache-Control", "no-store").With("Pragma", "no-cache"), nil
}
