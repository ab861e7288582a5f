package export

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
)

// secretVariable is the environment variable that exports read the client secret
// from.
const secretVariable = "POCKETBASE_CLIENT_SECRET"

// changeOf returns the plan's first change of that kind, or nil.
func changeOf(p *link.Plan, kind link.Kind) *link.Change {
	i := slices.IndexFunc(p.Changes, func(c link.Change) bool { return c.Kind == kind })
	if i < 0 {
		return nil
	}
	return &p.Changes[i]
}

// writesProviderSecret reports whether the plan sets the provider's client
// secret in authentik. Otherwise the provider keeps its own.
func writesProviderSecret(p *link.Plan) bool {
	if p.Desired.Provider.PK == 0 {
		return true
	}
	c := changeOf(p, link.KindProvider)
	return c != nil && c.Changed("client_secret")
}

// modern reports whether the plan's authentik is 2026.5 or later, and so has
// grant types, redirect URI types and hidden applications.
func modern(p *link.Plan) bool { return len(p.Desired.Provider.GrantTypes) > 0 }

// touchesSlot reports whether a change writes the slot's own provider.
func touchesSlot(c *link.Change, slot string) bool {
	return slices.ContainsFunc(c.Fields, func(f link.Field) bool { return strings.HasPrefix(f.Name, slot+".") })
}

// mappingLabel returns what an export calls one of authpocket's own scope
// mappings.
func mappingLabel(m *link.Mapping) string {
	if mappings.OwnEmail(m.Name) {
		return "email"
	}
	return "groups"
}

// stockMappings returns the managed keys of authentik's default scope mappings by
// their names (blueprints/system/providers-oauth2.yaml). The keys are the same
// in every authentik, even if the mappings were renamed.
func stockMappings() map[string]string {
	const managed, name = "goauthentik.io/providers/oauth2/scope-", "authentik default OAuth Mapping: "
	return map[string]string{
		name + "OpenID 'openid'":          managed + "openid",
		name + "OpenID 'email'":           managed + "email",
		name + "OpenID 'profile'":         managed + "profile",
		name + "OpenID 'offline_access'":  managed + "offline_access",
		name + "Application Entitlements": managed + "entitlements",
		name + "authentik API access":     managed + "authentik_api",
	}
}

// pocketBaseBefore returns the collection before the plan. If the plan does not
// change it, that is the wanted state.
func pocketBaseBefore(p *link.Plan, kind link.Kind) link.CollectionState {
	if c := changeOf(p, kind); c != nil {
		if before := link.As[link.CollectionState](c.Before); before != nil {
			return *before
		}
	}
	return p.Desired.Collection
}

func slotOf(c *link.CollectionState, slot string) *link.OAuth2Provider {
	i := slices.IndexFunc(c.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == slot })
	if i < 0 {
		return nil
	}
	return &c.OAuth2.Providers[i]
}
