package signin

import (
	"authpocket/internal/link"
)

// causesOfExchange returns the causes that make PocketBase or authentik refuse the exchange of the code.
func causesOfExchange() []Cause {
	return []Cause{
		{
			ID: link.CauseCollectionMissing, Fixable: true,
			Title:   "PocketBase has no such auth collection",
			Symptom: "Missing or invalid auth collection context.",
			Why:     "The collection was deleted or renamed.",
			Todo:    "Choose an existing collection and apply the link again.",
			Checks: []link.CheckID{
				link.CheckPocketBaseAuthMethods, link.CheckPocketBaseSettings, link.CheckPocketBaseRules,
				link.CheckPocketBaseCollection,
				link.CheckPocketBaseProbe, link.CheckSignIn,
			},
		},
		{
			ID: link.CauseOAuth2Off, Fixable: true,
			Title:   "OAuth2 is off in the collection",
			Symptom: "The collection is not configured to allow OAuth2 authentication.",
			Why:     "The collection's OAuth2 switch is off, or its list lacks the provider.",
			Todo:    "Turn OAuth2 on in the collection's options, or apply the link again.",
			Checks: []link.CheckID{link.CheckPocketBaseAuthMethods, link.CheckPocketBaseSettings,
				link.CheckPocketBaseProbe, link.CheckSignIn},
		},
		{
			ID: link.CauseSettingsDiffer, Fixable: true,
			Title:   "A setting differs from the link's",
			Symptom: "Sign-in fails, shows the wrong button, or admits the wrong users.",
			Why:     "authentik or PocketBase was changed after the link was applied.",
			Todo:    "Apply the link again: the preview shows what differs.",
			Checks: []link.CheckID{
				link.CheckAuthentikSettings, link.CheckAuthentikBindings, link.CheckPocketBaseSettings,
				link.CheckPocketBaseAuthURL,
				link.CheckPocketBaseDisplayName, link.CheckPocketBasePKCE, link.CheckSignIn,
			},
		},
		{
			ID: link.CauseEndpointURL, Fixable: true,
			Title:   "A URL in PocketBase doesn't lead to authentik's endpoint",
			Symptom: "Failed to fetch OAuth2 token, or a Not Found page.",
			Why: "The URL lacks the trailing slash, has a different path, or redirects, which turns PocketBase's " +
				"POST into a GET.",
			Todo: "Enter the URLs exactly as authentik's provider page shows them, with https and the trailing " +
				"slash.",
			Checks: []link.CheckID{link.CheckAuthentikEndpoints, link.CheckPocketBaseProbe, link.CheckSignIn},
		},
		{
			ID: link.CauseInvalidClient, Fixable: true,
			Title:   "authentik rejects the client secret",
			Symptom: "Failed to fetch OAuth2 token.",
			Why: "The client secret in PocketBase is not authentik's. It may have been changed in authentik, or " +
				"moved to another provider by an edit in PocketBase's dashboard.",
			Todo:   "Set authentik's client secret in PocketBase again.",
			Checks: []link.CheckID{link.CheckAuthentikClient, link.CheckPocketBaseProbe, link.CheckSignIn},
		},
		{
			ID:      link.CauseCodeRefused,
			Title:   "authentik rejects the sign-in code",
			Symptom: "Failed to fetch OAuth2 token.",
			Why: "The code was already used, has expired (after one minute by default), or belongs to another " +
				"sign-in.",
			Todo: "Sign in again. If it keeps failing, raise the provider's access code validity, and check that " +
				"PocketBase and the app agree on PKCE.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
		{
			ID: link.CauseUserInfoURL, Fixable: true,
			Title:   "The user-info URL doesn't return claims",
			Symptom: "Failed to fetch OAuth2 user.",
			Why: "The user-info URL leads to a web page or to another endpoint. A common mistake is to enter the " +
				"application's own address.",
			Todo:   "Set it to authentik's /application/o/userinfo/, with the trailing slash.",
			Checks: []link.CheckID{link.CheckAuthentikEndpoints, link.CheckSignIn},
		},
		{
			ID:      link.CauseNoSubject,
			Title:   "authentik sends no subject",
			Symptom: "Failed to authenticate, with “Cannot be blank” at providerId.",
			Why: "PocketBase knows a person by the claim sub. A scope mapping has replaced it with an empty one, or " +
				"something other than authentik answers at the user-info URL.",
			Todo:   "Remove sub from the provider's scope mappings, and check the user-info URL.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
		{
			ID: link.CauseMissingScopes, Fixable: true,
			Title:   "The scopes openid, email and profile are not all attached",
			Symptom: "Failed to fetch OAuth2 user.",
			Why: "A provider created through the API has no scope mappings unless the request names them. Without " +
				"openid, user info returns insufficient_scope.",
			Todo:   "Attach the scope mappings openid, email and profile to the provider.",
			Checks: []link.CheckID{link.CheckAuthentikScopes, link.CheckSignIn},
		},
		{
			ID:      link.CauseRateLimit,
			Title:   "PocketBase's rate limit blocks sign-ins",
			Symptom: "Too Many Requests.",
			Why: "The rate limit for *:auth is low. Behind a proxy that PocketBase doesn't trust, all users share " +
				"one address.",
			Todo:   "Wait a moment. Then raise the limit, or set the trusted proxy headers.",
			Checks: []link.CheckID{link.CheckSignIn},
		},
	}
}
