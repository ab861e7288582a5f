package plans_test

import (
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// The pools are small, so that what is wanted and what is there meet often.
// Many values are those that a server has by default.

func pickOf[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

// open draws nil in most cases, else one of the values.
func open[T any](t *rapid.T, label string, from ...T) *T {
	if rapid.IntRange(0, 3).Draw(t, label+" is set") > 0 {
		return nil
	}
	return new(pickOf(t, label, from...))
}

// some draws a part of the list, in its order.
func some[T any](t *rapid.T, label string, from ...T) []T {
	var list []T
	for _, one := range from {
		if rapid.Bool().Draw(t, label) {
			list = append(list, one)
		}
	}
	return list
}

func randomSpec(t *rapid.T) link.Spec {
	s := link.Spec{
		AuthentikURL: authentikURL,
		PocketBaseURLs: pickOf(t, "public addresses", []string{pocketbaseURL},
			[]string{pocketbaseURL, "https://second.company"}),
		Email:       pickOf(t, "e-mail decision", link.EmailTrustAll, link.EmailTrustAttribute, link.EmailLeave),
		Existing:    pickOf(t, "existing", link.ExistingAsk, link.ExistingAsk, link.ExistingUse, link.ExistingNew),
		Application: randomApplication(t),
		Provider:    randomProvider(t),
		PocketBase:  randomPocketBase(t),
	}
	if rapid.Bool().Draw(t, "access is named") {
		s.Access = &link.Access{
			Groups: some(t, "group", "staff", "admins"), Users: some(t, "user", "ada"),
			Policies: some(t, "policy", "office hours"),
		}
	}
	if limit := s.Provider.GroupsClaim; limit != nil && limit.Bound && len(s.LimitOf()) == 0 {
		s.Provider.GroupsClaim = nil
	}
	return s
}

func randomApplication(t *rapid.T) link.Application {
	return link.Application{
		Name:             open(t, "application name", "PocketBase", "Shop", "Another"),
		Slug:             open(t, "slug", "pocketbase", "shop", "other"),
		Group:            open(t, "group", "", "Tools"),
		PolicyEngineMode: open(t, "policy engine mode", "any", "all"),
		LaunchURL:        open(t, "launch URL", "", "https://shop.company/"),
		Icon:             open(t, "icon", "", "fa://fa-store"),
		Publisher:        open(t, "publisher", "", "Us"),
		Description:      open(t, "description", "", "Ours"),
		OpenInNewTab:     open(t, "open in new tab", true, false),
		Hide:             open(t, "hide", true, false),
	}
}

func randomProvider(t *rapid.T) link.Provider {
	p := link.Provider{
		Name:                  open(t, "provider name", "Provider for PocketBase", "Provider for Shop", "Mine"),
		AuthorizationFlow:     open(t, "authorization flow", link.DefaultAuthorizationFlow, explicitFlow),
		InvalidationFlow:      open(t, "invalidation flow", link.DefaultInvalidationFlow, "default-invalidation-flow"),
		AuthenticationFlow:    open(t, "authentication flow", "", "passkeys"),
		ClientID:              open(t, "client ID", "c1", "c2", "mine"),
		SigningKey:            open(t, "signing key", selfSigned, "an ec key"),
		AccessCodeValidity:    open(t, "access code validity", "minutes=1", "minutes=2"),
		AccessTokenValidity:   open(t, "access token validity", "hours=1", "hours=2"),
		RefreshTokenValidity:  open(t, "refresh token validity", "days=30", "days=2"),
		RefreshTokenThreshold: open(t, "refresh token threshold", "seconds=0", "hours=1"),
		SubjectMode:           open(t, "subject mode", "hashed_user_id", "user_uuid"),
		IssuerMode:            open(t, "issuer mode", "per_provider", "global"),
		RedirectURIs: pickOf(t, "redirect URIs", nil, nil, strict(pocketbaseURL+link.RedirectPath),
			[]link.RedirectURI{{URL: "https://.*", Mode: "regex"}, {URL: "myapp://x"}}),
		ScopeMappings: pickOf(t, "scope mappings", nil, nil, []string{}, []string{"groups"},
			[]string{managedOffline, "picture"}),
		GroupsClaim: pickOf(t, "groups claim", nil, nil, &link.GroupsLimit{Bound: true}, &link.GroupsLimit{},
			&link.GroupsLimit{Names: []string{"staff"}}, &link.GroupsLimit{Names: []string{"admins", "\"; x"}}),
	}
	if text := open(t, "client secret", "secret of c1", "a new secret"); text != nil {
		p.ClientSecret = new(secret.New(*text))
	}
	return p
}

func randomPocketBase(t *rapid.T) link.PocketBase {
	b := link.PocketBase{
		Collection:  open(t, "collection", "users", "members"),
		Slot:        open(t, "slot", "oidc", "oidc2", "oidc3"),
		DisplayName: open(t, "display name", "authentik", "Company"),
		AuthURL:     open(t, "auth URL", authentikURL+"/application/o/authorize/", "https://login.company/a/"),
		TokenURL: open(t, "token URL", authentikURL+"/application/o/token/",
			"http://authentik:9000/application/o/token/"),
		UserInfo: open(t, "user info", "userinfo", "id_token"),
		UserInfoURL: open(t, "user info URL", authentikURL+"/application/o/userinfo/",
			"http://authentik:9000/application/o/userinfo/"),
		JWKSURL:      open(t, "JWKS URL", "", "http://authentik:9000/jwks/"),
		Issuers:      pickOf(t, "issuers", nil, nil, []string{}, []string{"https://authentik.company/"}),
		PKCE:         open(t, "PKCE", true, false),
		Enabled:      open(t, "enabled", true, false),
		MapName:      open(t, "map name", "", "name", "nick"),
		MapUsername:  open(t, "map username", "", "nick"),
		MapAvatar:    open(t, "map avatar", "", "avatar"),
		MapID:        open(t, "map ID", "", "nick"),
		ShowControls: rapid.Bool().Draw(t, "show controls"),
		CreateRule:   open(t, "create rule", "", "id != ''"),
		AuthRule:     open(t, "auth rule", "", "verified = true"),
	}
	return b
}
