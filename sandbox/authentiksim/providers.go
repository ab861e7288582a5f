package authentiksim

import (
	"slices"
	"strconv"
	"strings"
)

var (
	grantTypes = []string{
		"authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
		"urn:ietf:params:oauth:grant-type:device_code",
	}
	subModes    = []string{"hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"}
	issuerModes = []string{"global", "per_provider"}
	clientTypes = []string{"confidential", "public"}
)

var providerResource = &resource[Provider]{
	app: "authentik_providers_oauth2", model: "oauth2provider", noun: "OAuth2Provider",
	rows:    func(st *state) []*Provider { return st.providers.all() },
	key:     func(p *Provider) string { return strconv.Itoa(p.PK) },
	number:  func(p *Provider) int { return p.PK },
	title:   func(p *Provider) string { return p.Name },
	render:  func(c *call, p *Provider) (obj, error) { return c.renderProvider(p) },
	filters: providerFilters,
	search:  func(p *Provider) []string { return []string{p.Name} },
	orders: map[string]func(a, b *Provider) int{
		"name":      byText(func(p *Provider) string { return p.Name }),
		"client_id": byText(func(p *Provider) string { return p.ClientID }),
		"pk":        byNumber(func(p *Provider) int { return p.PK }),
	},
	byDefault: "name",

	rules:  providerRules,
	fresh:  func(c *call) *Provider { return c.st.newProvider() },
	check:  checkProvider,
	store:  func(c *call, p *Provider) { c.st.addProvider(p) },
	remove: func(c *call, p *Provider) { c.removeProvider(p) },
}

// newProvider is a provider with the defaults of the model: no grant types and
// no scope mappings unless they are sent.
func (st *state) newProvider() *Provider {
	return &Provider{
		PK: st.lastProvider + 1, ClientType: "confidential", ClientID: randomText(40), ClientSecret: randomText(128),
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0", ClaimsInIDToken: true, SubMode: "hashed_user_id", IssuerMode: "per_provider",
		LogoutMethod: "backchannel", PropertyMappings: []string{}, GrantTypes: []string{}, RedirectURIs: []RedirectURI{},
		FederationSources: []string{}, FederationProviders: []int{},
	}
}

func (st *state) addProvider(p *Provider) {
	st.lastProvider = max(st.lastProvider, p.PK)
	st.providers.put(p.PK, p)
}

// removeProvider deletes a provider. Its application stays without one.
func (c *call) removeProvider(p *Provider) {
	c.st.providers.remove(p.PK)
	if app := c.st.applicationOf(p.PK); app != nil {
		app.Provider = 0
		delete(c.st.byProvider, p.PK)
	}
}

func providerFilters(c *call) map[string]filter[Provider] {
	return map[string]filter[Provider]{
		"name":                       exactly(func(p *Provider) string { return p.Name }),
		"client_id":                  exactly(func(p *Provider) string { return p.ClientID }),
		"client_type":                oneOf(clientTypes, func(p *Provider) string { return p.ClientType }),
		"sub_mode":                   oneOf(subModes, func(p *Provider) string { return p.SubMode }),
		"issuer_mode":                oneOf(issuerModes, func(p *Provider) string { return p.IssuerMode }),
		"access_code_validity":       exactly(func(p *Provider) string { return p.AccessCodeValidity }),
		"access_token_validity":      exactly(func(p *Provider) string { return p.AccessTokenValidity }),
		"refresh_token_validity":     exactly(func(p *Provider) string { return p.RefreshTokenValidity }),
		"include_claims_in_id_token": whether(func(p *Provider) bool { return p.ClaimsInIDToken }),
		"authorization_flow": withKey(c.st.flows.has, func(p *Provider, key string) bool {
			return p.AuthorizationFlow == key
		}),
		"signing_key": withKey(c.st.keys.has, func(p *Provider, key string) bool { return p.SigningKey == key }),
		"property_mappings": withKey(c.st.mappings.has, func(p *Provider, key string) bool {
			return slices.Contains(p.PropertyMappings, key)
		}),
		"application": withKey(c.st.applications.has, func(p *Provider, key string) bool {
			app := c.st.applicationOf(p.PK)
			return app != nil && app.PK == key
		}),
	}
}

