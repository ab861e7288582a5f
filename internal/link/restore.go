package link

import "slices"

// The functions here copy single fields, by the names that Change.Fields has,
// from the object as it was into the object as it is.

func restoreProvider(now *ProviderState, was ProviderState, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "name":
			now.Name = was.Name
		case "authorization_flow":
			now.AuthorizationFlow = was.AuthorizationFlow
		case "invalidation_flow":
			now.InvalidationFlow = was.InvalidationFlow
		case "authentication_flow":
			now.AuthenticationFlow = was.AuthenticationFlow
		case "client_type":
			now.ClientType = was.ClientType
		case "client_id":
			now.ClientID = was.ClientID
		case "client_secret":
			if was.ClientSecret.IsSet() { // receipts hold no secret
				now.ClientSecret = was.ClientSecret
			}
		case "redirect_uris":
			now.RedirectURIs = slices.Clone(was.RedirectURIs)
		case "signing_key":
			now.SigningKey = was.SigningKey
		case "sub_mode":
			now.SubjectMode = was.SubjectMode
		case "issuer_mode":
			now.IssuerMode = was.IssuerMode
		case "include_claims_in_id_token":
			now.IncludeClaims = was.IncludeClaims
		case "grant_types":
			now.GrantTypes = slices.Clone(was.GrantTypes)
		case "property_mappings":
			now.Mappings = slices.Clone(was.Mappings)
		default:
			restoreValidity(now, was, f.Name)
		}
	}
}

func restoreValidity(now *ProviderState, was ProviderState, name string) {
	switch name {
	case "access_code_validity":
		now.AccessCodeValidity = was.AccessCodeValidity
	case "access_token_validity":
		now.AccessTokenValidity = was.AccessTokenValidity
	case "refresh_token_validity":
		now.RefreshTokenValidity = was.RefreshTokenValidity
	case "refresh_token_threshold":
		now.RefreshTokenThreshold = was.RefreshTokenThreshold
	}
}

func restoreApplication(now *ApplicationState, was ApplicationState, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "name":
			now.Name = was.Name
		case "provider":
			now.Provider, now.ProviderName = was.Provider, was.ProviderName
		case "group":
			now.Group = was.Group
		case "policy_engine_mode":
			now.PolicyEngineMode = was.PolicyEngineMode
		case "meta_launch_url":
			now.LaunchURL = was.LaunchURL
		case "meta_icon":
			now.Icon = was.Icon
		case "meta_publisher":
			now.Publisher = was.Publisher
		case "meta_description":
			now.Description = was.Description
		case "open_in_new_tab":
			now.OpenInNewTab = was.OpenInNewTab
		case "meta_hide":
			now.Hide = was.Hide
		}
	}
}

func restoreMapping(now *Mapping, was Mapping, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "scope_name":
			now.Scope = was.Scope
		case "description":
			now.Description = was.Description
		case "expression":
			now.Expression = was.Expression
		}
	}
}

// restoreOAuth2 puts back the element of one slot and the mapped fields. A
// slot that was not there before is taken out again.
func restoreOAuth2(now *OAuth2State, was OAuth2State, slot string, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "enabled":
			now.Enabled = was.Enabled
		case "mappedFields.id":
			now.Mapped.ID = was.Mapped.ID
		case "mappedFields.name":
			now.Mapped.Name = was.Mapped.Name
		case "mappedFields.username":
			now.Mapped.Username = was.Mapped.Username
		case "mappedFields.avatarURL":
			now.Mapped.AvatarURL = was.Mapped.AvatarURL
		}
	}
	now.Providers = slices.Clone(now.Providers)
	at := slotIndex(*now, slot)
	before := slotIndex(was, slot)
	switch {
	case at < 0 && before >= 0:
		now.Providers = append(now.Providers, was.Providers[before])
	case at < 0:
	case before < 0:
		now.Providers = slices.Delete(now.Providers, at, at+1)
	default:
		restoreSlot(&now.Providers[at], was.Providers[before], fields)
	}
}

func restoreSlot(now *OAuth2Provider, was OAuth2Provider, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case was.Slot + ".displayName":
			now.DisplayName = was.DisplayName
		case was.Slot + ".clientId":
			now.ClientID = was.ClientID
		case was.Slot + ".authURL":
			now.AuthURL = was.AuthURL
		case was.Slot + ".tokenURL":
			now.TokenURL = was.TokenURL
		case was.Slot + ".userInfoURL":
			now.UserInfoURL = was.UserInfoURL
		case was.Slot + ".pkce":
			now.PKCE = was.PKCE
		case was.Slot + ".extra.jwksURL":
			now.JWKSURL = was.JWKSURL
		case was.Slot + ".extra.issuers":
			now.Issuers = slices.Clone(was.Issuers)
		}
	}
}

func slotIndex(o OAuth2State, slot string) int {
	return slices.IndexFunc(o.Providers, func(p OAuth2Provider) bool { return p.Slot == slot })
}

func restoreRules(now *CollectionState, was CollectionState, fields []Field) {
	for _, f := range fields {
		switch f.Name {
		case "createRule":
			now.CreateRule = was.CreateRule
		case "authRule":
			now.AuthRule = was.AuthRule
		}
	}
}
