package view

import "authpocket/internal/link"

// CauseTitle is what the catalogue calls a cause, empty for none.
func CauseTitle(id string) string {
	known, _ := link.FindCause(id)
	return known.Title
}

// asked are the causes whose remedy only the admin knows: an answer of the
// settings page.
func asked(id string) string {
	return map[string]string{
		"auth-rule": "Change the auth rule", "no-access": "Choose who may use it", "browser-unreachable": "Change the addresses",
		"plain-http": "Change the addresses", "required-field": "Change the mapped fields", "mapped-field": "Change the mapped fields",
		"code-refused": "Change how long codes are good",
	}[id]
}

// Asked tells whether the remedy of a cause is an answer of the settings page.
func Asked(id string) bool { return asked(id) != "" }

// Fix is the way to a plan that puts a cause right, or to the answer that
// does, nil where there is none.
func Fix(id string) *Action {
	if label := asked(id); label != "" {
		return &Action{label, "/fix/" + id}
	}
	known, found := link.FindCause(id)
	if !found || !known.Fixable {
		return nil
	}
	labels := map[string]string{
		"invalid-client": "Write the client secret again", "email-unverified": "Trust every address", "oauth2-off": "Turn OAuth2 on again",
		"create-rule": "Let sign-ins with authentik make accounts", "redirect-mismatch": "Put the redirect URI right",
		"missing-scopes": "Attach the scope mappings", "grant-types": "Enable signing in with a code", "unknown-client": "Write the client ID again",
		"user-info-url": "Write the user-info URL again", "endpoint-url": "Write the URLs again", "html-instead-of-json": "Write the URLs again",
		"signing-key": "Choose a signing key that works", "issuer-mismatch": "Put the issuer right", "discovery": "Make the application again",
		"collection-missing": "Look at the settings",
	}
	label := labels[id]
	if label == "" {
		label = "See what differs"
	}
	return &Action{label, "/fix/" + id}
}
