package api

import (
	"strings"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// stageBindingResource describes the stages of flows.
func stageBindingResource() *rest.Resource[store.StageBinding] {
	return &rest.Resource[store.StageBinding]{
		App: "authentik_flows", Model: "flowstagebinding", Noun: "FlowStageBinding",
		Rows:   func(st *store.State) []*store.StageBinding { return st.StageBindings.All() },
		Key:    func(b *store.StageBinding) string { return b.PK },
		Render: func(c *serve.Call, b *store.StageBinding) (obj, error) { return renderStageBinding(c, b), nil },
		Filters: func(*serve.Call) rest.Filters[store.StageBinding] {
			return rest.Filters[store.StageBinding]{
				"target": rest.Equals(func(b *store.StageBinding) string { return b.Flow }),
				"stage":  rest.Equals(func(b *store.StageBinding) string { return b.Stage.PK }),
				"order":  rest.EqualsNumber(func(b *store.StageBinding) int { return b.Order }),
			}
		},
		Search: func(b *store.StageBinding) []string { return []string{b.Stage.Name} },
		Orders: rest.Orders[store.StageBinding]{
			"order": rest.ByNumber(func(b *store.StageBinding) int { return b.Order }),
		},
		ByDefault: "order",
	}
}

func renderStageBinding(c *serve.Call, b *store.StageBinding) obj {
	flows := []obj{}
	if f := c.State.Flows.Get(b.Flow); f != nil {
		flows = append(flows, flowOfStage(f))
	}
	words := strings.ReplaceAll(b.Stage.Kind, "_", " ")
	return obj{
		"pk": b.PK, "policybindingmodel_ptr_id": b.BindingPK, "target": b.Flow, "stage": b.Stage.PK,
		"stage_obj": obj{
			"pk": b.Stage.PK, "name": b.Stage.Name, "flow_set": flows,
			"component":    "ak-stage-" + strings.ReplaceAll(b.Stage.Kind, "_", "-") + "-form",
			"verbose_name": words + " stage", "verbose_name_plural": words + " stages",
			"meta_model_name": "authentik_stages_" + b.Stage.Kind + "." +
				strings.ReplaceAll(b.Stage.Kind, "_", "") + "stage",
		},
		"evaluate_on_plan": false, "re_evaluate_policies": true, "order": b.Order, "policy_engine_mode": "any",
		"invalid_response_action": "retry",
	}
}

// flowOfStage returns the fields of a flow that a stage lists.
func flowOfStage(f *store.Flow) obj {
	return obj{
		"pk": f.PK, "policybindingmodel_ptr_id": f.BindingPK, "name": f.Name, "slug": f.Slug, "title": f.Title,
		"designation": f.Designation, "background_url": FlowBackground, "policy_engine_mode": f.PolicyEngineMode,
		"compatibility_mode": false, "export_url": "/api/v3/flows/instances/" + f.Slug + "/export/",
		"layout": "stacked", "denied_action": "message_continue",
	}
}
