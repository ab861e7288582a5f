package oidc

import (
	"slices"
	"strings"
	"time"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// consentLife is the time the default explicit-consent flow remembers a consent.
const consentLife = 4 * 7 * 24 * time.Hour

func keyOfConsent(c *serve.Call, app string, a *store.Authorization) store.ConsentKey {
	scopes := slices.Sorted(slices.Values(a.Scopes))
	return store.ConsentKey{User: c.Session().User, App: app, Scopes: strings.Join(scopes, " ")}
}

// consented reports whether the user has consented to these scopes before.
func consented(c *serve.Call, app *store.Application, a *store.Authorization) bool {
	until, given := c.State.Consents[keyOfConsent(c, app.PK, a)]
	return given && c.Now().Before(until)
}

// Consent stores the consent that the plan asks for and completes the plan.
func Consent(c *serve.Call, plan *store.FlowPlan) (serve.Answer, error) {
	app := c.State.Applications.Get(plan.App)
	c.Session().Plan = nil
	if app == nil || c.State.Providers.Get(plan.Authorization.Provider.PK) == nil {
		return c.DeniedPage("Failed to resolve application"), nil
	}
	c.State.Consents[keyOfConsent(c, app.PK, plan.Authorization)] = c.Now().Add(consentLife)
	return fulfil(c, plan.Authorization, app)
}

// Permission is a scope on the consent page.
type Permission struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Permissions returns the scopes that the consent page lists.
func Permissions(c *serve.Call, a *store.Authorization) []Permission {
	asked := []Permission{}
	for _, m := range c.State.MappingsOf(a.Provider) {
		if m.Description != "" && slices.Contains(a.Scopes, m.ScopeName) {
			asked = append(asked, Permission{ID: m.ScopeName, Name: m.Description})
		}
	}
	return asked
}
