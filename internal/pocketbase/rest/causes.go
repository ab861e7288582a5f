package rest

import (
	"slices"
	"strings"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
)

var (
	oauthError  = pattern.Of(`^oauth2: "([^"\\]*)"`)
	tokenStatus = pattern.Of(`^oauth2: cannot fetch token: (\d{3})`)
	callError   = pattern.Of(`(?s)^(?:Post|Get) "(?:[^"\\]|\\.)*": (.*)$`)
)

// Classify returns the cause behind the message that PocketBase logged when it could not fetch a token. The empty cause
// means that authentik accepted the client and refused only the made-up code, as it should.
//
// Only the beginning of the message is trusted: the rest may be text from whatever server answered.
func Classify(details string) (cause report.CauseID) {
	if m := oauthError().FindStringSubmatch(details); m != nil {
		return classifyCode(m[1])
	}
	if m := tokenStatus().FindStringSubmatch(details); m != nil {
		return classifyStatus(m[1], details)
	}
	switch {
	case strings.HasPrefix(details, "oauth2: cannot parse "):
		return report.CauseHTMLInsteadOfJSON
	case strings.HasPrefix(details, "oauth2: server response missing access_token"):
		return report.CauseTokenURL
	}
	if m := callError().FindStringSubmatch(details); m != nil {
		return classifyTransport(m[1])
	}
	return classifyTransport(strings.TrimPrefix(details, "oauth2: cannot fetch token: "))
}

// classifyCode returns the cause behind an OAuth2 error code (RFC 6749, 5.2).
func classifyCode(code string) report.CauseID {
	switch code {
	case "invalid_grant":
		return ""
	case "invalid_client":
		return report.CauseInvalidClient
	case "unauthorized_client", "unsupported_grant_type":
		return report.CauseGrantType
	case "server_error", "temporarily_unavailable":
		return report.CauseAuthentikError
	}
	return report.CauseUnknown
}

// classifyStatus returns the cause behind the status of an answer that is not an OAuth2 error. authentik itself
// answers no token request with 403.
func classifyStatus(status, details string) report.CauseID {
	switch {
	case status == "403", challenged(details):
		return report.CauseWAF
	case status == "407", status == "502", status == "503", status == "504":
		return report.CauseProxy
	case status == "404", status == "410":
		return report.CauseTokenURLNotFound
	case status == "405", status[0] == '3':
		return report.CauseTokenURLRedirect
	case status[0] == '5':
		return report.CauseAuthentikError
	}
	return report.CauseHTMLInsteadOfJSON
}

// challenged reports whether the details have the page with which Cloudflare makes browsers prove themselves. Its
// header cf-mitigated is not in the log.
func challenged(details string) bool {
	return strings.Contains(details, "<title>Just a moment...</title>") || strings.Contains(details, "cf-mitigated") ||
		strings.Contains(details, "/cdn-cgi/challenge-platform/")
}

// classifyTransport returns the cause behind the error of Go's HTTP client when no answer came.
func classifyTransport(said string) report.CauseID {
	return firstMatch(said, strings.Contains, []match{
		{report.CauseProxy, []string{"proxyconnect", "Proxy Authentication Required", "Bad Gateway", "socks connect"}},
		{report.CausePrivateCA, []string{"x509: certificate signed by unknown authority",
			"x509: certificate is not trusted", "certificate is not standards compliant"}},
		{report.CauseTLS, []string{"x509:", "tls:", "server gave HTTP response to HTTPS client",
			"malformed HTTP response"}},
		{report.CauseDNS, []string{"no such host", "server misbehaving", "dial tcp: lookup "}},
		{report.CauseRefused, []string{"connection refused"}},
		{report.CauseNoRoute, []string{"no route to host", "network is unreachable", "host is down"}},
		{report.CauseTimeout, []string{"deadline exceeded", "i/o timeout", "Client.Timeout", "context canceled",
			"TLS handshake timeout", "connection timed out"}},
		{report.CauseConnectionClosed, []string{"connection reset", "EOF", "broken pipe"}},
		{report.CauseTokenURL, []string{"unsupported protocol scheme", "no Host in request URL",
			"missing protocol scheme"}},
		{report.CauseTokenURLRedirect, []string{"stopped after 10 redirects"}},
		{report.CauseUnknown, []string{""}},
	})
}

// match is a cause with the texts that show it.
type match struct {
	cause report.CauseID
	texts []string
}

// firstMatch returns the first cause with a text that has is true for, empty for none.
func firstMatch(said string, has func(said, text string) bool, list []match) report.CauseID {
	for _, m := range list {
		if slices.ContainsFunc(m.texts, func(text string) bool { return has(said, text) }) {
			return m.cause
		}
	}
	return ""
}
