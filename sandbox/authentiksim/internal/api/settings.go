package api

import (
	"maps"
	"strings"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// settingRules accepts each setting in its own type.
func settingRules(settings store.Settings) []rest.Rule[obj] {
	var rules []rest.Rule[obj]
	for name, value := range settings.Values {
		var set func(row *obj, v any) any
		switch value.(type) {
		case bool:
			set = func(row *obj, v any) any {
				return rest.Flag("", func(b *bool) *bool { return b }).Into(row, name, v)
			}
		case int:
			set = func(row *obj, v any) any {
				return rest.Number("", -1<<31, func(n *int) *int { return n }).Into(row, name, v)
			}
		case string:
			set = func(row *obj, v any) any {
				if name == store.BaseURL {
					return baseURL().Into(row, name, v)
				}
				return rest.Text("", func(s *string) *string { return s }).Into(row, name, v)
			}
		default:
			set = func(row *obj, v any) any { (*row)[name] = v; return nil }
		}
		rules = append(rules, rest.Rule[obj]{Key: name, Set: set})
	}
	return rules
}

// baseURL reads an address, or a blank. It is stored without a slash at its end.
func baseURL() rest.Rule[string] {
	r := rest.URL("", func(s *string) *string { return s })
	set := r.Set
	r.Set = func(s *string, v any) any {
		problem := set(s, v)
		*s = strings.TrimRight(*s, "/")
		return problem
	}
	return r
}

// readSettings answers GET admin/settings/.
func readSettings(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_rbac.view_system_settings") {
		return serve.Answer{}, serve.Forbidden()
	}
	return serve.OK(c.State.Settings.Values)
}

// changeSettings answers PUT and PATCH admin/settings/.
func changeSettings(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_rbac.edit_system_settings") {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	values := maps.Clone(c.State.Settings.Values)
	if errs := rest.Fill(settingRules(c.State.Settings), &values, in, true); len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	c.State.Settings.Values = values
	return serve.OK(values)
}
