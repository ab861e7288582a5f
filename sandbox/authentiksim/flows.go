package authentiksim

var flowDesignations = []string{
	"authentication", "authorization", "invalidation", "enrollment", "unenrollment", "recovery", "stage_configuration",
}

var flowResource = &resource[Flow]{
	app: "authentik_flows", model: "flow", noun: "Flow",
	rows:   func(st *state) []*Flow { return st.flows.all() },
	key:    func(f *Flow) string { return f.PK },
	lookup: func(f *Flow) string { return f.Slug },
	title:  func(f *Flow) string { return f.Name },
	render: func(_ *call, f *Flow) (obj, error) { return renderFlow(f), nil },
	filters: func(*call) map[string]filter[Flow] {
		return map[string]filter[Flow]{
			"designation":   oneOf(flowDesignations, func(f *Flow) string { return f.Designation }),
			"denied_action": exactly(func(*Flow) string { return "message_continue" }),
			"flow_uuid":     exactly(func(f *Flow) string { return f.PK }),
			"name":          exactly(func(f *Flow) string { return f.Name }),
			"slug":          exactly(func(f *Flow) string { return f.Slug }),
		}
	},
	search: func(f *Flow) []string { return []string{f.Name, f.Slug, f.Designation, f.Title} },
	orders: map[string]func(a, b *Flow) int{
		"name": byText(func(f *Flow) string { return f.Name }), "slug": byText(func(f *Flow) string { return f.Slug }),
		"title":       byText(func(f *Flow) string { return f.Title }),
		"designation": byText(func(f *Flow) string { return f.Designation }),
	},
	byDefault: "slug",

	rules: func(*call) []rule[Flow] { return flowRules },
	fresh: func(*call) *Flow {
		return &Flow{PK: newID(), BindingPK: newID(), Authentication: "none", Stages: []string{}}
	},
	check: func(c *call, f *Flow) obj {
		if other := c.st.flowBySlug(f.Slug); other != nil && other.PK != f.PK {
			return obj{"slug": messages("flow with this slug already exists.")}
		}
		return obj{}
	},
	store: func(c *call, f *Flow) { c.st.flows.put(f.PK, f) },
	remove: func(c *call, f *Flow) {
		c.st.flows.remove(f.PK)
		for _, p := range c.st.providers.all() {
			if p.AuthorizationFlow == f.PK || p.InvalidationFlow == f.PK {
				c.removeProvider(p) // as the database does: a provider cannot be without them
			} else if p.AuthenticationFlow == f.PK {
				p.AuthenticationFlow = ""
			}
		}
	},
}

// flowRules are the fields the simulator keeps of a flow. A flow made through
// the API has no stages.
var flowRules = []rule[Flow]{
	text("name", func(f *Flow) *string { return &f.Name }).need(),
	text("slug", func(f *Flow) *string { return &f.Slug }).need().matching(slugPattern, notASlug),
	text("title", func(f *Flow) *string { return &f.Title }).need(),
	choice("designation", flowDesignations, func(f *Flow) *string { return &f.Designation }).need(),
	choice("authentication", []string{"none", "require_authenticated", "require_unauthenticated", "require_superuser",
		"require_redirect", "require_outpost", "require_token"}, func(f *Flow) *string { return &f.Authentication }),
}

func renderFlow(f *Flow) obj {
	return obj{
		"pk": f.PK, "policybindingmodel_ptr_id": f.BindingPK, "name": f.Name, "slug": f.Slug, "title": f.Title,
		"designation": f.Designation, "background": "", "background_url": flowBackground, "background_themed_urls": nil,
		"stages": f.Stages, "policies": []string{}, "cache_count": 0,
		"policy_engine_mode": "any", "compatibility_mode": false,
		"export_url": "/api/v3/flows/instances/" + f.Slug + "/export/",
		"layout":     "stacked", "denied_action": "message_continue", "authentication": f.Authentication,
	}
}

const flowBackground = "/static/dist/assets/images/flow_background.jpg"

func (st *state) flowBySlug(slug string) *Flow {
	return st.flows.find(func(f *Flow) bool { return f.Slug == slug })
}
