package report

import "slices"

// WarningID identifies a kind of warning.
type WarningID string

// The warnings.
const (
	WarnRuleStays           WarningID = "rule-stays"
	WarnLinkedPeople        WarningID = "linked-people"
	WarnKeyStays            WarningID = "key-stays"
	WarnMappingStays        WarningID = "mapping-stays"
	WarnInUse               WarningID = "in-use"
	WarnGone                WarningID = "gone"
	WarnAccessUnseen        WarningID = "access-unseen"
	WarnOpenToNobody        WarningID = "open-to-nobody"
	WarnOpenToEveryone      WarningID = "open-to-everyone"
	WarnBindingEnds         WarningID = "binding-ends"
	WarnOtherBindings       WarningID = "other-bindings"
	WarnSharedApplication   WarningID = "shared-application"
	WarnElsewhere           WarningID = "redirects-elsewhere"
	WarnRegistered          WarningID = "registered"
	WarnSecretWindow        WarningID = "secret-window"
	WarnOnlyWay             WarningID = "only-way"
	WarnOldSlot             WarningID = "old-slot"
	WarnEmailTrustAll       WarningID = "email-trust-all"
	WarnEmailTrustAttribute WarningID = "email-trust-attribute"
	WarnEmailLeave          WarningID = "email-leave"
	WarnHTTPAuthentik       WarningID = "http-authentik"
	WarnHTTPPocketBase      WarningID = "http-pocketbase"
	WarnRegexRedirect       WarningID = "regex-redirect"
	WarnNoRedirect          WarningID = "no-redirect"
	WarnSubjectMode         WarningID = "subject-mode"
	WarnBindingLeftOut      WarningID = "binding-left-out"
	WarnVersionUnknown      WarningID = "version-unknown"
	WarnVersionReads        WarningID = "version-reads"
	WarnVersionHijack       WarningID = "version-hijack"
	WarnVersionMerge        WarningID = "version-merge"
	WarnAppURL              WarningID = "app-url"
	WarnAppRedirect         WarningID = "app-redirect"
	WarnAppOverwrites       WarningID = "app-overwrites"
	WarnRateLimits          WarningID = "rate-limits"
	WarnHTTPEndpoints       WarningID = "http-endpoints"
	WarnSecretLost          WarningID = "secret-lost"
	WarnAlreadyLinked       WarningID = "already-linked"
	WarnOAuth2Off           WarningID = "oauth2-off"
	WarnMappedTwice         WarningID = "mapped-twice"
	WarnMappedID            WarningID = "mapped-id"
	WarnSignsOut            WarningID = "signs-out"
	WarnLost                WarningID = "lost"
	WarnPermission          WarningID = "permission"
	WarnShortValidity       WarningID = "short-validity"
	WarnAccessUnknown       WarningID = "access-unknown"
	WarnProofEvents         WarningID = "proof-events"
	WarnProofHooks          WarningID = "proof-hooks"
	WarnProofGroups         WarningID = "proof-groups"
	WarnMoreSignOuts        WarningID = "more-sign-outs"
	WarnOldTokens           WarningID = "tokens-stay-invalid"
	WarnOtherWays           WarningID = "other-ways-in"
)

// AboutTransport reports whether the warning concerns sending the client secret to PocketBase and what depends on it,
// rather than what the link allows.
func (id WarningID) AboutTransport() bool {
	return slices.Contains([]WarningID{
		WarnSharedApplication,
		WarnElsewhere,
		WarnSecretWindow,
		WarnOnlyWay,
		WarnHTTPAuthentik,
		WarnHTTPPocketBase,
		WarnVersionUnknown,
		WarnVersionReads,
		WarnVersionHijack,
		WarnVersionMerge,
		WarnHTTPEndpoints,
	}, id)
}
