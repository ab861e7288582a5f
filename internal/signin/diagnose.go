package signin

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// Facts holds what is known about a failed sign-in.
type Facts struct {
	Decision link.EmailDecision
	Return   Return
	// OwnCallback reports whether the code comes back to authpocket, which rules out PocketBase's event stream
	// and addresses.
	OwnCallback bool
	Exchanged   *Exchanged // nil: PocketBase got no code or did not respond
	Authentik   AuthentikTrail
	PocketBase  PocketBaseTrail
	Checks      []report.Check // run right after the sign-in if nothing came back
	// Claims are those that authentik sends about the user; nil if the user is unknown.
	Claims *Claims
	// Person reports whether Checks are about the user who signed in.
	Person bool
	Mapped link.MappedFields // of the link's collection
}

// Diagnose returns the cause of a failed sign-in, which is always in the catalogue.
func Diagnose(f *Facts) report.CauseID {
	switch {
	case f.Exchanged != nil && f.Exchanged.Refusal != nil:
		return Sharper(diagnoseRefusal(f, *f.Exchanged.Refusal), f.Checks)
	case f.Exchanged != nil:
		return Sharper(diagnoseEmail(f), f.Checks)
	case f.Return.Stopped != "":
		return diagnoseStopped(f)
	case f.Return.Error != "":
		return diagnoseError(f.Return.Error)
	case f.Return.Missing != MissingNothing:
		return diagnoseMissing(*f)
	}
	return known(f.PocketBase.Cause)
}

// diagnoseStopped returns the cause if authentik let the user go no further. It words the refusals of an application
// and of a flow alike.
func diagnoseStopped(f *Facts) report.CauseID {
	cause := known(f.Return.Stopped.Entry())
	if cause != report.CauseNoAccess || failedCause(f.Checks, report.CheckAuthentikAccess) != "" {
		return cause
	}
	admitted := f.Person && slices.ContainsFunc(f.Checks, func(c report.Check) bool {
		return c.ID.Is(report.CheckAuthentikAccess) && c.Status == report.Pass
	})
	if admitted || failedCause(f.Checks, report.CheckAuthentikFlows) != "" {
		return report.CauseFlow
	}
	return cause
}

// known returns cause if the catalogue has it, and CauseUnknown otherwise.
func known(cause report.CauseID) report.CauseID {
	if _, found := FindCause(cause); !found {
		return report.CauseUnknown
	}
	return cause
}

// diagnoseEmail returns the cause if the sign-in succeeded with the wrong e-mail address.
func diagnoseEmail(f *Facts) report.CauseID {
	if f.Exchanged.Sent.Email == "" {
		return report.CauseEmailBlank
	}
	if !f.Exchanged.Sent.Verified {
		return report.CauseEmailUnverified
	}
	return report.CauseSettingsDiffer // a mapped field or a hook set another address
}

// diagnoseError returns the cause for an error code that authentik redirects back with (RFC 6749, 4.1.2.1, and
// OpenID Connect Core, 3.1.2.6).
func diagnoseError(code string) report.CauseID {
	switch code {
	case "access_denied", "interaction_required", "account_selection_required":
		return report.CauseNoAccess
	case "invalid_request", "unsupported_response_type", "unauthorized_client":
		return report.CauseGrantTypes
	case "invalid_scope":
		return report.CauseMissingScopes
	case "server_error", "temporarily_unavailable":
		return report.CauseAuthentikError
	case "login_required", "consent_required":
		return report.CausePopupClosed
	}
	return report.CauseUnknown
}

// diagnoseMissing returns the cause if nothing came back. It trusts the logs of both systems first, then the
// failed checks: users close the window when they see an error page.
func diagnoseMissing(f Facts) report.CauseID {
	failed := func(id report.CheckID) report.CauseID { return failedCause(f.Checks, id) }
	trail := f.PocketBase
	if cause := diagnoseStream(&f); cause != "" {
		return cause
	}
	switch {
	case trail.Returned && (trail.IgnoresIPs || trail.RedirectIP == trail.StreamIP && trail.StreamIP != ""):
		return firstOf(failed(report.CheckPocketBaseRealtime), report.CauseBufferedStream)
	case trail.Returned && trail.RedirectIP != "" && trail.StreamIP != "":
		return report.CauseDifferentIP
	case trail.Returned: // the log keeps no addresses
		return firstOf(failed(report.CheckPocketBaseRealtime), report.CauseDifferentIP)
	}
	for _, check := range []report.CheckID{report.CheckAuthentikDiscovery, report.CheckPocketBaseClientID,
		report.CheckAuthentikRedirect, report.CheckAuthentikGrants} {
		if cause := failed(check); cause != "" {
			return cause
		}
	}
	switch {
	case f.OwnCallback && f.Authentik.Through:
		return report.CausePopupClosed
	case f.Authentik.Through && trail.Elsewhere:
		return report.CauseOtherPocketBase
	case f.Authentik.Through && trail.IgnoresIPs:
		return firstOf(failed(report.CheckPocketBaseRealtime), report.CausePopupClosed) // its log would show the return
	case f.Authentik.Through && f.Authentik.IP != "" && trail.StreamIP != "" && f.Authentik.IP != trail.StreamIP:
		return report.CauseDifferentIP
	case f.Authentik.Through:
		return firstOf(failed(report.CheckPocketBaseRealtime), report.CauseDifferentIP)
	}
	return firstOf(failed(report.CheckAuthentikAccess), failedOf(f.Checks, report.Authentik),
		failed(report.CheckPocketBaseRealtime), report.CausePopupClosed)
}