func providerRules(c *call) []rule[Provider] {
	flows, keys := c.st.flows.has, c.st.keys.has
	rules := []rule[Provider]{
		text("name", func(p *Provider) *string { return &p.Name }).need(),
		ref("authentication_flow", flows, func(p *Provider) *string { return &p.AuthenticationFlow }).null(),
		ref("authorization_flow", flows, func(p *Provider) *string { return &p.AuthorizationFlow }).need(),
		ref("invalidation_flow", flows, func(p *Provider) *string { return &p.InvalidationFlow }).need(),
		refs("property_mappings", func(v any) (string, any) { return readRef(v, c.st.mappings.has) },
			func(p *Provider) *[]string { return &p.PropertyMappings }),
		choice("client_type", clientTypes, func(p *Provider) *string { return &p.ClientType }),
		text("client_id", func(p *Provider) *string { return &p.ClientID }).longest(255),
		blankText("client_secret", func(p *Provider) *string { return &p.ClientSecret }).longest(255),
		duration("access_code_validity", func(p *Provider) *string { return &p.AccessCodeValidity }),
		duration("access_token_validity", func(p *Provider) *string { return &p.AccessTokenValidity }),
		duration("refresh_token_validity", func(p *Provider) *string { return &p.RefreshTokenValidity }),
		duration("refresh_token_threshold", func(p *Provider) *string { return &p.RefreshTokenThreshold }),
		flag("include_claims_in_id_token", func(p *Provider) *bool { return &p.ClaimsInIDToken }),
		ref("signing_key", keys, func(p *Provider) *string { return &p.SigningKey }).null(),
		ref("encryption_key", keys, func(p *Provider) *string { return &p.EncryptionKey }).null(),
		c.redirectURIs().need(),
		webAddress("logout_uri", func(p *Provider) *string { return &p.LogoutURI }),
		choice("logout_method", []string{"backchannel", "frontchannel"}, func(p *Provider) *string { return &p.LogoutMethod }),
		choice("sub_mode", subModes, func(p *Provider) *string { return &p.SubMode }),
		choice("issuer_mode", issuerModes, func(p *Provider) *string { return &p.IssuerMode }),
		refs("jwt_federation_sources", func(v any) (string, any) { return readRef(v, func(string) bool { return false }) },
			func(p *Provider) *[]string { return &p.FederationSources }),
		refs("jwt_federation_providers", func(v any) (int, any) { return readRefNumber(v, c.st.providers.has) },
			func(p *Provider) *[]int { return &p.FederationProviders }),
	}
	if c.features.grantTypes {
		rules = append(rules, grantTypesRule(c.features))
	}
	return rules
}

