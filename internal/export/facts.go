package export

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// secretVariable is the environment variable that exports take the client
// secret from.
const secretVariable = "POCKETBASE_CLIENT_SECRET"

// changeOf returns the plan's first change of that kind, or nil.
func changeOf(p link.Plan, kind link.Kind) *link.Change {
	i := slices.IndexFunc(p.Changes, func(c link.Change) bool { return c.Kind == kind })
	if i < 0 {
		return nil
	}
	return &p.Changes[i]
}

// writesProviderSecret tells whether the plan gives authentik's provider a
// client secret. Otherwise the provider keeps the one that it has.
func writesProviderSecret(p link.Plan) bool {
	if p.Desired.Provider.PK == 0 {
		return true
	}
	c := changeOf(p, link.KindProvider)
	return c != nil && c.Changed("client_secret")
}

// modern tells whether the authentik has grant types, the kind of a redirect
// URI and hidden applications, which came together in 2026.5.
func modern(p link.Plan) bool { return len(p.Desired.Provider.GrantTypes) > 0 }

// touchesSlot tells whether a change writes the slot's own element.
func touchesSlot(c link.Change, slot string) bool {
	return slices.ContainsFunc(c.Fields, func(f link.Field) bool { return strings.HasPrefix(f.Name, slot+".") })
}

// ownMapping tells whether a provider's mapping is the one that the plan
// makes or keeps for the e-mail decision.
func ownMapping(p link.Plan, r link.Ref) bool {
	return p.Desired.Mapping != nil && r.Name == p.Desired.Mapping.Name
}

// stockMappings are the managed keys of the scope mappings that every
// authentik has, by their names (blueprints/system/providers-oauth2.yaml).
// Other authentiks have the same keys, whatever they call them.
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

// pocketBaseBefore is the collection as it was when the plan was made. Where
// the plan does not change it, that is what is wanted.
func pocketBaseBefore(p link.Plan, kind link.Kind) link.CollectionState {
	if c := changeOf(p, kind); c != nil {
		if before := link.As[link.CollectionState](c.Before); before != nil {
			return *before
		}
	}
	return p.Desired.Collection
}

func slotOf(c link.CollectionState, slot string) *link.OAuth2Provider {
	i := slices.IndexFunc(c.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == slot })
	if i < 0 {
		return nil
	}
	return &c.OAuth2.Providers[i]
}
