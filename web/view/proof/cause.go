package proof

import (
	"cmp"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// CauseTitle returns the title of a cause in the catalogue, empty for none.
func CauseTitle(id link.CauseID) string {
	known, _ := signin.FindCause(id)
	return known.Title.String()
}

// asked returns the label of the link to the settings page for a cause that an
// answer there fixes, empty for others.
func asked(id link.CauseID) say.Text {
	return say.Raw(map[link.CauseID]string{
		link.CauseAuthRule: "Change the auth rule", link.CauseNoAccess: "Choose who may use it",
		link.CauseBrowserUnreachable: "Change the addresses",
		link.CausePlainHTTP:          "Change the addresses", link.CauseRequiredField: "Change the mapped fields",
		link.CauseMappedField: "Change the mapped fields",
		link.CauseCodeRefused: "Change the access code validity",
	}[id])
}

// Asked reports whether an answer of the settings page fixes a cause.
func Asked(id link.CauseID) bool { return !asked(id).Empty() }

// Fix returns the link to a plan or an answer that fixes a cause, nil where there
// is none.
func Fix(id link.CauseID) *view.Action {
	if label := asked(id); !label.Empty() {
		return &view.Action{Label: label, URL: "/fix/" + string(id)}
	}
	known, found := signin.FindCause(id)
	if !found || !known.Fixable {
		return nil
	}
	labels := map[link.CauseID]string{
		link.CauseInvalidClient: link.RunRewrite.Label().String(), link.CauseEmailUnverified: "Trust every address",
		link.CauseOAuth2Off:        "Turn on OAuth2",
		link.CauseCreateRule:       "Let sign-ins create accounts",
		link.CauseRedirectMismatch: "Correct the redirect URI",
		link.CauseMissingScopes:    "Attach the scope mappings",
		link.CauseGrantTypes:       "Enable the authorization code grant",
		link.CauseUnknownClient:    "Write the client ID again",
		link.CauseUserInfoURL:      "Write the user-info URL again", link.CauseEndpointURL: "Write the URLs again",
		link.CauseHTMLInsteadOfJSON: "Write the URLs again",
		link.CauseSigningKey:        "Choose a working signing key",
		link.CauseIssuerMismatch:    "Correct the issuer", link.CauseDiscovery: "Recreate the application",
		link.CauseCollectionMissing: "Change the settings",
	}
	return &view.Action{Label: say.Raw(cmp.Or(labels[id], "Review the differences")), URL: "/fix/" + string(id)}
}
