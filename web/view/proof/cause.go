package proof

import (
	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// CauseTitle is what the catalogue calls a cause, empty for none.
func CauseTitle(id link.CauseID) string {
	known, _ := signin.FindCause(id)
	return known.Title
}

// asked are the causes whose remedy only the admin knows: an answer of the
// settings page.
func asked(id link.CauseID) string {
	return map[link.CauseID]string{
		link.CauseAuthRule: "Change the auth rule", link.CauseNoAccess: "Choose who may use it",
		link.CauseBrowserUnreachable: "Change the addresses",
		link.CausePlainHTTP:          "Change the addresses", link.CauseRequiredField: "Change the mapped fields",
		link.CauseMappedField: "Change the mapped fields",
		link.CauseCodeRefused: "Change how long codes are good",
	}[id]
}

// Asked tells whether the remedy of a cause is an answer of the settings page.
func Asked(id link.CauseID) bool { return asked(id) != "" }

// Fix is the way to a plan that puts a cause right, or to the answer that
// does, nil where there is none.
func Fix(id link.CauseID) *view.Action {
	if label := asked(id); label != "" {
		return &view.Action{Label: label, URL: "/fix/" + string(id)}
	}
	known, found := signin.FindCause(id)
	if !found || !known.Fixable {
		return nil
	}
	labels := map[link.CauseID]string{
		link.CauseInvalidClient: "Write the client secret again", link.CauseEmailUnverified: "Trust every address",
		link.CauseOAuth2Off:        "Turn OAuth2 on again",
		link.CauseCreateRule:       "Let sign-ins with authentik make accounts",
		link.CauseRedirectMismatch: "Put the redirect URI right",
		link.CauseMissingScopes:    "Attach the scope mappings", link.CauseGrantTypes: "Enable signing in with a code",
		link.CauseUnknownClient: "Write the client ID again",
		link.CauseUserInfoURL:   "Write the user-info URL again", link.CauseEndpointURL: "Write the URLs again",
		link.CauseHTMLInsteadOfJSON: "Write the URLs again",
		link.CauseSigningKey:        "Choose a signing key that works",
		link.CauseIssuerMismatch:    "Put the issuer right", link.CauseDiscovery: "Make the application again",
		link.CauseCollectionMissing: "Look at the settings",
	}
	label := labels[id]
	if label == "" {
		label = "See what differs"
	}
	return &view.Action{Label: label, URL: "/fix/" + string(id)}
}
