package view

import "authpocket/internal/link"

// CauseTitle is what the catalogue calls a cause, empty for none.
func CauseTitle(id string) string {
	known, _ := link.FindCause(id)
	return known.Title
}

// Fix is the way to a plan that puts a cause right, nil where there is none.
func Fix(id string) *Action {
	known, found := link.FindCause(id)
	if !found || !known.Fixable {
		return nil
	}
	labels := map[string]string{
		"invalid-client": "Write the client secret again", "email-unverified": "Trust every address", "oauth2-off": "Turn OAuth2 on again",
		"create-rule": "Let sign-ins with authentik make accounts", "auth-rule": "Change the auth rule", "redirect-mismatch": "Put the redirect URI right",
		"missing-scopes": "Attach the scope mappings", "grant-types": "Enable signing in with a code", "unknown-client": "Write the client ID again",
		"user-info-url": "Write the URLs again", "endpoint-url": "Write the URLs again",
	}
	label := labels[id]
	if label == "" {
		label = "See what differs"
	}
	return &Action{label, "/fix/" + id}
}
