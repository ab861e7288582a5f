package store

import "time"

// Settings are the tenant's settings in the form of GET admin/settings/.
type Settings struct{ Values obj }

// BaseURL is the setting of the address at which this authentik is reachable, without a path.
const BaseURL = "base_url"

// DefaultSettings returns the settings of a fresh install.
func DefaultSettings() Settings {
	return Settings{obj{
		"avatars": "gravatar,initials", "default_user_change_name": true, "default_user_change_email": false,
		"default_user_change_username": false, "event_retention": "days=365", "reputation_lower_limit": -5,
		"reputation_upper_limit": 5, "footer_links": []any{}, "gdpr_compliance": true, "impersonation": true,
		"impersonation_require_reason": true, "default_token_duration": "minutes=30", "default_token_length": 60,
		"pagination_default_page_size": 20, "pagination_max_page_size": 100, "flags": obj{},
	}}
}

// Number returns an integer setting.
func (s Settings) Number(name string) int {
	n, _ := s.Values[name].(int)
	return n
}

// Duration returns a duration setting.
func (s Settings) Duration(name string) time.Duration {
	text, _ := s.Values[name].(string)
	d, _ := ParseDuration(text)
	return d
}

// TokenLength returns the length of new token keys.
func (s Settings) TokenLength() int { return s.Number("default_token_length") }

// OpenWithoutBindings reports whether everyone may use an application without bindings. It is true unless the flag is
// switched off.
func (s Settings) OpenWithoutBindings() bool {
	flags, _ := s.Values["flags"].(obj)
	open, set := flags["core_default_app_access"].(bool)
	return open || !set
}

// Brand is the only brand of a fresh install.
type Brand struct{ PK string }
