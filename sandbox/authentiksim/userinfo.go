package authentiksim

import (
	"net/http"
	"strings"
)

// userinfo answers GET and POST /application/o/userinfo/.
func userinfo(c *call) (answer, error) {
	granted := c.st.access[c.accessToken()]
	if granted == nil || !c.usable(granted) {
		return challenge(http.StatusUnauthorized, "invalid_token",
			"The access token provided is expired, revoked, malformed, or invalid for other reasons"), nil
	}
	if !granted.holds("openid") {
		return challenge(http.StatusForbidden, "insufficient_scope",
			"The request requires higher privileges than provided by the access token"), nil
	}
	p, user := c.st.providers.get(granted.provider), c.st.users.get(granted.user)
	claims, err := c.userClaims(p, user, granted.scopes)
	if err != nil {
		return c.oauthError(http.StatusInternalServerError, "server_error", err.Error()), nil
	}
	claims["sub"] = subjectOf(p, user)
	return jsonAnswer(http.StatusOK, claims).with("Cache-Control", "no-store").with("Pragma", "no-cache"), nil
}

// accessToken is the token of the header, else of the form or the query.
func (c *call) accessToken() string {
	scheme, value, _ := strings.Cut(c.req.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(value)
	}
	if value := c.form().Get("access_token"); value != "" {
		return value
	}
	return c.query.Get("access_token")
}

// challenge refuses with an empty page; what is wrong stands in a header.
func challenge(status int, problem, description string) answer {
	return answer{status: status, kind: htmlType}.
		with("WWW-Authenticate", `error="`+problem+`", error_description="`+description+`"`)
}

// authenticClient is the provider whose credentials the request has, or nil.
// A public client needs no secret.
func (c *call) authenticClient() *Provider {
	id, secret := c.clientCredentials(c.form())
	p := c.st.providerByClientID(id)
	if p == nil || p.ClientType != "public" && !sameSecret(p.ClientSecret, secret) {
		return nil
	}
	return p
}

// revoke answers POST /application/o/revoke/: any token of the right client is
// gone afterwards, whether it was there or not.
func revoke(c *call) (answer, error) {
	p := c.authenticClient()
	if p == nil {
		return c.oauthError(http.StatusUnauthorized, "invalid_client", ""), nil
	}
	value := c.form().Get("token")
	for _, tokens := range []map[string]*grantedToken{c.st.access, c.st.refresh} {
		if granted := tokens[value]; granted != nil && granted.provider == p.PK {
			granted.revoked = true
		}
	}
	return jsonAnswer(http.StatusOK, obj{}).with("Cache-Control", "no-store").with("Pragma", "no-cache"), nil
}

// introspect answers POST /application/o/introspect/. To anybody who is not the
// token's client, a token is simply not active.
func introspect(c *call) (answer, error) {
	body := obj{"active": false}
	if p := c.authenticClient(); p != nil {
		value := c.form().Get("token")
		granted := c.st.access[value]
		if granted == nil {
			granted = c.st.refresh[value]
		}
		if granted != nil && granted.provider == p.PK && c.usable(granted) {
			user := c.st.users.get(granted.user)
			body = obj{"active": true, "client_id": p.ClientID, "iss": c.issuer(p), "sub": subjectOf(p, user),
				"aud": p.ClientID, "exp": granted.expires.Unix(), "scope": strings.Join(granted.scopes, " ")}
		}
	}
	return jsonAnswer(http.StatusOK, body).with("Cache-Control", "no-store").with("Pragma", "no-cache"), nil
}
