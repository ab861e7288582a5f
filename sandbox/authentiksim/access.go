package authentiksim

import "slices"

// access tells whether a user may use an application: without bindings anybody
// may, with them any or all of them must pass. Superusers are no exception.
func (c *call) access(a *Application, user *User) bool {
	bindings := slices.DeleteFunc(c.st.bindingsOf(a.PK), func(b *Binding) bool { return !b.Enabled })
	if len(bindings) == 0 {
		return c.st.settings.openWithoutBindings()
	}
	passing := func(b *Binding) bool { return c.passes(b, user) }
	if a.PolicyEngineMode == "all" {
		return !slices.ContainsFunc(bindings, func(b *Binding) bool { return !passing(b) })
	}
	return slices.ContainsFunc(bindings, passing)
}

// passes tells what one binding says. The simulator evaluates no policies: a
// binding to one answers with its failure_result, as to one that cannot run.
func (c *call) passes(b *Binding, user *User) bool {
	var result bool
	switch {
	case b.Group != "":
		result = slices.ContainsFunc(c.st.groupsOf(user.PK), func(g *Group) bool { return g.PK == b.Group })
	case b.User != 0:
		result = b.User == user.PK
	default:
		return b.FailureResult
	}
	return result != b.Negate
}

func (st *state) bindingsOf(target string) []*Binding {
	return slices.DeleteFunc(st.bindings.all(), func(b *Binding) bool { return b.Target != target })
}
