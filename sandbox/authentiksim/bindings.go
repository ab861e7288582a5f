package authentiksim

import (
	"fmt"
	"slices"
)

var bindingResource = &resource[Binding]{
	app: "authentik_policies", model: "policybinding", noun: "PolicyBinding",
	rows:    func(st *state) []*Binding { return st.bindings.all() },
	key:     func(b *Binding) string { return b.PK },
	title:   func(b *Binding) string { return fmt.Sprintf("Policy Binding %s #%d", b.Target, b.Order) },
	render:  func(c *call, b *Binding) (obj, error) { return c.renderBinding(b), nil },
	filters: func(*call) map[string]filter[Binding] { return bindingFilters },
	search:  func(b *Binding) []string { return []string{b.Policy} },
	orders: map[string]func(a, b *Binding) int{
		"order":   byNumber(func(b *Binding) int { return b.Order }),
		"pk":      byText(func(b *Binding) string { return b.PK }),
		"timeout": byNumber(func(b *Binding) int { return b.Timeout }),
	},
	byDefault: "order",

	rules: func(c *call) []rule[Binding] {
		target := ref("target", c.st.isTarget, func(b *Binding) *string { return &b.Target })
		return append(bindingRules(c), target.need())
	},
	fresh:  func(*call) *Binding { return newBinding() },
	check:  func(_ *call, b *Binding) obj { return checkBinding(b) },
	store:  func(c *call, b *Binding) { c.st.addBinding(b) },
	saved:  func(c *call, _, _ *Binding) { clear(c.st.appLists) },
	remove: func(c *call, b *Binding) { c.st.bindings.remove(b.PK); clear(c.st.appLists) },
}

func newBinding() *Binding { return &Binding{PK: newID(), Enabled: true, Timeout: 30} }

// addBinding stores a new binding, which empties the cached application lists.
func (st *state) addBinding(b *Binding) {
	st.bindings.put(b.PK, b)
	clear(st.appLists)
}

// isTarget tells whether bindings can be put on the object with a key.
func (st *state) isTarget(key string) bool {
	return st.applications.has(key) ||
		st.flows.find(func(f *Flow) bool { return f.BindingPK == key }) != nil
}

var bindingFilters = map[string]filter[Binding]{
	"target":         exactly(func(b *Binding) string { return b.Target }),
	"target_in":      anyOf(func(b *Binding) string { return b.Target }),
	"policy":         exactly(func(b *Binding) string { return b.Policy }),
	"policy__isnull": whether(func(b *Binding) bool { return b.Policy == "" }),
	"enabled":        whether(func(b *Binding) bool { return b.Enabled }),
	"order":          equalNumber(func(b *Binding) int { return b.Order }),
	"timeout":        equalNumber(func(b *Binding) int { return b.Timeout }),
}

// bindingRules are the keys a binding has in every request.
func bindingRules(c *call) []rule[Binding] {
	return []rule[Binding]{
		ref("policy", c.st.policies.has, func(b *Binding) *string { return &b.Policy }).null(),
		ref("group", c.st.groups.has, func(b *Binding) *string { return &b.Group }).null(),
		refNumber("user", c.st.users.has, func(b *Binding) *int { return &b.User }).null(),
		flag("negate", func(b *Binding) *bool { return &b.Negate }),
		flag("enabled", func(b *Binding) *bool { return &b.Enabled }),
		number("order", -1<<31, func(b *Binding) *int { return &b.Order }).need(),
		number("timeout", 0, func(b *Binding) *int { return &b.Timeout }),
		flag("failure_result", func(b *Binding) *bool { return &b.FailureResult }),
	}
}

// checkBinding wants exactly one of group, policy and user.
func checkBinding(b *Binding) obj {
	set := slices.DeleteFunc([]bool{b.Policy != "", b.Group != "", b.User != 0}, func(is bool) bool { return !is })
	switch {
	case len(set) == 0:
		return obj{"non_field_errors": messages("One of 'group', 'policy', 'user' must be set.")}
	case len(set) > 1:
		return obj{"non_field_errors": messages("Only one of 'group', 'policy', 'user' can be set.")}
	}
	return obj{}
}

func (c *call) renderBinding(b *Binding) obj {
	rendered := obj{
		"pk": b.PK, "policy": orNull(b.Policy), "group": orNull(b.Group), "user": nil,
		"policy_obj": nil, "group_obj": nil, "user_obj": nil, "target": b.Target, "negate": b.Negate,
		"enabled": b.Enabled, "order": b.Order, "timeout": b.Timeout, "failure_result": b.FailureResult,
	}
	if p := c.st.policies.get(b.Policy); p != nil {
		rendered["policy_obj"] = renderPolicy(p)
	}
	if g := c.st.groups.get(b.Group); g != nil {
		rendered["group_obj"] = partialGroup(g)
	}
	if u := c.st.users.get(b.User); u != nil {
		rendered["user"], rendered["user_obj"] = u.PK, partialUser(u)
	}
	return rendered
}

var policyResource = &resource[Policy]{
	app: "authentik_policies", model: "policy", noun: "Policy",
	rows: func(st *state) []*Policy { return st.policies.all() },
	key:  func(p *Policy) string { return p.PK },
	render: func(_ *call, p *Policy) (obj, error) {
		rendered := renderPolicy(p)
		for key, value := range p.More {
			rendered[key] = value
		}
		return rendered, nil
	},
	filters: func(c *call) map[string]filter[Policy] {
		return map[string]filter[Policy]{
			"bindings__isnull":    whether(func(p *Policy) bool { return p.BoundTo == 0 }),
			"promptstage__isnull": whether(func(*Policy) bool { return true }),
		}
	},
	search:    func(p *Policy) []string { return []string{p.Name} },
	orders:    map[string]func(a, b *Policy) int{"name": byText(func(p *Policy) string { return p.Name })},
	byDefault: "name",
}

func renderPolicy(p *Policy) obj {
	return obj{
		"pk": p.PK, "name": p.Name, "execution_logging": false, "component": p.Component, "verbose_name": p.Verbose,
		"verbose_name_plural": p.VerbosePlural, "meta_model_name": p.Model, "bound_to": p.BoundTo,
	}
}
