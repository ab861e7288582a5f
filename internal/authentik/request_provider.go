package authentik

import (
	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

// providerPatch is a request that writes the named fields and no others.
// Lists are written whole.
func (c *Client) providerPatch(p link.ProviderState, names []string) (r api.PatchedOAuth2ProviderRequest) {
	texts{
		"name": {&r.Name, p.Name}, "client_id": {&r.ClientId, p.ClientID}, "client_secret": {&r.ClientSecret, p.ClientSecret.Reveal()},
		"authorization_flow": {&r.AuthorizationFlow, p.AuthorizationFlow.ID}, "invalidation_flow": {&r.InvalidationFlow, p.InvalidationFlow.ID},
		"access_code_validity": {&r.AccessCodeValidity, p.AccessCodeValidity}, "access_token_validity": {&r.AccessTokenValidity, p.AccessTokenValidity},
		"refresh_token_validity": {&r.RefreshTokenValidity, p.RefreshTokenValidity}, "refresh_token_threshold": {&r.RefreshTokenThreshold, p.RefreshTokenThreshold},
	}.set(names)
	for _, name := range names {
		switch name {
		case "authentication_flow":
			r.AuthenticationFlow = nullable(p.AuthenticationFlow)
		case "signing_key":
			r.SigningKey = nullable(p.SigningKey)
		case "client_type":
			r.ClientType = enum[api.ClientTypeEnum](p.ClientType)
		case "sub_mode":
			r.SubMode = enum[api.SubModeEnum](p.SubjectMode)
		case "issuer_mode":
			r.IssuerMode = enum[api.IssuerModeEnum](p.IssuerMode)
		case "include_claims_in_id_token":
			r.IncludeClaimsInIdToken = &p.IncludeClaims
		case "redirect_uris":
			r.RedirectUris = c.redirectRequests(p.RedirectURIs)
		case "grant_types":
			r.GrantTypes = make([]api.GrantTypesEnum, len(p.GrantTypes)) // empty is sent, nil would not be
			for i, grant := range p.GrantTypes {
				r.GrantTypes[i] = api.GrantTypesEnum(grant)
			}
		case "property_mappings":
			r.PropertyMappings = make([]string, len(p.Mappings))
			for i, mapping := range p.Mappings {
				r.PropertyMappings[i] = mapping.ID
			}
		}
	}
	return r
}

// providerRequest is the same as a create.
func providerRequest(r api.PatchedOAuth2ProviderRequest) api.OAuth2ProviderRequest {
	return api.OAuth2ProviderRequest{
		Name: r.GetName(), AuthorizationFlow: r.GetAuthorizationFlow(), InvalidationFlow: r.GetInvalidationFlow(),
		AuthenticationFlow: r.AuthenticationFlow, SigningKey: r.SigningKey,
		ClientType: r.ClientType, ClientId: r.ClientId, ClientSecret: r.ClientSecret,
		RedirectUris: r.RedirectUris, PropertyMappings: r.PropertyMappings, GrantTypes: r.GrantTypes,
		AccessCodeValidity: r.AccessCodeValidity, AccessTokenValidity: r.AccessTokenValidity,
		RefreshTokenValidity: r.RefreshTokenValidity, RefreshTokenThreshold: r.RefreshTokenThreshold,
		SubMode: r.SubMode, IssuerMode: r.IssuerMode, IncludeClaimsInIdToken: r.IncludeClaimsInIdToken,
	}
}

// redirectRequests are whole entries, for one without its matching mode would
// be stored and make every list of providers fail.
func (c *Client) redirectRequests(uris []link.RedirectURI) []api.RedirectURIRequest {
	list := make([]api.RedirectURIRequest, len(uris))
	for i, uri := range uris {
		list[i] = api.RedirectURIRequest{MatchingMode: api.MatchingModeEnum(redirectMode(uri)), Url: uri.URL}
		if c.features.RedirectURI {
			list[i].RedirectUriType = enum[api.RedirectURITypeEnum](redirectType(uri))
		}
	}
	return list
}

// nullable is the primary key, or null for none.
func nullable(r link.Ref) api.NullableString {
	if r.ID == "" {
		return *api.NewNullableString(nil)
	}
	return *api.NewNullableString(&r.ID)
}

func enum[E ~string](value string) *E {
	e := E(value)
	return &e
}
