package engine

import (
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Save returns the file for a plan. It has none of the plan's secrets; the error is a *StoreFault if one of them, or
// one of the others, also stands in something that is not secret.
func (e *Engine) Save(plan *link.Plan, others ...secret.Text) ([]byte, error) {
	meta := e.meta
	meta.Kind, meta.Of = kindOf(plan), plan.Of
	return journal.EncodePlan(plan, meta, others...)
}

// Open returns a saved plan, to be applied to these two systems. spec is that of the link file. It has the client
// secret if the plan sets one; one that is to be generated is generated here.
func (e *Engine) Open(saved journal.SavedPlan, spec *link.Spec) (link.Plan, error) {
	for _, of := range []struct{ what, planned, now string }{
		{"authentik", saved.AuthentikURL, e.meta.AuthentikURL},
		{"PocketBase", saved.PocketBaseURL, e.meta.PocketBaseURL},
	} {
		if of.planned != of.now {
			return link.Plan{}, &journal.Fault{
				Summary: say.Of("The plan is for the %s at %s, and the link file is for the one at %s.", of.what,
					of.planned, of.now),
				Todo: say.Of("Name the link file that the plan was made from."),
			}
		}
	}
	if planned, now := saved.Plan.Spec.Query(), spec.Query(); planned.Collection != now.Collection ||
		!e.mayHave(spec, planned.Slug) {
		return link.Plan{}, &journal.Fault{
			Summary: say.Of("The plan is for the link %s → %s, and the link file is for %s → %s.", planned.Slug,
				planned.Collection, now.Slug, now.Collection),
			Todo: say.Of("Name the link file that the plan was made from."),
		}
	}
	generated, err := generate()
	if err != nil {
		return link.Plan{}, err
	}
	plan := saved.Plan
	plan.Generated.ClientSecret = generated.ClientSecret
	if saved.GivenSecret {
		if spec.Provider.ClientSecret == nil {
			return link.Plan{}, report.Problems{{Field: "provider.client_secret",
				Summary: say.Of("The plan sets a client secret of your own, which is not in it, and the link file " +
					"has none."),
				Todo: say.Of("Name the link file that the plan was made from.")}}
		}
		plan.Spec.Provider.ClientSecret = spec.Provider.ClientSecret
	}
	return plan, nil
}
