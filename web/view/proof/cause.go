package proof

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/web/view"
)

// CauseTitle returns the title of a cause in the catalogue, empty for none.
func CauseTitle(id report.CauseID) say.Text {
	known, _ := signin.FindCause(id)
	return known.Title
}

// asked returns the label of the link to the settings page for a cause that an
// answer there fixes, empty for others.
func asked(id report.CauseID) say.Text {
	switch id {
	case report.CauseAuthRule:
		return say.Of("Change the auth rule")
	case report.CauseNoAccess:
		return say.Of("Choose who may use it")
	case report.CauseBrowserUnreachable, report.CausePlainHTTP:
		return say.Of("Change the addresses")
	case report.CauseRequiredField, report.CauseMappedField:
		return say.Of("Change the mapped fields")
	case report.CauseCodeRefused:
		return say.Of("Change the access code validity")
	}
	return say.Text{}
}

// Asked reports whether an answer of the settings page fixes a cause.
func Asked(id report.CauseID) bool { return !asked(id).Empty() }

// Fix returns the link to a plan or an answer that fixes a cause, nil where there
// is none.
func Fix(id report.CauseID) *view.Action {
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
func planned(id report.CauseID) say.Text {
	switch id {
	case report.CauseInvalidClient:
		return report.RunRewrite.Label()
	case report.CauseEmailUnverified:
		return say.Of("Trust every address")
	case report.CauseOAuth2Off:
		return say.Of("Turn on OAuth2")
	case report.CauseCreateRule:
		return say.Of("Let sign-ins create accounts")
	case report.CauseRedirectMismatch:
		return say.Of("Correct the redirect URI")
	case report.CauseMissingScopes:
		return say.Of("Attach the scope mappings")
	case report.CauseGrantTypes:
		return say.Of("Enable the authorization code grant")
	case report.CauseUnknownClient:
		return say.Of("Write the client ID again")
	case report.CauseUserInfoURL:
		return say.Of("Write the user-info URL again")
	case report.CauseEndpointURL, report.CauseHTMLInsteadOfJSON:
		return say.Of("Write the URLs again")
	case report.CauseSigningKey:
		return say.Of("Choose a working signing key")
	case report.CauseIssuerMismatch:
		return say.Of("Correct the issuer")
	case report.CauseDiscovery:
		return say.Of("Recreate the application")
	case report.CauseCollectionMissing:
		return say.Of("Change the settings")
	}
	return say.Of("Review the differences")
}
