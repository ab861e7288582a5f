package api

import (
	"fmt"
	"slices"
	"time"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// BindingResource describes policy bindings.
func BindingResource() *rest.Resource[store.Binding] {
	return &rest.Resource[store.Binding]{
		App: "authentik_policies", Model: "policybinding", Noun: "PolicyBinding",
		Rows:    func(st *store.State) []*store.Binding { return st.Bindings.All() },
		Key:     func(b *store.Binding) string { return b.PK },
		Title:   func(b *store.Binding) string { return fmt.Sprintf("Policy Binding %s #%d", b.Target, b.Order) },
		Render:  func(c *serve.Call, b *store.Binding) (obj, error) { return renderBinding(c, b), nil },
		Filters: func(*serve.Call) rest.Filters[store.Binding] { return bindingFilters() },
		Search:  func(b *store.Binding) []string { return []string{b.Policy} },
		Orders: rest.Orders[store.Binding]{
			"order":   rest.ByNumber(func(b *store.Binding) int { return b.Order }),
			"pk":      rest.ByText(func(b *store.Binding) string { return b.PK }),
			"timeout": rest.ByNumber(func(b *store.Binding) int { return b.Timeout }),
		},
		ByDefault: "order",

		Rules: func(c *serve.Call) []rest.Rule[store.Binding] {
			target := rest.Ref("target", c.State.AcceptsBindings, func(b *store.Binding) *string { return &b.Target })
			return append(bindingRules(c), target.Required())
		},
		Fresh:  func(*serve.Call) *store.Binding { return store.NewBinding() },
		Check:  func(_ *serve.Call, b *store.Binding) obj { return checkBinding(b) },
		Store:  func(c *serve.Call, b *store.Binding) { c.State.AddBinding(b) },
		Saved:  func(c *serve.Call, _, _ *store.Binding) { clear(c.State.AppLists) },
		Remove: func(c *serve.Call, b *store.Binding) { c.State.Bindings.Remove(b.PK); clear(c.State.AppLists) },
	}
}

func bindingFilters() rest.Filters[store.Binding] {
	return rest.Filters[store.Binding]{
		"target":         rest.Equals(func(b *store.Binding) string { return b.Target }),
		"target_in":      rest.AnyOf(func(b *store.Binding) string { return b.Target }),
		"policy":         rest.Equals(func(b *store.Binding) string { return b.Policy }),
		"policy__isnull": rest.IsTrue(func(b *store.Binding) bool { return b.Policy == "" }),
		"enabled":        rest.IsTrue(func(b *store.Binding) bool { return b.Enabled }),
		"order":          rest.EqualsNumber(func(b *store.Binding) int { return b.Order }),
		"timeout":        rest.EqualsNumber(func(b *store.Binding) int { return b.Timeout }),
	}
}

// bindingRules returns the rules for the keys of every binding.
func bindingRules(c *serve.Call) []rest.Rule[store.Binding] {
	rules := []rest.Rule[store.Binding]{
		rest.Ref("policy", c.State.Policies.Has, func(b *store.Binding) *string { return &b.Policy }).Nullable(),
		rest.Ref("group", c.State.Groups.Has, func(b *store.Binding) *string { return &b.Group }).Nullable(),
		rest.NumberRef("user", c.State.Users.Has, func(b *store.Binding) *int { return &b.User }).Nullable(),
		rest.Flag("negate", func(b *store.Binding) *bool { return &b.Negate }),
		rest.Flag("enabled", func(b *store.Binding) *bool { return &b.Enabled }),
		rest.Number("order", -1<<31, func(b *store.Binding) *int { return &b.Order }).Required(),
		rest.Number("timeout", 0, func(b *store.Binding) *int { return &b.Timeout }),
		rest.Flag("failure_result", func(b *store.Binding) *bool { return &b.FailureResult }),
	}
	if c.Features.BindingsEnd {
		rules = append(rules, rest.Flag("expiring", func(b *store.Binding) *bool { return &b.Expiring }),
			rest.Time("expires", func(b *store.Binding) **time.Time { return &b.Expires }).Nullable())
	}
	return rules
}

// checkBinding requires exactly one of group, policy and user.
func checkBinding(b *store.Binding) obj {
	set := slices.DeleteFunc([]bool{b.Policy != "", b.Group != "", b.User != 0}, func(is bool) bool { return !is })
	switch {
	case len(set) == 0:
		return obj{"non_field_errors": rest.Messages("One of 'group', 'policy', 'user' must be set.")}
	case len(set) > 1:
		return obj{"non_field_errors": rest.Messages("Only one of 'group', 'policy', 'user' can be set.")}
	}
	return obj{}
}

func renderBinding(c *serve.Call, b *store.Binding) obj {
	rendered := obj{
		"pk": b.PK, "policy": orNull(b.Policy), "group": orNull(b.Group), "user": nil,
		"policy_obj": nil, "group_obj": nil, "user_obj": nil, "target": b.Target, "negate": b.Negate,
		"enabled": b.Enabled, "order": b.Order, "timeout": b.Timeout, "failure_result": b.FailureResult,
	}
	if c.Features.BindingsEnd {
		rendered["expiring"], rendered["expires"] = b.Expiring, timeOrNull(b.Expires)
	}
	if p := c.State.Policies.Get(b.Policy); p != nil {
		rendered["policy_obj"] = renderPolicy(p)
	}
	if g := c.State.Groups.Get(b.Group); g != nil {
		rendered["group_obj"] = partialGroup(g)
	}
	if u := c.State.Users.Get(b.User); u != nil {
		rendered["user"], rendered["user_obj"] = u.PK, partialUser(u)
	}
	return rendered
}

func policyResource() *rest.Resource[store.Policy] {
	return &rest.Resource[store.Policy]{
		App: "authentik_policies", Model: "policy", Noun: "Policy",
		Rows: func(st *store.State) []*store.Policy { return st.Policies.All() },
		Key:  func(p *store.Policy) string { return p.PK },
		Render: func(_ *serve.Call, p *store.Policy) (obj, error) {
			rendered := renderPolicy(p)
			for key, value := range p.More {
				rendered[key] = value
			}
			return rendered, nil
		},
		Filters: func(c *serve.Call) rest.Filters[store.Policy] {
			return rest.Filters[store.Policy]{
				"bindings__isnull":    rest.IsTrue(func(p *store.Policy) bool { return p.BoundTo == 0 }),
				"promptstage__isnull": rest.IsTrue(func(*store.Policy) bool { return true }),
			}
		},
		Search:    func(p *store.Policy) []string { return []string{p.Name} },
		Orders:    rest.Orders[store.Policy]{"name": rest.ByText(func(p *store.Policy) string { return p.Name })},
		ByDefault: "name",
	}
}

func renderPolicy(p *store.Policy) obj {
	return obj{
		"pk": p.PK, "name": p.Name, "execution_logging": false, "component": p.Component, "verbose_name": p.Verbose,
		"verbose_name_plural": p.VerbosePlural, "meta_model_name": p.Model, "bound_to": p.BoundTo,
	}
}