// diagnoseStream returns the cause that the page itself saw in PocketBase's event stream, empty for none.
func diagnoseStream(f *Facts) report.CauseID {
	switch f.Return.Missing {
	case MissingStream: // of a stream that another origin answers, the page sees no more
		return firstOf(failedCause(f.Checks, report.CheckPocketBaseRealtime), report.CauseBufferedStream)
	case MissingUnreachable:
		return report.CauseBrowserUnreachable
	case MissingCORS:
		return report.CauseCORS
	case MissingMixed:
		return report.CausePlainHTTP
	case MissingRefused:
		if f.Return.Status == 400 && !f.PocketBase.IgnoresIPs {
			return report.CauseDifferentIP // the only reason for this status
		}
		return report.CauseStreamRefused
	case MissingBroken:
		return report.CauseStreamBroken
	}
	return ""
}

// failedCause returns the cause of the failed check id, empty if it did not fail.
func failedCause(checks []report.Check, id report.CheckID) report.CauseID {
	return causeWhere(checks, func(c report.Check) bool { return c.ID.Is(id) })
}

// failedOf returns the cause of the first failed check of system s, empty for none.
func failedOf(checks []report.Check, s report.System) report.CauseID {
	return causeWhere(checks, func(c report.Check) bool { return c.ID.Of(s) })
}

func causeWhere(checks []report.Check, asked func(report.Check) bool) report.CauseID {
	for _, c := range checks {
		if c.Status == report.Fail && c.Cause != "" && asked(c) {
			return known(c.Cause)
		}
	}
	return ""
}

func firstOf(causes ...report.CauseID) report.CauseID {
	for _, one := range causes {
		if one != "" {
			return one
		}
	}
	return report.CauseUnknown
}

// The messages that identify PocketBase's refusals, which have no error codes
// (apis/record_auth_with_oauth2.go, apis/record_helpers.go).
const (
	saidToken     = "Failed to fetch OAuth2 token."
	saidUser      = "Failed to fetch OAuth2 user."
	saidAuthRule  = "The request doesn't satisfy the collection requirements to authenticate."
	saidSuperuser = "Only superusers can perform this action."
	saidOff       = "The collection is not configured to allow OAuth2 authentication."
	saidCreate    = "Failed to create record."
	// Of a failure after the account was found or created.
	saidAuthenticate = "Failed to authenticate."
)

func diagnoseRefusal(f *Facts, r Refusal) report.CauseID {
	switch {
	case r.MFA:
		return report.CauseMFA
	case r.Status == 429:
		return report.CauseRateLimit
	case r.Status == 404 && strings.Contains(r.Message, "collection"):
		return report.CauseCollectionMissing
	case r.Status == 404:
		return report.CauseOtherSubject // the linked record was deleted
	case r.Message == saidOff:
		return report.CauseOAuth2Off
	case r.Message == saidAuthRule:
		return report.CauseAuthRule
	case r.Message == saidSuperuser:
		return report.CauseCreateRule
	case r.Message == saidToken && f.Authentik.Redirect != nil:
		return report.CauseRedirectMismatch
	case r.Message == saidToken, r.Message == saidUser, r.Status >= 500:
		return known(f.PocketBase.Cause)
	case len(r.Fields) > 0:
		return diagnoseFields(f, r)
	case r.Message == saidCreate && f.PocketBase.Cause != "":
		return known(f.PocketBase.Cause) // the database refuses the record
	case r.Message == saidCreate:
		return report.CauseCreateRule
	}
	return known(f.PocketBase.Cause)
}

// Vague reports whether a cause only names where a sign-in failed.
func Vague(cause report.CauseID) bool {
	return cause == report.CauseUnknown || cause == report.CauseAuthentikError
}

// MaySharpen reports whether checks of authentik may know what is behind a cause.
func MaySharpen(cause report.CauseID) bool { return len(sharpeners(cause)) > 0 }

