package oidc

import (
	"maps"
	"slices"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// slugged returns the application in the path and its provider, or nil.
func slugged(c *serve.Call) (*store.Application, *store.Provider) {
	app := c.State.ApplicationBySlug(c.Param("slug"))
	if app == nil {
		return nil, nil
	}
	return app, c.State.Providers.Get(app.Provider)
}

// Issuer returns the issuer of a provider's tokens. It is empty if it should contain an application's slug and the
// provider has no application.
func Issuer(c *serve.Call, p *store.Provider) string {
	if p.IssuerMode == "global" {
		return c.Base() + "/"
	}
	if app := c.State.ApplicationOf(p.PK); app != nil {
		return c.Base() + "/application/o/" + app.Slug + "/"
	}
	return ""
}

// discovery answers GET /application/o/{slug}/.well-known/openid-configuration. It lists authentik's grant types, not
// the provider's.
func discovery(c *serve.Call) (serve.Answer, error) {
	app, p := slugged(c)
	if p == nil {
		return c.NotFoundPage(), nil
	}
	algorithm, err := algorithm(c, p)
	if err != nil {
		return serve.Answer{}, c.Crash()
	}
	base := c.Base() + "/application/o/"
	config := obj{
		"issuer": Issuer(c, p), "authorization_endpoint": base + "authorize/", "token_endpoint": base + "token/",
		"userinfo_endpoint": base + "userinfo/", "end_session_endpoint": base + app.Slug + "/end-session/",
		"introspection_endpoint": base + "introspect/", "revocation_endpoint": base + "revoke/",
		"device_authorization_endpoint": base + "device/", "jwks_uri": base + app.Slug + "/jwks/",
		"backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
		"frontchannel_logout_supported": true, "frontchannel_logout_session_supported": true,
		"response_types_supported": []string{
			"code", "id_token", "id_token token", "code token", "code id_token", "code id_token token"},
		"response_modes_supported": []string{"query", "fragment", "form_post"},
		"grant_types_supported": []string{"authorization_code", "refresh_token", "implicit", "client_credentials",
			"password", "urn:ietf:params:oauth:grant-type:device_code"},
		"id_token_signing_alg_values_supported": []string{string(algorithm)},
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
		"acr_values_supported":                  []string{defaultACR},
		"scopes_supported":                      scopesSupported(c, p),
		"request_parameter_supported":           false,
		"claims_supported":                      claimsSupported(c, p),
		"claims_parameter_supported":            false,
		"code_challenge_methods_supported":      []string{"plain", "S256"},
	}
	if p.Registration {
		config["registration_endpoint"] = base + app.Slug + "/register/"
	}
	return serve.OK(config)
}

// scopesSupported returns the provider's scopes and always openid.
func scopesSupported(c *serve.Call, p *store.Provider) []string {
	scopes := c.State.ScopesOf(p)
	if !slices.Contains(scopes, "openid") {
		scopes = append([]string{"openid"}, scopes...)
	}
	return scopes
}

// claimsSupported returns the claims of every token and those of the mappings. A mapping that cannot be evaluated
// adds none.
func claimsSupported(c *serve.Call, p *store.Provider) []string {
	claims := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce"}
	anonymous := c.State.Users.Find(func(u *store.User) bool { return u.Username == store.AnonymousName })
	for _, m := range c.State.MappingsByScope(p) {
		result, err := Evaluate(c, m, anonymous)
		given, isObject := result.(obj)
		if err != nil || !isObject {
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
func toDiscovery(c *serve.Call) (serve.Answer, error) {
	app, p := slugged(c)
	if p == nil {
		return c.NotFoundPage(), nil
	}
	return serve.Redirect("/application/o/" + app.Slug + "/.well-known/openid-configuration"), nil
}
