package api

import (
	"slices"
	"strconv"

	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func grantTypes() []string {
	return []string{
		"authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
		"urn:ietf:params:oauth:grant-type:device_code",
	}
}

func subModes() []string {
	return []string{"hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"}
}

func issuerModes() []string {
	return []string{"global", "per_provider"}
}

func clientTypes() []string {
	return []string{"confidential", "public"}
}

// ProviderResource describes OAuth2 providers.
func ProviderResource() *rest.Resource[store.Provider] {
	return &rest.Resource[store.Provider]{
		App: "authentik_providers_oauth2", Model: "oauth2provider", Noun: "OAuth2Provider",
		Rows:    func(st *store.State) []*store.Provider { return st.Providers.All() },
		Key:     func(p *store.Provider) string { return strconv.Itoa(p.PK) },
		Number:  func(p *store.Provider) int { return p.PK },
		Title:   func(p *store.Provider) string { return p.Name },
		Render:  func(c *serve.Call, p *store.Provider) (obj, error) { return renderProvider(c, p) },
		Filters: providerFilters,
		Search:  func(p *store.Provider) []string { return []string{p.Name} },
		Orders: rest.Orders[store.Provider]{
			"name":      rest.ByText(func(p *store.Provider) string { return p.Name }),
			"client_id": rest.ByText(func(p *store.Provider) string { return p.ClientID }),
			"pk":        rest.ByNumber(func(p *store.Provider) int { return p.PK }),
		},
		ByDefault: "name",

		Rules:  providerRules,
		Fresh:  func(c *serve.Call) *store.Provider { return c.State.NewProvider() },
		Check:  checkProvider,
		Store:  func(c *serve.Call, p *store.Provider) { c.State.AddProvider(p) },
		Remove: func(c *serve.Call, p *store.Provider) { c.State.RemoveProvider(p) },
	}
}

func providerFilters(c *serve.Call) rest.Filters[store.Provider] {
	return rest.Filters[store.Provider]{
		"name":                       rest.Equals(func(p *store.Provider) string { return p.Name }),
		"client_id":                  rest.Equals(func(p *store.Provider) string { return p.ClientID }),
		"client_type":                rest.OneOf(clientTypes(), func(p *store.Provider) string { return p.ClientType }),
		"sub_mode":                   rest.OneOf(subModes(), func(p *store.Provider) string { return p.SubMode }),
		"issuer_mode":                rest.OneOf(issuerModes(), func(p *store.Provider) string { return p.IssuerMode }),
		"access_code_validity":       rest.Equals(func(p *store.Provider) string { return p.AccessCodeValidity }),
		"access_token_validity":      rest.Equals(func(p *store.Provider) string { return p.AccessTokenValidity }),
		"refresh_token_validity":     rest.Equals(func(p *store.Provider) string { return p.RefreshTokenValidity }),
		"include_claims_in_id_token": rest.IsTrue(func(p *store.Provider) bool { return p.ClaimsInIDToken }),
		"authorization_flow": rest.RefersTo(c.State.Flows.Has, func(p *store.Provider, key string) bool {
			return p.AuthorizationFlow == key
		}),
		"signing_key": rest.RefersTo(c.State.Keys.Has, func(p *store.Provider, key string) bool {
			return p.SigningKey == key
		}),
		"property_mappings": rest.RefersTo(c.State.Mappings.Has, func(p *store.Provider, key string) bool {
			return slices.Contains(p.PropertyMappings, key)
		}),
		"application": rest.RefersTo(c.State.Applications.Has, func(p *store.Provider, key string) bool {
			app := c.State.ApplicationOf(p.PK)
			return app != nil && app.PK == key
		}),
	}
}

func providerRules(c *serve.Call) []rest.Rule[store.Provider] {
	flows, keys := c.State.Flows.Has, c.State.Keys.Has
	rules := []rest.Rule[store.Provider]{
		rest.Text("name", func(p *store.Provider) *string { return &p.Name }).Required(),
		rest.Ref("authentication_flow", flows,
			func(p *store.Provider) *string { return &p.AuthenticationFlow }).Nullable(),
		rest.Ref("authorization_flow", flows,
			func(p *store.Provider) *string { return &p.AuthorizationFlow }).Required(),
		rest.Ref("invalidation_flow", flows, func(p *store.Provider) *string { return &p.InvalidationFlow }).Required(),
		rest.RefList("property_mappings", c.State.Mappings.Has,
			func(p *store.Provider) *[]string { return &p.PropertyMappings }),
		rest.Choice("client_type", clientTypes(), func(p *store.Provider) *string { return &p.ClientType }),
		rest.Text("client_id", func(p *store.Provider) *string { return &p.ClientID }).MaxLength(255),
		rest.BlankText("client_secret", func(p *store.Provider) *string { return &p.ClientSecret }).MaxLength(255),
		rest.Duration("access_code_validity", func(p *store.Provider) *string { return &p.AccessCodeValidity }),
		rest.Duration("access_token_validity", func(p *store.Provider) *string { return &p.AccessTokenValidity }),
		rest.Duration("refresh_token_validity", func(p *store.Provider) *string { return &p.RefreshTokenValidity }),
		rest.Duration("refresh_token_threshold", func(p *store.Provider) *string { return &p.RefreshTokenThreshold }),
		rest.Flag("include_claims_in_id_token", func(p *store.Provider) *bool { return &p.ClaimsInIDToken }),
		rest.Ref("signing_key", keys, func(p *store.Provider) *string { return &p.SigningKey }).Nullable(),
		rest.Ref("encryption_key", keys, func(p *store.Provider) *string { return &p.EncryptionKey }).Nullable(),
		redirectURIs(c).Required(),
		rest.URL("logout_uri", func(p *store.Provider) *string { return &p.LogoutURI }),
		rest.Choice("logout_method", []string{"backchannel", "frontchannel"},
			func(p *store.Provider) *string { return &p.LogoutMethod }),
		rest.Choice("sub_mode", subModes(), func(p *store.Provider) *string { return &p.SubMode }),
		rest.Choice("issuer_mode", issuerModes(), func(p *store.Provider) *string { return &p.IssuerMode }),
		rest.RefList("jwt_federation_sources", func(string) bool { return false },
			func(p *store.Provider) *[]string { return &p.FederationSources }),
		rest.NumberRefList("jwt_federation_providers", c.State.Providers.Has,
			func(p *store.Provider) *[]int { return &p.FederationProviders }),
	}
	if c.Features.GrantTypes {
		rules = append(rules, grantTypesRule(c.Features))
	}
	return rules
}

// grantTypesRule reads grant_types. The list cannot be emptied, although a provider created without it has an empty
// one.
func grantTypesRule(f serve.Features) rest.Rule[store.Provider] {
	known := grantTypes()
	if f.TokenExchange {
		known = append(slices.Clone(known), "urn:ietf:params:oauth:grant-type:token-exchange")
	}
	return rest.Rule[store.Provider]{Key: "grant_types", Set: func(p *store.Provider, v any) any {
		list, isList := v.([]any)
		if !isList {
			return rest.NotAList(v)
		}
		if len(list) == 0 {
			return rest.Messages("This list may not be empty.")
		}
		errs, granted := obj{}, []string{}
		for i, item := range list {
			name, _ := item.(string)
			if !slices.Contains(known, name) {
				errs[strconv.Itoa(i)] = rest.Messages(rest.NotAChoice(item))
			}
			granted = append(granted, name)
		}
		if len(errs) > 0 {
			return errs
		}
		p.GrantTypes = granted
		return nil
	}}
}

func checkProvider(c *serve.Call, p *store.Provider) obj {
	errs := obj{}
	for _, other := range c.State.Providers.All() {
		if other.PK == p.PK {
			continue
		}
		if other.Name == p.Name {
			errs["name"] = rest.Messages("provider with this name already exists.")
		}
		if other.ClientID == p.ClientID {
			errs["client_id"] = rest.Messages("OAuth2/OpenID Provider with this Client ID already exists.")
		}
	}
	return errs
}

// renderProvider returns a provider in the form of the list of OAuth2 providers.
func renderProvider(c *serve.Call, p *store.Provider) (obj, error) {
	uris, err := renderRedirectURIs(c, p)
	if err != nil {
		return nil, err
	}
	rendered := renderBaseProvider(c, p)
	for key, value := range map[string]any{
		"client_type": p.ClientType, "client_id": p.ClientID, "client_secret": p.ClientSecret,
		"access_code_validity": p.AccessCodeValidity, "access_token_validity": p.AccessTokenValidity,
		"refresh_token_validity": p.RefreshTokenValidity, "refresh_token_threshold": p.RefreshTokenThreshold,
		"include_claims_in_id_token": p.ClaimsInIDToken, "signing_key": orNull(p.SigningKey),
		"encryption_key": orNull(p.EncryptionKey), "redirect_uris": uris, "logout_uri": p.LogoutURI,
		"logout_method": p.LogoutMethod, "sub_mode": p.SubMode, "issuer_mode": p.IssuerMode,
		"jwt_federation_sources": p.FederationSources, "jwt_federation_providers": p.FederationProviders,
	} {
		rendered[key] = value
	}
	if c.Features.GrantTypes {
		rendered["grant_types"] = p.GrantTypes
	}
	return rendered, nil
}

// renderBaseProvider returns the fields that every type of provider has.
func renderBaseProvider(c *serve.Call, p *store.Provider) obj {
	var slug, name any
	if app := c.State.ApplicationOf(p.PK); app != nil && c.Before != nil && c.Before.PK == app.PK {
		slug, name = c.Before.Slug, c.Before.Name
	} else if app != nil {
		slug, name = app.Slug, app.Name
	}
	return obj{
		"pk": p.PK, "name": p.Name, "authentication_flow": orNull(p.AuthenticationFlow),
		"authorization_flow": p.AuthorizationFlow, "invalidation_flow": p.InvalidationFlow,
		"property_mappings": mappingsInOrder(c, p), "component": "ak-provider-oauth2-form",
		"assigned_application_slug": slug, "assigned_application_name": name,
		"assigned_backchannel_application_slug": nil, "assigned_backchannel_application_name": nil,
		"verbose_name": "OAuth2/OpenID Provider", "verbose_name_plural": "OAuth2/OpenID Providers",
		"meta_model_name": "authentik_providers_oauth2.oauth2provider",
	}
}

// mappingsInOrder returns a provider's mappings in the order of their table, not of the request that set them.
func mappingsInOrder(c *serve.Call, p *store.Provider) []string {
	keys := []string{}
	for _, m := range c.State.MappingsOf(p) {
		keys = append(keys, m.PK)
	}
	return keys
}

// setupURLs answers GET providers/oauth2/{key}/setup_urls/, for any token. Without an application the jwks key is
// missing.
func setupURLs(c *serve.Call) (serve.Answer, error) {
	pk, _ := strconv.Atoi(c.Param("key"))
	p := c.State.Providers.Get(pk)
	if p == nil {
		return serve.Answer{}, serve.NotFound("OAuth2Provider")
	}
	base := c.Base() + "/application/o/"
	urls := obj{
		"issuer": orNull(oidc.Issuer(c, p)), "authorize": base + "authorize/", "token": base + "token/",
		"user_info": base + "userinfo/", "provider_info": nil, "logout": nil,
	}
	if app := c.State.ApplicationOf(p.PK); app != nil {
		urls["provider_info"] = base + app.Slug + "/.well-known/openid-configuration"
		urls["logout"] = base + app.Slug + "/end-session/"
		urls["jwks"] = base + app.Slug + "/jwks/"
	}
	return serve.OK(urls)
}

// allProviders describes the providers of GET providers/all/.
func allProviders() *rest.Resource[store.Provider] {
	return &rest.Resource[store.Provider]{
		App: "authentik_core", Model: "provider", Noun: "Provider",
		Rows:   func(st *store.State) []*store.Provider { return st.Providers.All() },
		Key:    func(p *store.Provider) string { return strconv.Itoa(p.PK) },
		Render: func(c *serve.Call, p *store.Provider) (obj, error) { return renderBaseProvider(c, p), nil },
		Filters: func(c *serve.Call) rest.Filters[store.Provider] {
			return rest.Filters[store.Provider]{
				"application__isnull": rest.IsTrue(func(p *store.Provider) bool {
					return c.State.ApplicationOf(p.PK) == nil
				}),
				"backchannel": rest.IsTrue(func(*store.Provider) bool { return false }),
			}
		},
		Search:    func(p *store.Provider) []string { return []string{p.Name} },
		Orders:    rest.Orders[store.Provider]{"name": rest.ByText(func(p *store.Provider) string { return p.Name })},
		ByDefault: "name",
	}
}

// previewUser answers GET providers/oauth2/{key}/preview_user/.
func previewUser(c *serve.Call) (serve.Answer, error) {
	p, err := ProviderResource().Found(c)
	if err != nil {
		return serve.Answer{}, err
	}
	user := c.User
	if asked := c.Query.Get("for_user"); asked != "" {
		pk, isNumber := rest.ReadNumber(asked)
		user = c.State.Users.Get(pk)
		if !isNumber || user == nil || !c.MayOn("authentik_core.preview_user", strconv.Itoa(pk)) {
			return serve.Answer{}, serve.Refuse(400, obj{"for_user": "User not found"})
		}
	}
	claims, err := oidc.PreviewClaims(c, p, user)
	if err != nil {
		return serve.Answer{}, serve.Refuse(400, obj{"detail": err.Error()})
	}
	return serve.OK(obj{"preview": claims})
}
