package store

import (
	"cmp"
	"slices"
)

// SourcePolicy is the name of the policy of the default flow for sources. It passes only for people who come from an
// external identity provider, of which the simulator has none.
const SourcePolicy = "default-source-authentication-if-sso"

// AddStage appends a stage of a kind, such as "identification", to a flow and returns the binding.
func (st *State) AddStage(flow *Flow, name, kind string, order int) *StageBinding {
	b := &StageBinding{PK: NewID(), BindingPK: NewID(), Flow: flow.PK, Order: order,
		Stage: FlowStage{PK: NewID(), Name: name, Kind: kind}}
	st.StageBindings.Put(b.PK, b)
	return b
}

// StagesOf returns the stage bindings of a flow in their order.
func (st *State) StagesOf(flow string) []*StageBinding {
	bindings := slices.DeleteFunc(st.StageBindings.All(), func(b *StageBinding) bool { return b.Flow != flow })
	slices.SortStableFunc(bindings, func(a, b *StageBinding) int { return cmp.Compare(a.Order, b.Order) })
	return bindings
}

// Applies reports whether authentik runs a flow for a user, nil for an anonymous one: the flow's level of
// authentication is met and its bindings pass.
func (st *State) Applies(f *Flow, user *User) bool {
	switch f.Authentication {
	case "require_authenticated":
		if user == nil {
			return false
		}
	case "require_unauthenticated":
		if user != nil {
			return false
		}
	case "require_superuser":
		if user == nil || !st.IsSuperuser(user.PK) {
			return false
		}
	case "require_redirect", "require_outpost", "require_token":
		return false
	}
	bindings := slices.DeleteFunc(st.BindingsOf(f.BindingPK), func(b *Binding) bool { return !b.Enabled })
	if len(bindings) == 0 {
		return true
	}
	passing := func(b *Binding) bool { return st.passesFlow(b, user) }
	if f.PolicyEngineMode == "all" {
		return !slices.ContainsFunc(bindings, func(b *Binding) bool { return !passing(b) })
	}
	return slices.ContainsFunc(bindings, passing)
}

func (st *State) passesFlow(b *Binding, user *User) bool {
	if p := st.Policies.Get(b.Policy); p != nil && p.Name == SourcePolicy {
		return b.Negate
	}
	if b.Policy == "" && user == nil {
		return b.Negate
	}
	return st.passes(b, user)
}

// LetsIn reports whether the stages of an authentication flow lead to a sign-in. Flows without identification are
// outside of what the simulator can run.
func (st *State) LetsIn(f *Flow) bool {
	var kinds []string
	for _, b := range st.StagesOf(f.PK) {
		kinds = append(kinds, b.Stage.Kind)
	}
	return !st.Denies(f) && slices.Contains(kinds, "identification") && slices.Contains(kinds, "user_login")
}

// Denies reports whether a flow has a deny stage for everybody.
func (st *State) Denies(f *Flow) bool {
	return slices.ContainsFunc(st.StagesOf(f.PK), func(b *StageBinding) bool {
		return b.Stage.Kind == "deny" && len(st.BindingsOf(b.BindingPK)) == 0
	})
}
