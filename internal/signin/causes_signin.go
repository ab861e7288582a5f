package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesOfExchange returns the causes that make PocketBase or authentik refuse the exchange of the code.
func causesOfExchange() []Cause {
	return []Cause{
		{
			ID: report.CauseCollectionMissing, Fixable: true,
			Title:   say.Of("PocketBase has no such auth collection"),
			Symptom: say.Of("Missing or invalid auth collection context."),
			Why:     say.Of("The collection was deleted or renamed."),
			Todo:    say.Of("Choose an existing collection and apply the link again."),
			Checks: []report.CheckID{
				report.CheckPocketBaseAuthMethods, report.CheckPocketBaseSettings, report.CheckPocketBaseRules,
				report.CheckPocketBaseCollection,
				report.CheckPocketBaseProbe, report.CheckSignIn,
			},
		},
		{
			ID: report.CauseOAuth2Off, Fixable: true,
			Title:   say.Of("OAuth2 is off in the collection"),
			Symptom: say.Of("The collection is not configured to allow OAuth2 authentication."),
			Why:     say.Of("The collection's OAuth2 switch is off, or its list lacks the provider."),
			Todo:    say.Of("Turn OAuth2 on in the collection's options, or apply the link again."),
			Checks: []report.CheckID{report.CheckPocketBaseAuthMethods, report.CheckPocketBaseSettings,
				report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID: report.CauseSettingsDiffer, Fixable: true,
			Title:   say.Of("A setting differs from the link's"),
			Symptom: say.Of("Sign-in fails, shows the wrong button, or admits the wrong users."),
			Why:     say.Of("authentik or PocketBase was changed after the link was applied."),
			Todo:    say.Of("Apply the link again: the plan shows what differs."),
			Checks: []report.CheckID{
				report.CheckAuthentikSettings, report.CheckAuthentikBindings, report.CheckPocketBaseSettings,
				report.CheckPocketBaseAuthURL,
				report.CheckPocketBaseDisplayName, report.CheckPocketBasePKCE, report.CheckSignIn,
			},
		},
		{
			ID: report.CauseEndpointURL, Fixable: true,
			Title:   say.Of("A URL in PocketBase doesn't lead to authentik's endpoint"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or a Not Found page."),
			Why: say.Of("The URL lacks the trailing slash, has a different path, or redirects, which turns " +
				"PocketBase's POST into a GET."),
			Todo: say.Of("Enter the URLs exactly as authentik's provider page shows them, with https and the " +
				"trailing slash."),
			Checks: []report.CheckID{report.CheckAuthentikEndpoints, report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID: report.CauseInvalidClient, Fixable: true,
			Title:   say.Of("authentik rejects the client secret"),
			Symptom: say.Of("Failed to fetch OAuth2 token."),
			Why: say.Of("The client secret in PocketBase is not authentik's. It may have been changed in " +
				"authentik, or moved to another provider by an edit in PocketBase's dashboard."),
			Todo:   say.Of("Set authentik's client secret in PocketBase again."),
			Checks: []report.CheckID{report.CheckAuthentikClient, report.CheckPocketBaseProbe, report.CheckSignIn},
		},
		{
			ID:      report.CauseCodeRefused,
			Title:   say.Of("authentik rejects the sign-in code"),
			Symptom: say.Of("Failed to fetch OAuth2 token."),
			Why: say.Of("The code was already used, has expired (after one minute by default), or belongs to another " +
				"sign-in."),
			Todo: say.Of("Sign in again. If it keeps failing, raise the provider's access code validity, and check " +
				"that PocketBase and the app agree on PKCE."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID: report.CauseUserInfoURL, Fixable: true,
			Title:   say.Of("The user-info URL doesn't return claims"),
			Symptom: say.Of("Failed to fetch OAuth2 user."),
			Why: say.Of("The user-info URL leads to a web page or to another endpoint. A common mistake is to " +
				"enter the application's own address."),
			Todo:   say.Of("Set it to authentik's /application/o/userinfo/, with the trailing slash."),
			Checks: []report.CheckID{report.CheckAuthentikEndpoints, report.CheckSignIn},
		},
		{
			ID:      report.CauseNoSubject,
			Title:   say.Of("authentik sends no subject"),
			Symptom: say.Of("Failed to authenticate, with “Cannot be blank” at providerId."),
			Why: say.Of("PocketBase knows a person by the claim sub. A scope mapping has replaced it with an empty " +
				"one, or something other than authentik answers at the user-info URL."),
			Todo:   say.Of("Remove sub from the provider's scope mappings, and check the user-info URL."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
		{
			ID: report.CauseMissingScopes, Fixable: true,
			Title:   say.Of("The scopes openid, email and profile are not all attached"),
			Symptom: say.Of("Failed to fetch OAuth2 user."),
			Why: say.Of("A provider created through the API has no scope mappings unless the request names them. " +
				"Without openid, user info returns insufficient_scope."),
			Todo:   say.Of("Attach the scope mappings openid, email and profile to the provider."),
			Checks: []report.CheckID{report.CheckAuthentikScopes, report.CheckSignIn},
		},
		{
			ID:      report.CauseRateLimit,
			Title:   say.Of("PocketBase's rate limit blocks sign-ins"),
			Symptom: say.Of("Too Many Requests."),
			Why: say.Of("The rate limit for *:auth is low. Behind a proxy that PocketBase doesn't trust, all users " +
				"share one address."),
			Todo:   say.Of("Wait a moment. Then raise the limit, or set the trusted proxy headers."),
			Checks: []report.CheckID{report.CheckSignIn},
		},
	}
}