// sharpeners returns the checks of authentik that may know what is behind a cause.
func sharpeners(cause report.CauseID) []report.CheckID {
	switch cause {
	case report.CauseUnknown, report.CauseAuthentikError:
		return []report.CheckID{report.CheckAuthentikDiscovery, report.CheckAuthentikJWKS, report.CheckAuthentikClient}
	case report.CauseNoAccess:
		return []report.CheckID{report.CheckAuthentikAccess, report.CheckAuthentikFlows}
	case report.CauseCodeRefused, report.CauseUserInfoURL, report.CauseClock:
		return []report.CheckID{report.CheckAuthentikValidity}
	case report.CauseEmailBlank:
		return []report.CheckID{report.CheckAuthentikClaims}
	}
	return nil
}

// Sharper replaces a vague cause by that of a failed check of authentik, if there is one.
func Sharper(cause report.CauseID, checks []report.Check) report.CauseID {
	for _, id := range sharpeners(cause) {
		if sharp := failedCause(checks, id); sharp != "" {
			return sharp
		}
	}
	return cause
}

// diagnoseFields returns the cause for PocketBase's validation errors.
func diagnoseFields(f *Facts, r Refusal) report.CauseID {
	fields := r.Fields
	at := func(path ...string) *RefusedField {
		i := slices.IndexFunc(fields, func(r RefusedField) bool { return slices.Contains(path, r.Path) })
		if i < 0 {
			return nil
		}
		return &fields[i]
	}
	if at("provider") != nil && at("provider").Code == "validation_invalid_provider" {
		return report.CauseOAuth2Off
	}
	if at("collectionRef", "recordRef") != nil {
		return report.CauseOtherSubject
	}
	if at(providerID) != nil {
		return report.CauseNoSubject
	}
	if r.Message == saidAuthenticate {
		return report.CauseAccountFields
	}
	if email := at("email"); email != nil && email.Code == codeRequired {
		return diagnoseBlankEmail(f)
	}
	faults := make([]FieldFault, len(fields))
	for i, r := range fields {
		faults[i] = FieldFault{Field: r.Path, Code: r.Code}
	}
	return CauseOfFields(faults, link.Value(f.Claims, Claims{}), f.Mapped)
}

// The codes of PocketBase's validation that matter to a diagnosis.
const (
	codeRequired  = "validation_required"
	codeNotUnique = "validation_not_unique"
)

// providerID is the field of _externalAuths that holds the subject.
const providerID = "providerId"

// CauseOfFields returns the cause for fields that PocketBase refuses at a new account. An address comes before the
// others.
func CauseOfFields(faults []FieldFault, claims Claims, m link.MappedFields) report.CauseID {
	first := faults[max(0, slices.IndexFunc(faults, func(f FieldFault) bool { return f.Field == "email" }))]
	switch {
	case first.Field == providerID:
		return report.CauseNoSubject
	case first.Field == "email" && first.Code == codeNotUnique:
		return report.CauseDuplicateEmail
	case first.Field == "email" && first.Code != codeRequired:
		return report.CauseEmailRefused
	case first.Field == "email" && claims.Email == "":
		return report.CauseEmailBlank
	case first.Field == "email":
		return report.CauseEmailUnverified
	case first.Code == codeRequired && first.Field == m.Username && claims.Username != "":
		return report.CauseUsernameDropped
	case first.Code == codeRequired:
		return report.CauseRequiredField
	}
	return report.CauseMappedField
}

func diagnoseBlankEmail(f *Facts) report.CauseID {
	switch {
	case f.Claims != nil && f.Claims.Email == "":
		return report.CauseEmailBlank
	case f.Claims != nil && f.Claims.Verified:
		return report.CauseUserInfoURL // authentik sends it, so something else responded
	case f.Claims == nil && f.Decision == link.EmailTrustAll:
		return report.CauseEmailBlank // every address counts as verified
	}
	return report.CauseEmailUnverified
}

// StageOf returns the stage at which a sign-in failed.
func StageOf(f *Facts) StageID {
	switch {
	case f.Exchanged != nil && f.Exchanged.Refusal != nil:
		return stageOfRefusal(*f.Exchanged.Refusal)
	case f.Exchanged != nil:
		return StageRecord
	case f.Return.Missing.early(), f.Return.Missing == MissingBroken && f.Return.State == "":
		return StageOpened
	case f.Return.Missing != MissingNothing && (f.PocketBase.Returned || f.Authentik.Through):
		return StageCallback
	case f.Return.Missing != MissingNothing || f.Return.Error != "" || f.Return.Stopped != "":
		return StageAuthentik
	case f.PocketBase.Stage != "":
		return f.PocketBase.Stage
	}
	return StageToken
}

func stageOfRefusal(r Refusal) StageID {
	switch {
	case r.Message == saidUser:
		return StageUserInfo
	case r.Message == saidToken, r.Message == saidOff, r.Status == 429:
		return StageToken
	case r.Status == 404 && strings.Contains(r.Message, "collection"):
		return StageToken
	case slices.ContainsFunc(r.Fields, func(f RefusedField) bool {
		return f.Path == "provider" &&
			f.Code == "validation_invalid_provider"
	}):
		return StageToken
	case r.Status >= 500:
		return StageUserInfo
	}
	return StageRecord
}
