package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesOfClaims returns the causes that make authentik's codes, tokens or claims useless to PocketBase.
func causesOfClaims() []Cause {
	return []Cause{
		{
			ID:      report.CauseValidity,
			Title:   say.Of("Codes or tokens expire before PocketBase uses them"),
			Symptom: say.Of("Failed to fetch OAuth2 token, or Failed to fetch OAuth2 user."),
			Why: say.Of("The provider's access code validity or access token validity is zero or a few seconds. " +
				"PocketBase exchanges the code and fetches user info only after that, and takes a token for " +
				"expired 10 seconds early."),
			Todo:   say.Of("Set both to at least 30 seconds, such as minutes=1 and hours=1."),
			Checks: []report.CheckID{report.CheckAuthentikValidity, report.CheckSignIn},
		},
		{
			ID:      report.CauseMappingFails,
			Title:   say.Of("A scope mapping fails for this user"),
			Symptom: say.Of("email: Cannot be blank, or an account without a name, although authentik has both."),
			Why: say.Of("The mapping's expression raises an error for some users, for example for an attribute that " +
				"they don't have, or returns something else than an object. authentik then leaves out its " +
				"claims and only notes it in its events."),
			Todo: say.Of("Correct the expression of the scope mapping in authentik, for example with " +
				"attributes.get(\"mail\"), so that it returns an object for every user."),
			Checks: []report.CheckID{report.CheckAuthentikClaims, report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseClaimType,
			Title:   say.Of("A claim has a type that PocketBase can't read"),
			Symptom: say.Of("Failed to fetch OAuth2 user."),
			Why: say.Of("PocketBase reads sub, name, preferred_username, picture and email as text. A scope mapping " +
				"that passes on an attribute can give a list, a number or an object: attributes from LDAP are " +
				"lists."),
			Todo: say.Of("Change the scope mapping in authentik so that the claim is text, such as the first " +
				"entry of the list."),
			Checks: []report.CheckID{report.CheckAuthentikClaims, report.CheckPrediction, report.CheckSignIn},
		},
	}
}