// grantTypesRule reads grant_types. The list cannot be emptied, although it is
// empty in a provider that was made without it.
func grantTypesRule(f features) rule[Provider] {
	known := grantTypes
	if f.tokenExchange {
		known = append(slices.Clone(known), "urn:ietf:params:oauth:grant-type:token-exchange")
	}
	return rule[Provider]{key: "grant_types", set: func(p *Provider, v any) any {
		list, isList := v.([]any)
		if !isList {
			return messages("Expected a list of items but got type \"" + pythonType(v) + "\".")
		}
		if len(list) == 0 {
			return messages("This list may not be empty.")
		}
		errs, granted := obj{}, []string{}
		for i, item := range list {
			name, _ := item.(string)
			if !slices.Contains(known, name) {
				errs[strconv.Itoa(i)] = messages(notAChoice(item))
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

func checkProvider(c *call, p *Provider) obj {
	errs := obj{}
	for _, other := range c.st.providers.all() {
		if other.PK == p.PK {
			continue
		}
		if other.Name == p.Name {
			errs["name"] = messages("provider with this name already exists.")
		}
		if other.ClientID == p.ClientID {
			errs["client_id"] = messages("OAuth2/OpenID Provider with this Client ID already exists.")
		}
	}
	return errs
}

func (st *state) providerByClientID(id string) *Provider {
	return st.providers.find(func(p *Provider) bool { return p.ClientID == id })
}

// renderProvider is a provider with everything a list of OAuth2 providers has.
func (c *call) renderProvider(p *Provider) (obj, error) {
	uris, err := c.renderRedirectURIs(p)
	if err != nil {
		return nil, err
	}
	rendered := c.renderBaseProvider(p)
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
	if c.features.grantTypes {
		rendered["grant_types"] = p.GrantTypes
	}
	return rendered, nil
}

// renderBaseProvider is what every kind of provider has.
func (c *call) renderBaseProvider(p *Provider) obj {
	var slug, name any
	if app := c.st.applicationOf(p.PK); app != nil && c.was != nil && c.was.PK == app.PK {
		slug, name = c.was.Slug, c.was.Name
	} else if app != nil {
		slug, name = app.Slug, app.Name
	}
	return obj{
		"pk": p.PK, "name": p.Name, "authentication_flow": orNull(p.AuthenticationFlow),
		"authorization_flow": p.AuthorizationFlow, "invalidation_flow": p.InvalidationFlow,
		"property_mappings": c.mappingsInOrder(p), "component": "ak-provider-oauth2-form",
		"assigned_application_slug": slug, "assigned_application_name": name,
		"assigned_backchannel_application_slug": nil, "assigned_backchannel_application_name": nil,
		"verbose_name": "OAuth2/OpenID Provider", "verbose_name_plural": "OAuth2/OpenID Providers",
		"meta_model_name": "authentik_providers_oauth2.oauth2provider",
	}
}

// mappingsInOrder is a provider's mappings in the order of their table, not of
// the request that set them.
func (c *call) mappingsInOrder(p *Provider) []string {
	keys := []string{}
	for _, m := range c.st.mappingsOf(p) {
		keys = append(keys, m.PK)
	}
	return keys
}

func (st *state) mappingsOf(p *Provider) []*ScopeMapping {
	return slices.DeleteFunc(st.mappings.all(), func(m *ScopeMapping) bool { return !slices.Contains(p.PropertyMappings, m.PK) })
}

// setupURLs answers GET providers/oauth2/{key}/setup_urls/, for any token. A
// provider without an application has no jwks key at all.
func setupURLs(c *call) (answer, error) {
	pk, _ := strconv.Atoi(c.param("key"))
	p := c.st.providers.get(pk)
	if p == nil {
		return answer{}, notFound("OAuth2Provider")
	}
	base := c.base() + "/application/o/"
	urls := obj{
		"issuer": orNull(c.issuer(p)), "authorize": base + "authorize/", "token": base + "token/",
		"user_info": base + "userinfo/", "provider_info": nil, "logout": nil,
	}
	if app := c.st.applicationOf(p.PK); app != nil {
		urls["provider_info"] = base + app.Slug + "/.well-known/openid-configuration"
		urls["logout"] = base + app.Slug + "/end-session/"
		urls["jwks"] = base + app.Slug + "/jwks/"
	}
	return ok(urls)
}

// allProviders answers GET providers/all/.
var allProviders = &resource[Provider]{
	app: "authentik_core", model: "provider", noun: "Provider",
	rows:   func(st *state) []*Provider { return st.providers.all() },
	key:    func(p *Provider) string { return strconv.Itoa(p.PK) },
	render: func(c *call, p *Provider) (obj, error) { return c.renderBaseProvider(p), nil },
	filters: func(c *call) map[string]filter[Provider] {
		return map[string]filter[Provider]{
			"application__isnull": whether(func(p *Provider) bool { return c.st.applicationOf(p.PK) == nil }),
			"backchannel":         whether(func(*Provider) bool { return false }),
		}
	},
	search:    func(p *Provider) []string { return []string{p.Name} },
	orders:    map[string]func(a, b *Provider) int{"name": byText(func(p *Provider) string { return p.Name })},
	byDefault: "name",
}

// previewUser answers GET providers/oauth2/{key}/preview_user/.
func previewUser(c *call) (answer, error) {
	p, err := providerResource.found(c)
	if err != nil {
		return answer{}, err
	}
	user := c.user
	if asked := c.query.Get("for_user"); asked != "" {
		pk, isNumber := readNumber(asked)
		if user = c.st.users.get(pk); !isNumber || user == nil || !c.mayOn("authentik_core.preview_user", strconv.Itoa(pk)) {
			return answer{}, refuse(400, obj{"for_user": "User not found"})
		}
	}
	claims, err := c.previewClaims(p, user)
	if err != nil {
		return answer{}, refuse(400, obj{"detail": err.Error()})
	}
	return ok(obj{"preview": claims})
}

// launchRoot is the site of a provider's first redirect URI, which authentik
// guesses as the launch URL of an application that has none.
func launchRoot(p *Provider) string {
	if p == nil || len(p.RedirectURIs) == 0 {
		return ""
	}
	scheme, rest, found := strings.Cut(p.RedirectURIs[0].URL, "://")
	if !found || p.RedirectURIs[0].MatchingMode == "regex" {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
