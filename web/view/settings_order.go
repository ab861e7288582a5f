package view

import "slices"

// settingsControls are the controls of the settings page in their order. A
// test holds the page against it.
func settingsControls() []string {
	return []string{
		"application.name", "application.slug", "existing", "pocketbase.public_urls", "pocketbase.collection", "email",
		"access.groups", "access.users", "access.policies", "application.policy_engine_mode",
		"application.group", "application.launch_url", "application.icon", "application.publisher", "application.description",
		"application.open_in_new_tab", "application.hide",
		"provider.name", "provider.client_id", "provider.client_secret", "provider.redirect_uris",
		"provider.authorization_flow", "provider.invalidation_flow", "provider.authentication_flow", "provider.signing_key",
		"provider.scope_mappings", "provider.subject_mode", "provider.issuer_mode",
		"provider.access_code_validity", "provider.access_token_validity", "provider.refresh_token_validity", "provider.refresh_token_threshold",
		"authentik.public_url",
		"pocketbase.display_name", "pocketbase.slot", "pocketbase.auth_url", "pocketbase.token_url", "pocketbase.user_info_url",
		"pocketbase.user_info", "pocketbase.jwks_url", "pocketbase.issuers",
		"pocketbase.map_name", "pocketbase.map_username", "pocketbase.map_avatar", "pocketbase.map_id",
		"pocketbase.create_rule", "pocketbase.auth_rule",
		"pocketbase.enabled", "pocketbase.pkce", "pocketbase.show_controls", "pocketbase.rewrite_secret",
	}
}

// inOrder sorts problems the way the page goes. Those whose control is not on
// the page come last and stand in the summary alone.
func inOrder(problems Problems, hidden ...string) Problems {
	place := func(p Problem) int {
		i := slices.IndexFunc(settingsControls(), func(name string) bool { return FieldID(name) == p.Target })
		if i < 0 {
			return len(settingsControls())
		}
		return i
	}
	sorted := slices.Clone(problems)
	for i, p := range sorted {
		off := slices.ContainsFunc(hidden, func(name string) bool { return FieldID(name) == p.Target })
		if off || place(p) == len(settingsControls()) {
			sorted[i].Target = ""
		}
	}
	slices.SortStableFunc(sorted, func(a, b Problem) int { return place(a) - place(b) })
	return sorted
}
