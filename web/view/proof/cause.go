package proof

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// CauseTitle returns the title of a cause in the catalogue, empty for none.
func CauseTitle(id link.CauseID) say.Text {
	known, _ := signin.FindCause(id)
	return known.Title
}

// asked returns the label of the link to the settings page for a cause that an
// answer there fixes, empty for others.
func asked(id link.CauseID) say.Text {
	switch id {
	case link.CauseAuthRule:
		return say.Of("Change the auth rule")
	case link.CauseNoAccess:
		return say.Of("Choose who may use it")
	case link.CauseBrowserUnreachable, link.CausePlainHTTP:
		return say.Of("Change the addresses")
	case link.CauseRequiredField, link.CauseMappedField:
		return say.Of("Change the mapped fields")
	case link.CauseCodeRefused:
		return say.Of("Change the access code validity")
	}
	return say.Text{}
}

// Asked reports whether an answer of the settings page fixes a cause.
func Asked(id link.CauseID) bool { return !asked(id).Empty() }

// Fix returns the link to a plan or an answer that fixes a cause, nil where there
// is none.
func Fix(id link.CauseID) *view.Action {
	label := asked(id)
	if known, found := signin.FindCause(id); label.Empty() && found && known.Fixable {
		label = planned(id)
	}
	if label.Empty() {
		return nil
	}
	return &view.Action{Label: label, URL: "/fix/" + string(id)}
}

// planned returns the label of the link to a plan that fixes a cause.
func planned(id link.CauseID) say.Text {
	switch id {
	case link.CauseInvalidClient:
		return link.RunRewrite.Label()
	case link.CauseEmailUnverified:
		return say.Of("Trust every address")
	case link.CauseOAuth2Off:
		return say.Of("Turn on OAuth2")
	case link.CauseCreateRule:
		return say.Of("Let sign-ins create accounts")
	case link.CauseRedirectMismatch:
		return say.Of("Correct the redirect URI")
	case link.CauseMissingScopes:
		return say.Of("Attach the scope mappings")
	case link.CauseGrantTypes:
		return say.Of("Enable the authorization code grant")
	case link.CauseUnknownClient:
		return say.Of("Write the client ID again")
	case link.CauseUserInfoURL:
		return say.Of("Write the user-info URL again")
	case link.CauseEndpointURL, link.CauseHTMLInsteadOfJSON:
		return say.Of("Write the URLs again")
	case link.CauseSigningKey:
		return say.Of("Choose a working signing key")
	case link.CauseIssuerMismatch:
		return say.Of("Correct the issuer")
	case link.CauseDiscovery:
		return say.Of("Recreate the application")
	case link.CauseCollectionMissing:
		return say.Of("Change the settings")
	}
	return say.Of("Review the differences")
}
