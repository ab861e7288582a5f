package oidc

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// scopeRegister is the scope of the access tokens that may register clients.
const scopeRegister = "goauthentik.io/oidc/dcr"

// Metadata is what a client says of itself when it registers.
type Metadata struct {
	Name         string   `json:"client_name"`
	RedirectURIs []string `json:"redirect_uris"`
	AuthMethod   string   `json:"token_endpoint_auth_method"`
}

// register answers POST /application/o/{slug}/register/: dynamic client registration.
func register(c *serve.Call) (serve.Answer, error) {
	app, parent := slugged(c)
	if parent == nil {
		return c.NotFoundPage(), nil
	}
	refuse := func(status int, problem, description string) (serve.Answer, error) {
		return serve.JSON(status, obj{"error": problem, "error_description": description}), nil
	}
	if !parent.Registration {
		return refuse(http.StatusNotFound, "not_found",
			"Dynamic client registration is not enabled for this provider.")
	}
	scheme, key, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	granted := c.State.Access[strings.TrimSpace(key)]
	if !strings.EqualFold(scheme, "bearer") || granted == nil || !c.Usable(granted) || !granted.Holds(scopeRegister) {
		return refuse(http.StatusUnauthorized, "invalid_token",
			"A valid access token with the '"+scopeRegister+"' scope is required to register clients.")
	}
	if !c.State.MayUse(app, c.State.Users.Get(granted.User), c.Now()) {
		return refuse(http.StatusForbidden, "access_denied", "Policy check failed for client registration.")
	}
	var m Metadata
	if json.Unmarshal(c.RawBody, &m) != nil {
		return refuse(http.StatusBadRequest, "invalid_client_metadata", "Request body must be valid JSON.")
	}
	if len(m.RedirectURIs) == 0 {
		return refuse(http.StatusBadRequest, "invalid_redirect_uri",
			"redirect_uris is required and must be a non-empty list.")
	}
	p := Register(c, app, parent, m)
	answer := obj{"client_id": p.ClientID, "client_id_issued_at": c.Now().Unix(), "redirect_uris": m.RedirectURIs,
		"grant_types": p.GrantTypes, "token_endpoint_auth_method": cmp.Or(m.AuthMethod, "client_secret_basic")}
	if p.ClientType == "confidential" {
		answer["client_secret"], answer["client_secret_expires_at"] = p.ClientSecret, 0
	}
	return serve.JSON(http.StatusCreated, answer), nil
}

// Register creates an application and a provider for a client, with what authentik copies of the parent's. The signing
// key is not among it, and nothing shows the parent.
func Register(c *serve.Call, app *store.Application, parent *store.Provider, m Metadata) *store.Provider {
	p := c.State.NewProvider()
	p.Name = cmp.Or(m.Name, store.RandomText(40))
	p.AuthorizationFlow, p.InvalidationFlow = parent.AuthorizationFlow, parent.InvalidationFlow
	p.AccessTokenValidity, p.RefreshTokenValidity = parent.AccessTokenValidity, parent.RefreshTokenValidity
	p.PropertyMappings, p.GrantTypes = parent.PropertyMappings, []string{"authorization_code"}
	if m.AuthMethod == "none" {
		p.ClientType = "public"
	}
	for _, uri := range m.RedirectURIs {
		p.RedirectURIs = append(p.RedirectURIs, store.RedirectURI{MatchingMode: "strict", URL: uri})
	}
	c.State.AddProvider(p)
	child := &store.Application{PK: store.NewID(), Name: cmp.Or(m.Name, p.ClientID), Provider: p.PK,
		Slug: freeSlug(c, cmp.Or(m.Name, p.ClientID)), PolicyEngineMode: "any", BackchannelProviders: []int{}}
	c.State.AddApplication(child)
	for _, b := range c.State.BindingsOf(app.PK) {
		own := *b
		own.PK, own.Target = store.NewID(), child.PK
		c.State.AddBinding(&own)
	}
	return p
}

// freeSlug returns a slug for a name that no application has.
func freeSlug(c *serve.Call, name string) string {
	base := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_'
	}), "-")
	slug := cmp.Or(base, "client")
	for n := 1; c.State.ApplicationBySlug(slug) != nil; n++ {
		slug = cmp.Or(base, "client") + "-" + strconv.Itoa(n)
	}
	return slug
}
