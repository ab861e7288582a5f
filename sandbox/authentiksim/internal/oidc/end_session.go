package oidc

import (
	"slices"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// endSession answers GET /application/o/{slug}/end-session/.
func endSession(c *serve.Call) (serve.Answer, error) {
	_, p := slugged(c)
	if p == nil {
		return c.NotFoundPage(), nil
	}
	flow := c.State.Flows.Get(p.InvalidationFlow)
	if flow == nil {
		flow = c.State.FlowBySlug(install.InvalidationFlow)
	}
	back := c.Query.Get("post_logout_redirect_uri")
	allowed := func(u store.RedirectURI) bool { return u.Kind() == "logout" && u.Matches(back) }
	if slices.ContainsFunc(p.RedirectURIs, allowed) {
		if flow.Slug == install.InvalidationFlow {
			c.SignOut()
		}
		if state := c.Query.Get("state"); state != "" {
			back += "?state=" + quote(state)
		}
		return serve.Redirect(back), nil
	}
	return serve.Redirect("/if/flow/" + flow.Slug + "/"), nil
}
