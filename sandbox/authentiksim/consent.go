package authentiksim

import (
	"slices"
	"strings"
	"time"
)

// consentLife is how long the default explicit-consent flow remembers a consent.
const consentLife = 4 * 7 * 24 * time.Hour

// consentKey names what somebody consented to.
type consentKey struct {
	user   int
	app    string
	scopes string
}

func (c *call) consentKey(app string, a *authorization) consentKey {
	scopes := slices.Sorted(slices.Values(a.scopes))
	return consentKey{user: c.session().user, app: app, scopes: strings.Join(scopes, " ")}
}

// consented tells whether the person consented to these scopes before.
func (c *call) consented(app *Application, a *authorization) bool {
	until, given := c.st.consents[c.consentKey(app.PK, a)]
	return given && c.now().Before(until)
}

// consent remembers the consent the plan waits for and completes the plan.
func (c *call) consent(plan *flowPlan) (answer, error) {
	app := c.st.applications.get(plan.app)
	c.session().plan = nil
	if app == nil || c.st.providers.get(plan.authorization.provider.PK) == nil {
		return c.deniedPage("Failed to resolve application"), nil
	}
	c.st.consents[c.consentKey(app.PK, plan.authorization)] = c.now().Add(consentLife)
	return c.fulfil(plan.authorization, app)
}

// permission is one scope as the consent page names it.
type permission struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// permissions are the descriptions of the scopes a person is asked about.
func (c *call) permissions(a *authorization) []permission {
	asked := []permission{}
	for _, m := range c.st.mappingsOf(a.provider) {
		if m.Description != "" && slices.Contains(a.scopes, m.ScopeName) {
			asked = append(asked, permission{ID: m.ScopeName, Name: m.Description})
		}
	}
	return asked
}
