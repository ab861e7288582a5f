package api

import (
	"maps"
	"slices"

	"authpocket/sandbox/authentiksim/internal/store"
)

// autocompleteField describes a field to the search box of a list.
func autocompleteField(kind string, nullable bool, options any) obj {
	return obj{"type": kind, "nullable": nullable, "options": options}
}

func autocompleteRelation(to string) obj {
	return obj{"type": "relation", "nullable": false, "options": nil, "relation": to}
}

func groupAutocomplete() obj {
	return obj{"current_model": "authentik_core.group", "models": obj{"authentik_core.group": obj{
		"name":         autocompleteField("str", false, nil),
		"is_superuser": autocompleteField("bool", true, nil),
		"attributes":   autocompleteRelation("authentik_core.group_attributes"),
	}}}
}

func userAutocomplete() obj {
	return obj{"current_model": "authentik_core.user", "models": obj{"authentik_core.user": obj{
		"username":   autocompleteField("str", false, nil),
		"name":       autocompleteField("str", false, nil),
		"email":      autocompleteField("str", false, nil),
		"path":       autocompleteField("str", false, nil),
		"is_active":  autocompleteField("bool", true, nil),
		"type":       autocompleteField("str", false, userTypes()),
		"attributes": autocompleteRelation("authentik_core.user_attributes"),
	}}}
}

// eventActions returns the actions of events.
func eventActions() []string {
	return []string{
		"login", "login_failed", "logout", "user_write", "suspicious_request", "password_set", "secret_view",
		"secret_rotate", "invitation_used", "authorize_application", "source_linked", "impersonation_started",
		"impersonation_ended", "flow_execution", "policy_execution", "policy_exception",
		"property_mapping_exception", "system_task_execution", "system_task_exception", "system_exception",
		"configuration_error", "configuration_warning", "model_created", "model_updated", "model_deleted",
		"email_sent", "update_available", "export_ready", "review_initiated", "review_overdue", "review_attested",
		"review_completed", "custom_",
	}
}

// eventAutocomplete offers the apps that have written events.
func eventAutocomplete(events []*store.Event) obj {
	apps := map[string]bool{}
	for _, e := range events {
		apps[e.App] = true
	}
	words := func(kind string, names ...string) obj {
		fields := obj{}
		for _, name := range names {
			fields[name] = autocompleteField(kind, false, nil)
		}
		return fields
	}
	user := words("str", "username", "email")
	user["pk"] = autocompleteField("int", false, nil)
	request := words("str", "path", "method", "request_id", "user_agent")
	request["args"] = autocompleteRelation("authentik_events.event_context_http_request_args")
	httpRequest := autocompleteRelation("authentik_events.event_context_http_request")
	return obj{"current_model": "authentik_events.event", "models": obj{
		"authentik_events.event": obj{
			"action":     autocompleteField("str", false, eventActions()),
			"event_uuid": autocompleteField("str", false, nil),
			"app":        autocompleteField("str", false, slices.Sorted(maps.Keys(apps))),
			"client_ip":  autocompleteField("str", false, nil),
			"user":       autocompleteRelation("authentik_events.event_user"),
			"brand":      autocompleteRelation("authentik_events.event_brand"),
			"context":    autocompleteRelation("authentik_events.event_context"),
			"created":    autocompleteField("datetime", false, []string{}),
		},
		"authentik_events.event_user":                 user,
		"authentik_events.event_brand":                words("str", "pk", "app", "name", "model_name"),
		"authentik_events.event_context":              obj{"http_request": httpRequest},
		"authentik_events.event_context_http_request": request,
	}}
}
