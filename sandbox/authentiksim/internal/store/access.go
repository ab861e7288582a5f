package store

import (
	"slices"
	"time"
)

// MayUse reports whether a user may use an application. Without bindings everyone may; otherwise any or all of them
// must pass. Superusers are no exception. A binding that has ended does not count.
func (st *State) MayUse(a *Application, user *User, now time.Time) bool {
	bindings := slices.DeleteFunc(st.BindingsOf(a.PK), func(b *Binding) bool { return !b.Enabled || b.ended(now) })
	if len(bindings) == 0 {
		return st.Settings.OpenWithoutBindings()
	}
	passing := func(b *Binding) bool { return st.passes(b, user) }
	if a.PolicyEngineMode == "all" {
		return !slices.ContainsFunc(bindings, func(b *Binding) bool { return !passing(b) })
	}
	return slices.ContainsFunc(bindings, passing)
}

// ended reports whether the binding has expired.
func (b *Binding) ended(now time.Time) bool {
	return b.Expiring && b.Expires != nil && !now.Before(*b.Expires)
}

// passes reports whether a binding passes for a user. The simulator evaluates no policies: a binding to a policy
// returns its failure_result, as if the policy could not run.
func (st *State) passes(b *Binding, user *User) bool {
	var result bool
	switch {
	case b.Group != "":
		result = slices.ContainsFunc(st.groupsOf(user.PK), func(g *Group) bool { return g.PK == b.Group })
	case b.User != 0:
		result = b.User == user.PK
	default:
		return b.FailureResult
	}
	return result != b.Negate
}
