package pocketbase

import (
	"regexp"
	"strings"
)

// catalogued is the entry of link.Causes that a cause of this package belongs
// to: the words of a check tell more than one entry does.
func catalogued(cause string) string {
	switch cause {
	case causeProvider:
		return causeOff
	case causeClientID:
		return "unknown-client"
	case causeAuthURL, causeDisplayName, causePKCE:
		return causeSettings
	case causeGrantType:
		return "grant-types"
	case causeRefused, causeNoRoute, causeTimeout, causeClosed:
		return "unreachable"
	case causeRedirect, causeNotFound, causeTokenURL:
		return "endpoint-url"
	}
	return cause
}

// The causes that only a sign-in with a real code can meet.
const (
	causeCodeRefused   = "code-refused"
	causeUserInfoURL   = "user-info-url"
	causeMissingScopes = "missing-scopes"
	causeIssuer        = "issuer-mismatch"
	causeSigningKey    = "signing-key"
	causeClock         = "clock"
	causeRealtime      = "buffered-stream"
	causeNoStream      = "stream-refused"
	causeBroken        = "stream-broken"
)

var userStatus = regexp.MustCompile(`^failed to fetch OAuth2 user profile via \S+ \((\d{3})\)`)

// classifyUser finds the cause in the words with which PocketBase logged that
// it could not read the claims (tools/auth/base_provider.go, oidc.go). As in
// classify only the beginning is trusted.
func classifyUser(details string) string {
	if m := userStatus.FindStringSubmatch(details); m != nil {
		return classifyUserStatus(m[1])
	}
	if m := callError.FindStringSubmatch(details); m != nil {
		return classifyTransport(m[1])
	}
	starts := func(beginnings ...string) bool {
		for _, one := range beginnings {
			if strings.HasPrefix(details, one) {
				return true
			}
		}
		return false
	}
	switch {
	case starts("invalid character", "unexpected end of JSON", "json: "):
		return causeUserInfoURL
	case starts("iss must be one of", "token has invalid audience"):
		return causeIssuer
	case starts("token is expired", "token used before issued", "token is not valid yet", "token has invalid claims: token"):
		return causeClock
	case starts("id_token validation failed: Get "), starts("id_token validation failed: failed to fetch JSON Web Key Set"):
		return causeTokenURL
	case starts("id_token validation failed"):
		return causeSigningKey
	case starts("empty id_token"):
		return causeMissingScopes
	}
	return classifyTransport(details)
}

func classifyUserStatus(status string) string {
	switch {
	case status == "403":
		return causeMissingScopes // insufficient_scope: openid is not attached
	case status == "407", status == "502", status == "503", status == "504":
		return causeProxy
	case status[0] == '5':
		return causeServer
	}
	return causeUserInfoURL
}
