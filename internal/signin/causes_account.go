package signin

import (
	"authpocket/internal/link"
)

// causesOfEmail returns the causes that lie in the e-mail address and the rules of the collection.
func causesOfEmail() []Cause {
	return []Cause{
		{
			ID: link.CauseEmailUnverified, Fixable: true,
			Title:   "authentik says that the e-mail address is not verified",
			Symptom: "email: Cannot be blank, or an account without an address.",
			Why: "Since 2025.10 authentik returns email_verified: false by default. PocketBase then drops the " +
				"address, and most collections require one.",
			Todo: "Decide which addresses to trust. authpocket then attaches its own scope mapping.",
			Checks: []link.CheckID{link.CheckAuthentikEmail, link.CheckPocketBaseRules, link.CheckPrediction,
				link.CheckSignIn},
		},
		{
			ID:      link.CauseEmailBlank,
			Title:   "authentik sends no e-mail address for the user",
			Symptom: "email: Cannot be blank, or an account without an address.",
			Why: "The user has no address in authentik, or the scope mapping for email leaves it out, and the " +
				"collection requires one.",
			Todo: "Look at the user in authentik. If there is no address, set one. If there is, correct the scope " +
				"mapping for email.",
			Checks: []link.CheckID{link.CheckAuthentikEmail, link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID: link.CauseCreateRule, Fixable: true,
			Title:   "The collection's create rule rejects new users",
			Symptom: "Failed to create record, or Only superusers can perform this action.",
			Why: "PocketBase applies the collection's create rule when it creates an account. The request's context " +
				"is oauth2.",
			Todo: "Set the create rule to @request.context = \"oauth2\" to allow only these requests.",
			Checks: []link.CheckID{link.CheckPocketBaseRules, link.CheckPocketBaseCollection, link.CheckPrediction,
				link.CheckSignIn},
		},
		{
			ID: link.CauseAuthRule, Fixable: true,
			Title:   "The collection's auth rule rejects the user",
			Symptom: "The request doesn't satisfy the collection requirements to authenticate.",
			Why:     "The auth rule decides who may sign in. PocketBase has already created the new account.",
			Todo:    "Change the auth rule. This signs out everyone in the collection.",
			Checks: []link.CheckID{link.CheckPocketBaseRules, link.CheckPocketBaseCollection, link.CheckPrediction,
				link.CheckSignIn},
		},
		{
			ID:      link.CauseMFA,
			Title:   "The collection requires a second factor",
			Symptom: "The app receives an mfaId and no token.",
			Why:     "MFA is on in the collection, and OAuth2 counts as one factor only.",
			Todo:    "Set the MFA rule to @request.context != \"oauth2\" if authentik already requires one.",
			Checks: []link.CheckID{link.CheckPocketBaseRules, link.CheckPocketBaseCollection, link.CheckPrediction,
				link.CheckSignIn},
		},
	}
}

// causesOfAccount returns the causes that keep PocketBase from linking or creating the account.
func causesOfAccount() []Cause {
	return []Cause{
		{
			ID:      link.CauseOtherSubject,
			Title:   "The account is linked to another subject",
			Symptom: "Failed to authenticate, with “not unique” at recordRef.",
			Why: "The user signed in through this slot before, when authentik sent a different subject: the subject " +
				"mode has changed, or it was another authentik.",
			Todo:   "Delete the outdated row in _externalAuths, or restore the previous subject mode.",
			Checks: []link.CheckID{link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseDuplicateEmail,
			Title:   "Another account has this e-mail address",
			Symptom: "email: Value must be unique.",
			Why: "An account has the same address in a different spelling, so PocketBase doesn't recognise it as the " +
				"same account.",
			Todo:   "Correct the account's address in PocketBase so that it matches authentik's.",
			Checks: []link.CheckID{link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseEmailRefused,
			Title:   "The collection doesn't accept the e-mail address",
			Symptom: "Failed to create record, with an error on email.",
			Why: "The e-mail field of the collection allows only some domains, or excepts some, or the value is no " +
				"address.",
			Todo: "Allow the domain in the options of the collection's email field, or correct the user's address in " +
				"authentik.",
			Checks: []link.CheckID{link.CheckPocketBaseRules, link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseRequiredField,
			Title:   "A required field of the collection gets no value",
			Symptom: "Failed to create record, with “Cannot be blank” on the field.",
			Why:     "The collection has a required field that no claim is mapped to.",
			Todo:    "Map a claim to it, make it optional, or have the app send createData.",
			Checks:  []link.CheckID{link.CheckPocketBaseRules, link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseMappedField,
			Title:   "A claim doesn't fit its mapped field",
			Symptom: "Failed to create record, with an error on the field.",
			Why: "The claim doesn't meet the field's pattern, length, file type or uniqueness. The record's own id " +
				"can never hold the subject.",
			Todo:   "Map the claim to another field or to none, or relax the field's options.",
			Checks: []link.CheckID{link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseUsernameDropped,
			Title:   "The user name doesn't fit its field, which requires one",
			Symptom: "Failed to create record, with “Cannot be blank” on the field that the user name is mapped to.",
			Why: "PocketBase leaves out a user name that breaks the field's pattern or length, or that another " +
				"account has. The field is required, so that it then refuses the account.",
			Todo: "Relax the field's pattern, make it optional, give it an autogenerate pattern, or map the user name " +
				"to another field.",
			Checks: []link.CheckID{link.CheckPocketBaseRules, link.CheckPrediction, link.CheckSignIn},
		},
		{
			ID:      link.CauseAccountFields,
			Title:   "The existing account can't be saved again",
			Symptom: "Failed to authenticate, with an error on a field.",
			Why: "At the first sign-in PocketBase saves the account again, to mark it as verified or to add its " +
				"address. It checks all fields then, and one of them no longer meets its options.",
			Todo:   "Correct the account's field in PocketBase, or relax the field's options.",
			Checks: []link.CheckID{link.CheckPrediction, link.CheckSignIn},
		},
	}
}
