package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// causesOfEmail returns the causes that lie in the e-mail address and the rules of the collection.
func causesOfEmail() []Cause {
	return []Cause{
		{
			ID: report.CauseEmailUnverified, Fixable: true,
			Title:   say.Of("authentik says that the e-mail address is not verified"),
			Symptom: say.Of("email: Cannot be blank, or an account without an address."),
			Why: say.Of("Since 2025.10 authentik returns email_verified: false by default. PocketBase then drops the " +
				"address, and most collections require one."),
			Todo: say.Of("Decide which addresses to trust, with email: trust-all or trust-attribute. authpocket then " +
				"attaches its own scope mapping."),
			Checks: []report.CheckID{report.CheckAuthentikEmail, report.CheckPocketBaseRules, report.CheckPrediction,
				report.CheckSignIn},
		},
		{
			ID:      report.CauseEmailBlank,
			Title:   say.Of("authentik sends no e-mail address for the user"),
			Symptom: say.Of("email: Cannot be blank, or an account without an address."),
			Why: say.Of("The user has no address in authentik, or the scope mapping for email leaves it out, and the " +
				"collection requires one."),
			Todo: say.Of("Look at the user in authentik. If there is no address, set one. If there is, correct the " +
				"scope mapping for email."),
			Checks: []report.CheckID{report.CheckAuthentikEmail, report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID: report.CauseCreateRule, Fixable: true,
			Title:   say.Of("The collection's create rule rejects new users"),
			Symptom: say.Of("Failed to create record, or Only superusers can perform this action."),
			Why: say.Of("PocketBase applies the collection's create rule when it creates an account. The request's " +
				"context is oauth2."),
			Todo: say.Of("Set the create rule to @request.context = \"oauth2\" to allow only these requests."),
			Checks: []report.CheckID{report.CheckPocketBaseRules, report.CheckPocketBaseCollection,
				report.CheckPrediction,
				report.CheckSignIn},
		},
		{
			ID: report.CauseAuthRule, Fixable: true,
			Title:   say.Of("The collection's auth rule rejects the user"),
			Symptom: say.Of("The request doesn't satisfy the collection requirements to authenticate."),
			Why:     say.Of("The auth rule decides who may sign in. PocketBase has already created the new account."),
			Todo:    say.Of("Change the auth rule. This signs out everyone in the collection."),
			Checks: []report.CheckID{report.CheckPocketBaseRules, report.CheckPocketBaseCollection,
				report.CheckPrediction,
				report.CheckSignIn},
		},
		{
			ID:      report.CauseMFA,
			Title:   say.Of("The collection requires a second factor"),
			Symptom: say.Of("The app receives an mfaId and no token."),
			Why:     say.Of("MFA is on in the collection, and OAuth2 counts as one factor only."),
			Todo:    say.Of("Set the MFA rule to @request.context != \"oauth2\" if authentik already requires one."),
			Checks: []report.CheckID{report.CheckPocketBaseRules, report.CheckPocketBaseCollection,
				report.CheckPrediction,
				report.CheckSignIn},
		},
	}
}

// causesOfAccount returns the causes that keep PocketBase from linking or creating the account.
func causesOfAccount() []Cause {
	return []Cause{
		{
			ID:    report.CauseOtherSubject,
			Title: say.Of("An outdated link is in the way"),
			Symptom: say.Of("Failed to authenticate, with “not unique” at recordRef, or The requested resource wasn't " +
				"found."),
			Why: say.Of("The user signed in through this slot before, when authentik sent a different subject: the " +
				"subject mode has changed, or it was another authentik. Or the linked account was deleted without its " +
				"link."),
			Todo:   say.Of("Delete the outdated row in _externalAuths, or restore the previous subject mode."),
			Checks: []report.CheckID{report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseDuplicateEmail,
			Title:   say.Of("Another account has this e-mail address"),
			Symptom: say.Of("email: Value must be unique."),
			Why: say.Of("An account has the same address in a different spelling, so PocketBase doesn't recognise " +
				"it as the same account."),
			Todo:   say.Of("Correct the account's address in PocketBase so that it matches authentik's."),
			Checks: []report.CheckID{report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseEmailRefused,
			Title:   say.Of("The collection doesn't accept the e-mail address"),
			Symptom: say.Of("Failed to create record, with an error on email."),
			Why: say.Of("The e-mail field of the collection allows only some domains, or excepts some, or the " +
				"value is no address."),
			Todo: say.Of("Allow the domain in the options of the collection's email field, or correct the user's " +
				"address in authentik."),
			Checks: []report.CheckID{report.CheckPocketBaseRules, report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseRequiredField,
			Title:   say.Of("A required field of the collection gets no value"),
			Symptom: say.Of("Failed to create record, with “Cannot be blank” on the field."),
			Why:     say.Of("The collection has a required field that no claim is mapped to."),
			Todo:    say.Of("Map a claim to it, make it optional, or have the app send createData."),
			Checks:  []report.CheckID{report.CheckPocketBaseRules, report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseMappedField,
			Title:   say.Of("A claim doesn't fit its mapped field"),
			Symptom: say.Of("Failed to create record, with an error on the field."),
			Why: say.Of("The claim doesn't meet the field's pattern, length, file type or uniqueness. The record's " +
				"own id can never hold the subject."),
			Todo:   say.Of("Map the claim to another field or to none, or relax the field's options."),
			Checks: []report.CheckID{report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:    report.CauseUsernameDropped,
			Title: say.Of("The user name doesn't fit its field, which requires one"),
			Symptom: say.Of("Failed to create record, with “Cannot be blank” on the field that the user name is " +
				"mapped to."),
			Why: say.Of("PocketBase leaves out a user name that breaks the field's pattern or length, or that " +
				"another account has. The field is required, so that it then refuses the account."),
			Todo: say.Of("Relax the field's pattern, make it optional, give it an autogenerate pattern, or map the " +
				"user name to another field."),
			Checks: []report.CheckID{report.CheckPrediction, report.CheckSignIn},
		},
		{
			ID:      report.CauseAccountFields,
			Title:   say.Of("The account can't be saved again"),
			Symptom: say.Of("Failed to authenticate, with an error on a field."),
			Why: say.Of("At the first sign-in PocketBase saves the account again, to mark it as verified or to add " +
				"its address. It checks all fields and unique indexes then, and one of them refuses it."),
			Todo:   say.Of("Correct the account's field in PocketBase, or relax the field's options."),
			Checks: []report.CheckID{report.CheckPrediction, report.CheckSignIn},
		},
	}
}
