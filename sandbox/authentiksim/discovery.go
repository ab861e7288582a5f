package authentiksim

import (
	"maps"
	"slices"
)

// slugged is the application the path names, and its provider; nil if there is none.
func (c *call) slugged() (*Application, *Provider) {
	app := c.st.applicationBySlug(c.param("slug"))
	if app == nil {
		return nil, nil
	}
	return app, c.st.providers.get(app.Provider)
}

// issuer is how a provider's tokens name this server; empty for a provider
// whose issuer would hold the slug of an application it does not have.
func (c *call) issuer(p *Provider) string {
	if p.IssuerMode == "global" {
		return c.base() + "/"
	}
	if app := c.st.applicationOf(p.PK); app != nil {
		return c.base() + "/application/o/" + app.Slug + "/"
	}
	return ""
}

// discovery answers GET /application/o/{slug}/.well-known/openid-configuration.
// Its grant types are those authentik knows, not those of the provider.
func discovery(c *call) (answer, error) {
	app, p := c.slugged()
	if p == nil {
		return c.notFoundPage(), nil
	}
	algorithm, err := c.algorithm(p)
	if err != nil {
		return answer{}, c.crash()
	}
	base := c.base() + "/application/o/"
	return ok(obj{
		"issuer": c.issuer(p), "authorization_endpoint": base + "authorize/", "token_endpoint": base + "token/",
		"userinfo_endpoint": base + "userinfo/", "end_session_endpoint": base + app.Slug + "/end-session/",
		"introspection_endpoint": base + "introspect/", "revocation_endpoint": base + "revoke/",
		"device_authorization_endpoint": base + "device/", "jwks_uri": base + app.Slug + "/jwks/",
		"backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
		"frontchannel_logout_supported": true, "frontchannel_logout_session_supported": true,
		"response_types_supported": []string{"code", "id_token", "id_token token", "code token", "code id_token", "code id_token token"},
		"response_modes_supported": []string{"query", "fragment", "form_post"},
		"grant_types_supported": []string{"authorization_code", "refresh_token", "implicit", "client_credentials", "password",
			"urn:ietf:params:oauth:grant-type:device_code"},
		"id_token_signing_alg_values_supported": []string{string(algorithm)}, "subject_types_supported": []string{"public"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"acr_values_supported":                  []string{defaultACR}, "scopes_supported": c.scopesSupported(p),
		"request_parameter_supported": false, "claims_supported": c.claimsSupported(p), "claims_parameter_supported": false,
		"code_challenge_methods_supported": []string{"plain", "S256"},
	})
}

// scopesSupported names openid even where no mapping gives it.
func (c *call) scopesSupported(p *Provider) []string {
	scopes := c.st.scopesOf(p)
	if !slices.Contains(scopes, "openid") {
		scopes = append([]string{"openid"}, scopes...)
	}
	return scopes
}

// claimsSupported are the claims every token has and those the mappings give.
// A mapping that cannot be evaluated adds none.
func (c *call) claimsSupported(p *Provider) []string {
	claims := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce"}
	anonymous := c.st.users.find(func(u *User) bool { return u.Username == anonymousName })
	for _, m := range c.st.mappingsByScope(p) {
		given, err := c.evaluate(m.Expression, anonymous)
		if err != nil {
			continue
		}
		for _, claim := range slices.Sorted(maps.Keys(given)) {
			if !slices.Contains(claims, claim) {
				claims = append(claims, claim)
			}
		}
	}
	return claims
}

// toDiscovery answers GET /application/o/{slug}/.
func toDiscovery(c *call) (answer, error) {
	app, p := c.slugged()
	if p == nil {
		return c.notFoundPage(), nil
	}
	return redirect("/application/o/" + app.Slug + "/.well-known/openid-configuration"), nil
}
