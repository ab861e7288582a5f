package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesAtAuthentik returns the causes that show before authentik sends the user back.
func causesAtAuthentik() []Cause {
	return []Cause{
		{
			ID: report.CauseDiscovery, Fixable: true,
			Title:   say.Of("authentik has no working application for this link"),
			Symptom: say.Of("authentik shows a Not Found or Permission denied page."),
			Why:     say.Of("No application has this slug, or it has no provider."),
			Todo:    say.Of("Check the application and its provider in authentik, or apply the link again."),
			Checks: []report.CheckID{
				report.CheckAuthentikDiscovery, report.CheckAuthentikJWKS, report.CheckAuthentikClient,
				report.CheckAuthentikSettings,
				report.CheckSignIn,
			},
		},
		{
			ID: report.CauseIssuerMismatch, Fixable: true,
			Title:   say.Of("The issuer is not the expected one"),
			Symptom: say.Of("Failed to fetch OAuth2 user, if PocketBase reads the ID token and compares issuers."),
			Why: say.Of("authentik builds the issuer from the address of the request and the provider's issuer " +
				"mode. A proxy that doesn't pass on the host or scheme changes it."),
			Todo: say.Of("Enter authentik's public address, have the proxy send Host and X-Forwarded-Proto, and " +
				"set the same issuer in PocketBase."),
			Checks: []report.CheckID{report.CheckAuthentikIssuer, report.CheckAuthentikEndpoints, report.CheckSignIn},
		},
		{
			ID: report.CauseSigningKey, Fixable: true,
			Title: say.Of("The signing key can't be used"),
			Symptom: say.Of("authentik's OpenID configuration returns an error, or PocketBase can't verify the ID " +
				"token's signature."),
			Why: say.Of("Without a key, authentik signs with the client secret. With an Ed25519 key, its OpenID " +
				"configuration fails. With a JWKS URL, PocketBase verifies RSA signatures only. With an " +
				"encryption key, PocketBase can't read the ID token at all."),
			Todo: say.Of("Choose an RSA signing key and no encryption key. An EC key also works if PocketBase " +
				"reads user info."),
			Checks: []report.CheckID{report.CheckAuthentikDiscovery, report.CheckAuthentikJWKS, report.CheckSignIn},
		},
		{
			ID: report.CauseGrantTypes, Fixable: true,
			Title:   say.Of("The authorization code grant is not enabled"),
			Symptom: say.Of("authentik sends users straight back with invalid_request."),
			Why:     say.Of("Since 2026.5 a provider allows only the grant types that it lists."),
			Todo:    say.Of("Enable authorization_code on the provider."),
			Checks: []report.CheckID{report.CheckAuthentikGrants, report.CheckAuthentikRedirect,
				report.CheckPocketBaseProbe,
				report.CheckSignIn},
		},
		{
			ID: report.CauseRedirectMismatch, Fixable: true,
			Title:   say.Of("authentik does not know the redirect URI"),
			Symptom: say.Of("authentik shows “Redirect URI Error”."),
			Why: say.Of("The redirect URI that PocketBase sends matches none of the provider's. A slash, the " +
				"scheme or the host may differ."),
			Todo:   say.Of("Add exactly this redirect URI to the provider, one for each public address of PocketBase."),
			Checks: []report.CheckID{report.CheckAuthentikRedirect, report.CheckSignIn},
		},
		{
			ID: report.CauseUnknownClient, Fixable: true,
			Title:   say.Of("authentik does not know the client ID"),
			Symptom: say.Of("authentik shows “Client ID Error”."),
			Why: say.Of("No provider in this authentik has the client ID that PocketBase sends, or a different " +
				"provider has it."),
			Todo: say.Of("Set authentik's client ID in PocketBase."),
			Checks: []report.CheckID{report.CheckAuthentikClient, report.CheckAuthentikRedirect,
				report.CheckPocketBaseClientID,
				report.CheckSignIn},
		},
		{
			ID:    report.CauseCredentials,
			Title: say.Of("authentik does not accept the user name, password or code"),
			Symptom: say.Of("authentik's sign-in page shows “Invalid password”, “Failed to authenticate” or " +
				"“Invalid Token”."),
			Why: say.Of("There is no such user, the password or the code is wrong, or the code was used before. The " +
				"clock that the code is made with may also be wrong."),
			Todo: say.Of("Check the user name and the password. A code of an authenticator app works once: wait 30 " +
				"seconds for the next one."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID:      report.CauseFlow,
			Title:   say.Of("A flow lets nobody in"),
			Symptom: say.Of("authentik shows “Flow does not apply to current user” or “Permission denied”."),
			Why: say.Of("The provider's authentication flow or authorization flow, or the brand's authentication " +
				"flow, is made for another purpose: it requires a state that people are not in, has a policy that they " +
				"don't pass or a group that they are not in, or lacks the stages of a sign-in."),
			Todo: say.Of("Choose authentik's default flows for the provider and the brand, or correct the flow's " +
				"authentication requirement, policies and stages."),
			Checks: []report.CheckID{report.CheckAuthentikFlows, report.CheckSignIn},
		},
		{
			ID:      report.CausePersonInactive,
			Title:   say.Of("The user's account can't sign in to authentik"),
			Symptom: say.Of("authentik's login page refuses the user name or the password."),
			Why: say.Of("The account is not active, has expired, or is a service account, which has no password to " +
				"sign in with."),
			Todo:   say.Of("Activate the account in authentik, or check as a user who signs in to the app."),
			Checks: []report.CheckID{report.CheckAuthentikPerson, report.CheckSignIn},
		},
		{
			ID:      report.CauseNoAccess,
			Title:   say.Of("The user may not use the application"),
			Symptom: say.Of("authentik shows “Permission denied” or sends users back with access_denied."),
			Why:     say.Of("The application's bindings don't include the user, or the user declined."),
			Todo:    say.Of("Add the user to a bound group, or bind the user."),
			Checks:  []report.CheckID{report.CheckAuthentikAccess, report.CheckPrediction, report.CheckSignIn},
		},
	}
}
