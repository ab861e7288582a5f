package authentiksim

import (
	"maps"
	"time"
)

// settings are the tenant's settings, as GET admin/settings/ writes them.
type settings struct{ values obj }

func defaultSettings() settings {
	return settings{obj{
		"avatars": "gravatar,initials", "default_user_change_name": true, "default_user_change_email": false,
		"default_user_change_username": false, "event_retention": "days=365", "reputation_lower_limit": -5,
		"reputation_upper_limit": 5, "footer_links": []any{}, "gdpr_compliance": true, "impersonation": true,
		"impersonation_require_reason": true, "default_token_duration": "minutes=30", "default_token_length": 60,
		"pagination_default_page_size": 20, "pagination_max_page_size": 100, "flags": obj{},
	}}
}

// number is a setting that is an integer.
func (s settings) number(name string) int {
	n, _ := s.values[name].(int)
	return n
}

// duration is a setting that is a duration.
func (s settings) duration(name string) time.Duration {
	text, _ := s.values[name].(string)
	d, _ := parseDuration(text)
	return d
}

func (s settings) tokenLength() int { return s.number("default_token_length") }

// openWithoutBindings tells whether an application nobody is bound to is open
// to everybody. It is, unless the flag was switched off.
func (s settings) openWithoutBindings() bool {
	flags, _ := s.values["flags"].(obj)
	open, set := flags["core_default_app_access"].(bool)
	return open || !set
}

// settingRules accept a setting in the type it has.
func settingRules() []rule[obj] {
	var rules []rule[obj]
	for name, value := range defaultSettings().values {
		var set func(row *obj, v any) any
		switch value.(type) {
		case bool:
			set = func(row *obj, v any) any {
				return flag("", func(b *bool) *bool { return b }).into(row, name, v)
			}
		case int:
			set = func(row *obj, v any) any {
				return number("", -1<<31, func(n *int) *int { return n }).into(row, name, v)
			}
		case string:
			set = func(row *obj, v any) any {
				return text("", func(s *string) *string { return s }).into(row, name, v)
			}
		default:
			set = func(row *obj, v any) any { (*row)[name] = v; return nil }
		}
		rules = append(rules, rule[obj]{key: name, set: set})
	}
	return rules
}

// into reads a value and puts it under a name.
func (r rule[T]) into(row *obj, name string, v any) any {
	var value T
	if problem := r.set(&value, v); problem != nil {
		return problem
	}
	(*row)[name] = value
	return nil
}

func readSettings(c *call) (answer, error) {
	if !c.may("authentik_rbac.view_system_settings") {
		return answer{}, forbidden()
	}
	return ok(c.st.settings.values)
}

// changeSettings answers PUT and PATCH admin/settings/.
func changeSettings(c *call) (answer, error) {
	if !c.may("authentik_rbac.edit_system_settings") {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	values := maps.Clone(c.st.settings.values)
	if errs := fill(settingRules(), &values, in, true); len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	c.st.settings.values = values
	return ok(values)
}
