package api

import (
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func flowDesignations() []string {
	return []string{
		"authentication", "authorization", "invalidation", "enrollment", "unenrollment", "recovery",
		"stage_configuration",
	}
}

// FlowResource describes flows.
func FlowResource() *rest.Resource[store.Flow] {
	return &rest.Resource[store.Flow]{
		App: "authentik_flows", Model: "flow", Noun: "Flow",
		Rows:   func(st *store.State) []*store.Flow { return st.Flows.All() },
		Key:    func(f *store.Flow) string { return f.PK },
		Lookup: func(f *store.Flow) string { return f.Slug },
		Title:  func(f *store.Flow) string { return f.Name },
		Render: func(c *serve.Call, f *store.Flow) (obj, error) { return renderFlow(c, f), nil },
		Filters: func(*serve.Call) rest.Filters[store.Flow] {
			return rest.Filters[store.Flow]{
				"designation":   rest.OneOf(flowDesignations(), func(f *store.Flow) string { return f.Designation }),
				"denied_action": rest.Equals(func(*store.Flow) string { return "message_continue" }),
				"flow_uuid":     rest.Equals(func(f *store.Flow) string { return f.PK }),
				"name":          rest.Equals(func(f *store.Flow) string { return f.Name }),
				"slug":          rest.Equals(func(f *store.Flow) string { return f.Slug }),
			}
		},
		Search: func(f *store.Flow) []string { return []string{f.Name, f.Slug, f.Designation, f.Title} },
		Orders: rest.Orders[store.Flow]{
			"name":        rest.ByText(func(f *store.Flow) string { return f.Name }),
			"slug":        rest.ByText(func(f *store.Flow) string { return f.Slug }),
			"title":       rest.ByText(func(f *store.Flow) string { return f.Title }),
			"designation": rest.ByText(func(f *store.Flow) string { return f.Designation }),
		},
		ByDefault: "slug",

		Rules: func(*serve.Call) []rest.Rule[store.Flow] { return flowRules() },
		Fresh: func(*serve.Call) *store.Flow {
			return &store.Flow{PK: store.NewID(), BindingPK: store.NewID(), Authentication: "none",
				PolicyEngineMode: "any"}
		},
		Check: func(c *serve.Call, f *store.Flow) obj {
			if other := c.State.FlowBySlug(f.Slug); other != nil && other.PK != f.PK {
				return obj{"slug": rest.Messages("flow with this slug already exists.")}
			}
			return obj{}
		},
		Store: func(c *serve.Call, f *store.Flow) { c.State.Flows.Put(f.PK, f) },
		Remove: func(c *serve.Call, f *store.Flow) {
			c.State.Flows.Remove(f.PK)
			for _, p := range c.State.Providers.All() {
				if p.AuthorizationFlow == f.PK || p.InvalidationFlow == f.PK {
					c.State.RemoveProvider(p) // both are required: the database deletes the provider too
				} else if p.AuthenticationFlow == f.PK {
					p.AuthenticationFlow = ""
				}
			}
		},
	}
}

// flowRules returns the rules for the fields of a flow that the simulator keeps. A flow created through the API has
// no stages.
func flowRules() []rest.Rule[store.Flow] {
	levels := []string{"none", "require_authenticated", "require_unauthenticated", "require_superuser",
		"require_redirect", "require_outpost", "require_token"}
	return []rest.Rule[store.Flow]{
		rest.Text("name", func(f *store.Flow) *string { return &f.Name }).Required(),
		rest.Text("slug", func(f *store.Flow) *string { return &f.Slug }).Required().Slug(),
		rest.Text("title", func(f *store.Flow) *string { return &f.Title }).Required(),
		rest.Choice("designation", flowDesignations(),
			func(f *store.Flow) *string { return &f.Designation }).Required(),
		rest.Choice("policy_engine_mode", []string{"any", "all"},
			func(f *store.Flow) *string { return &f.PolicyEngineMode }),
		rest.Choice("authentication", levels, func(f *store.Flow) *string { return &f.Authentication }),
	}
}

func renderFlow(c *serve.Call, f *store.Flow) obj {
	stages, policies := []string{}, []string{}
	for _, b := range c.State.StagesOf(f.PK) {
		stages = append(stages, b.Stage.PK)
	}
	for _, b := range c.State.BindingsOf(f.BindingPK) {
		if b.Policy != "" {
			policies = append(policies, b.Policy)
		}
	}
	return obj{
		"pk": f.PK, "policybindingmodel_ptr_id": f.BindingPK, "name": f.Name, "slug": f.Slug, "title": f.Title,
		"designation": f.Designation, "background": "", "background_url": FlowBackground, "background_themed_urls": nil,
		"stages": stages, "policies": policies, "cache_count": 0,
		"policy_engine_mode": f.PolicyEngineMode, "compatibility_mode": false,
		"export_url": "/api/v3/flows/instances/" + f.Slug + "/export/",
		"layout":     "stacked", "denied_action": "message_continue", "authentication": f.Authentication,
	}
}

// FlowBackground is the background image of every flow.
const FlowBackground = "/static/dist/assets/images/flow_background.jpg"
