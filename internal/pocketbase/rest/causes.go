package rest

import (
	"regexp"
	"slices"
	"strings"

	"authpocket/internal/link"
)

var (
	oauthError  = regexp.MustCompile(`^oauth2: "([^"\\]*)"`)
	tokenStatus = regexp.MustCompile(`^oauth2: cannot fetch token: (\d{3})`)
	callError   = regexp.MustCompile(`(?s)^(?:Post|Get) "(?:[^"\\]|\\.)*": (.*)$`)
)

// Classify returns the cause behind the message that PocketBase logged when it could not fetch a token. The empty cause
// means that authentik accepted the client and refused only the made-up code, as it should.
//
// Only the beginning of the message is trusted: the rest may be text from whatever server answered.
func Classify(details string) (cause link.CauseID) {
	if m := oauthError.FindStringSubmatch(details); m != nil {
		return classifyCode(m[1])
	}
	if m := tokenStatus.FindStringSubmatch(details); m != nil {
		return classifyStatus(m[1], details)
	}
	switch {
	case strings.HasPrefix(details, "oauth2: cannot parse "):
		return link.CauseHTMLInsteadOfJSON
	case strings.HasPrefix(details, "oauth2: server response missing access_token"):
		return link.CauseTokenURL
	}
	if m := callError.FindStringSubmatch(details); m != nil {
		return classifyTransport(m[1])
	}
	return classifyTransport(strings.TrimPrefix(details, "oauth2: cannot fetch token: "))
}

// classifyCode returns the cause behind an OAuth2 error code (RFC 6749, 5.2).
func classifyCode(code string) link.CauseID {
	switch code {
	case "invalid_grant":
		return ""
	case "invalid_client":
		return link.CauseInvalidClient
	case "unauthorized_client", "unsupported_grant_type":
		return link.CauseGrantType
	case "server_error", "temporarily_unavailable":
		return link.CauseAuthentikError
	}
	return link.CauseUnknown
}

// classifyStatus returns the cause behind the status of an answer that is not an OAuth2 error. authentik itself
// answers no token request with 403.
func classifyStatus(status, details string) link.CauseID {
	switch {
	case status == "403", challenged(details):
		return link.CauseWAF
	case status == "407", status == "502", status == "503", status == "504":
		return link.CauseProxy
	case status == "404", status == "410":
		return link.CauseTokenURLNotFound
	case status == "405", status[0] == '3':
		return link.CauseTokenURLRedirect
	case status[0] == '5':
		return link.CauseAuthentikError
	}
	return link.CauseHTMLInsteadOfJSON
}

// challenged reports whether the details have the page with which Cloudflare makes browsers prove themselves. Its
// header cf-mitigated is not in the log.
func challenged(details string) bool {
	return strings.Contains(details, "<title>Just a moment...</title>") || strings.Contains(details, "cf-mitigated") ||
		strings.Contains(details, "/cdn-cgi/challenge-platform/")
}

// classifyTransport returns the cause behind the error of Go's HTTP client when no answer came.
func classifyTransport(said string) link.CauseID {
	return firstMatch(said, strings.Contains, []match{
		{link.CauseProxy, []string{"proxyconnect", "Proxy Authentication Required", "Bad Gateway", "socks connect"}},
		{link.CausePrivateCA, []string{"x509: certificate signed by unknown authority",
			"x509: certificate is not trusted", "certificate is not standards compliant"}},
		{link.CauseTLS, []string{"x509:", "tls:", "server gave HTTP response to HTTPS client",
			"malformed HTTP response"}},
		{link.CauseDNS, []string{"no such host", "server misbehaving", "dial tcp: lookup "}},
		{link.CauseRefused, []string{"connection refused"}},
		{link.CauseNoRoute, []string{"no route to host", "network is unreachable", "host is down"}},
		{link.CauseTimeout, []string{"deadline exceeded", "i/o timeout", "Client.Timeout", "context canceled",
			"TLS handshake timeout", "connection timed out"}},
		{link.CauseConnectionClosed, []string{"connection reset", "EOF", "broken pipe"}},
		{link.CauseTokenURL, []string{"unsupported protocol scheme", "no Host in request URL",
			"missing protocol scheme"}},
		{link.CauseTokenURLRedirect, []string{"stopped after 10 redirects"}},
		{link.CauseUnknown, []string{""}},
	})
}

// match is a cause with the texts that show it.
type match struct {
	cause link.CauseID
	texts []string
}

// firstMatch returns the first cause with a text that has is true for, empty for none.
func firstMatch(said string, has func(said, text string) bool, list []match) link.CauseID {
	for _, m := range list {
		if slices.ContainsFunc(m.texts, func(text string) bool { return has(said, text) }) {
			return m.cause
		}
	}
	return ""
}
