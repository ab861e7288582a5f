package pocketbase

import (
	"regexp"
	"strings"

	"authpocket/internal/link"
)

var (
	oauthError  = regexp.MustCompile(`^oauth2: "([^"\\]*)"`)
	tokenStatus = regexp.MustCompile(`^oauth2: cannot fetch token: (\d{3})`)
	callError   = regexp.MustCompile(`(?s)^(?:Post|Get) "(?:[^"\\]|\\.)*": (.*)$`)
)

// classify finds the cause in the words with which PocketBase logged that it
// could not fetch a token. The empty cause means that authentik knew the
// client and only refused the made-up code, as it should.
//
// Only the beginning is trusted: what follows may be text of whatever
// answered.
func classify(details string) (cause link.CauseID) {
	if m := oauthError.FindStringSubmatch(details); m != nil {
		return classifyCode(m[1])
	}
	if m := tokenStatus.FindStringSubmatch(details); m != nil {
		return classifyStatus(m[1])
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

// classifyCode reads an OAuth2 error code (RFC 6749, 5.2).
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

// classifyStatus reads the status of an answer that was not OAuth2's.
func classifyStatus(status string) link.CauseID {
	switch {
	case status == "401", status == "403", status == "407", status == "502", status == "503", status == "504":
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

// classifyTransport reads what Go's HTTP client says when no answer came.
func classifyTransport(said string) link.CauseID {
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(said, part) {
				return true
			}
		}
		return false
	}
	switch {
	case has("proxyconnect", "Proxy Authentication Required", "Bad Gateway", "socks connect"):
		return link.CauseProxy
	case has("x509: certificate signed by unknown authority", "x509: certificate is not trusted",
		"certificate is not standards compliant"):
		return link.CausePrivateCA
	case has("x509:", "tls:", "server gave HTTP response to HTTPS client", "malformed HTTP response"):
		return link.CauseTLS
	case has("no such host", "server misbehaving", "dial tcp: lookup "):
		return link.CauseDNS
	case has("connection refused"):
		return link.CauseRefused
	case has("no route to host", "network is unreachable", "host is down"):
		return link.CauseNoRoute
	case has("deadline exceeded", "i/o timeout", "Client.Timeout", "context canceled", "TLS handshake timeout",
		"connection timed out"):
		return link.CauseTimeout
	case has("connection reset", "EOF", "broken pipe"):
		return link.CauseConnectionClosed
	case has("unsupported protocol scheme", "no Host in request URL", "missing protocol scheme"):
		return link.CauseTokenURL
	case has("stopped after 10 redirects"):
		return link.CauseTokenURLRedirect
	}
	return link.CauseUnknown
}

// explain puts a cause of the probe into words: what PocketBase met on its
// way to authentik, and what to do.
func explain(cause link.CauseID, d link.Desired) (met, remedy string) {
	host := d.Slot.TokenURL
	switch cause {
	case link.CauseInvalidClient:
		return "authentik does not accept the client ID or client secret that PocketBase has",
			"Write the client secret again (authpocket apply --rewrite-secret), or give both systems a new one " +
				"(authpocket rotate)."
	case link.CauseGrantType:
		return "the authorization code grant is not enabled for this provider",
			"Enable the grant type authorization_code on the provider in authentik."
	case link.CauseDNS:
		return "PocketBase's machine cannot resolve the host of " + host,
			"Give PocketBase's machine or container a DNS entry for it, or enter token and user-info URLs that it " +
				"can reach."
	case link.CauseRefused:
		return "nothing listens at " + host + " as seen from PocketBase",
			"Inside a container, localhost is the container itself. Enter token and user-info URLs that PocketBase " +
				"can reach."
	case link.CauseNoRoute:
		return "PocketBase's network has no route to " + host,
			"Check its network and firewall, or enter token and user-info URLs that PocketBase can reach."
	case link.CausePrivateCA:
		return "PocketBase does not trust the authority that signed the certificate of " + host,
			"Add that CA to PocketBase's machine or container, for example with SSL_CERT_FILE, and restart PocketBase."
	case link.CauseTLS:
		return "the TLS connection from PocketBase to " + host + " failed",
			"Check that the port speaks https and that the certificate is for that name and has not expired."
	case link.CauseTimeout:
		return host + " did not answer PocketBase in time",
			"Check the firewall between PocketBase and authentik, and authentik's load."
	case link.CauseConnectionClosed:
		return host + " closed PocketBase's connection without an answer",
			"Check the proxies and firewalls between PocketBase and authentik."
	}
	return explainAnswer(cause, host)
}

// explainAnswer is for causes where something did answer PocketBase.
func explainAnswer(cause link.CauseID, tokenURL string) (met, remedy string) {
	switch cause {
	case link.CauseHTMLInsteadOfJSON:
		return tokenURL + " answered PocketBase with something other than a token response, such as a web page",
			"Check the token URL. If a proxy in front of authentik requires a sign-in, exempt /application/o/ from it."
	case link.CauseProxy:
		return "a proxy between PocketBase and authentik refused or could not forward the call to " + tokenURL,
			"Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase."
	case link.CauseTokenURLRedirect:
		return tokenURL + " redirects, which turns PocketBase's POST into a GET",
			"Enter the token URL exactly as authentik has it, with https and the trailing slash."
	case link.CauseTokenURLNotFound:
		return "there is nothing at " + tokenURL,
			"Enter the token URL that authentik's provider page shows."
	case link.CauseTokenURL:
		return "“" + tokenURL + "” is not the address of a token endpoint",
			"Enter the token URL that authentik's provider page shows."
	case link.CauseAuthentikError:
		return "authentik had an internal error during PocketBase's call",
			"Check authentik's server log."
	}
	return "PocketBase got an error that authpocket does not recognise",
		"Check the newest entry in PocketBase's log (Dashboard › Logs)."
}
