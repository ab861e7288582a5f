package rest

import (
	"regexp"
	"strings"

	"authpocket/internal/link"
)

var userStatus = regexp.MustCompile(`^failed to fetch OAuth2 user profile via \S+ \((\d{3})\)`)

// ClassifyUser returns the cause behind the message that PocketBase logged when it could not read the claims
// (tools/auth/base_provider.go, oidc.go). Like Classify, it trusts only the beginning.
func ClassifyUser(details string) link.CauseID {
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
		return link.CauseUserInfoURL
	case starts("iss must be one of", "token has invalid audience"):
		return link.CauseIssuerMismatch
	case starts("token is expired", "token used before issued", "token is not valid yet",
		"token has invalid claims: token"):
		return link.CauseClock
	case starts("id_token validation failed: Get "), starts("id_token validation failed: failed to fetch JSON Web " +
		"Key Set"):
		return link.CauseTokenURL
	case starts("id_token validation failed"):
		return link.CauseSigningKey
	case starts("empty id_token"):
		return link.CauseMissingScopes
	}
	return classifyTransport(details)
}

func classifyUserStatus(status string) link.CauseID {
	switch {
	case status == "403":
		return link.CauseMissingScopes // insufficient_scope: openid is not attached
	case status == "407", status == "502", status == "503", status == "504":
		return link.CauseProxy
	case status[0] == '5':
		return link.CauseAuthentikError
	}
	return link.CauseUserInfoURL
}
