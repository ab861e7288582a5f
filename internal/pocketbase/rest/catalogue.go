package rest

import (
	"cmp"
	"strings"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
)

var (
	userStatus = pattern.Of(`^failed to fetch OAuth2 user profile via \S+ \((\d{3})\):?\s*(.?)`)
	// claimType is what encoding/json says of a claim of another type, before and since its second version.
	claimType = pattern.Of(`^json: cannot unmarshal (\w+ into Go struct field|JSON \w+ into Go \w+ within)`)
)

// ClassifyUser returns the cause behind the message that PocketBase logged when it could not read the claims
// (tools/auth/base_provider.go, oidc.go). Like Classify, it trusts only the beginning.
func ClassifyUser(details string) report.CauseID {
	if m := userStatus().FindStringSubmatch(details); m != nil {
		return classifyUserStatus(m[1], m[2] != "", details)
	}
	if m := callError().FindStringSubmatch(details); m != nil {
		if strings.HasPrefix(m[1], "oauth2: token expired") {
			return report.CauseValidity
		}
		return classifyTransport(m[1])
	}
	if claimType().MatchString(details) {
		return report.CauseClaimType
	}
	cause := firstMatch(details, strings.HasPrefix, []match{
		{report.CauseUserInfoURL, []string{"invalid character", "unexpected end of JSON", "json: "}},
		{report.CauseIssuerMismatch, []string{"iss must be one of", "token has invalid audience"}},
		{report.CauseClock, []string{"token is expired", "token used before issued", "token is not valid yet",
			"token has invalid claims: token", "id_token validation failed: token has invalid claims: token"}},
		{report.CauseTokenURL, []string{"id_token validation failed: Get ",
			"id_token validation failed: failed to fetch JSON Web Key Set"}},
		{report.CauseSigningKey, []string{"id_token validation failed"}},
		{report.CauseMissingScopes, []string{"empty id_token"}},
	})
	return cmp.Or(cause, classifyTransport(details))
}

// classifyUserStatus returns the cause behind the status of an answer from the user info URL.
func classifyUserStatus(status string, hasBody bool, details string) report.CauseID {
	switch {
	case status == "403" && hasBody, challenged(details):
		return report.CauseWAF // authentik's own refusal has no body
	case status == "403":
		return report.CauseMissingScopes // insufficient_scope: openid is not attached
	case status == "407", status == "502", status == "503", status == "504":
		return report.CauseProxy
	case status[0] == '5':
		return report.CauseAuthentikError
	}
	return report.CauseUserInfoURL
}
