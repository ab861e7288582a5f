package store

import "time"

// settings are the tenant's settings, as GET admin/settings/ writes them.
type settings struct{ Values obj }

func DefaultSettings() settings {
	return settings{obj{
		"avatars": "gravatar,initials", "default_user_change_name": true, "default_user_change_email": false,
		"default_user_change_username": false, "event_retention": "days=365", "reputation_lower_limit": -5,
		"reputation_upper_limit": 5, "footer_links": []any{}, "gdpr_compliance": true, "impersonation": true,
		"impersonation_require_reason": true, "default_token_duration": "minutes=30", "default_token_length": 60,
		"pagination_default_page_size": 20, "pagination_max_page_size": 100, "flags": obj{},
	}}
}

// number is a setting that is an integer.
func (s settings) Number(name string) int {
	n, _ := s.Values[name].(int)
	return n
}

// duration is a setting that is a duration.
func (s settings) Duration(name string) time.Duration {
	text, _ := s.Values[name].(string)
	d, _ := ParseDuration(text)
	return d
}

func (s settings) TokenLength() int { return s.Number("default_token_length") }

// openWithoutBindings tells whether an application nobody is bound to is open
// to everybody. It is, unless the flag was switched off.
func (s settings) OpenWithoutBindings() bool {
	flags, _ := s.Values["flags"].(obj)
	open, set := flags["core_default_app_access"].(bool)
	return open || !set
}

// brand is the one brand of a fresh install.
type Brand struct{ PK string }
