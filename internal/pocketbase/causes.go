package pocketbase

import (
	"regexp"
	"strings"

	"authpocket/internal/link"
)

// The causes that this package's checks name.
const (
	causeCollection    = "collection-missing"
	causeOff           = "oauth2-off"
	causeProvider      = "provider-missing"
	causeClientID      = "client-id"
	causeAuthURL       = "auth-url"
	causeDisplayName   = "display-name"
	causePKCE          = "pkce"
	causeSettings      = "settings-differ"
	causeCreateRule    = "create-rule"
	causeAuthRule      = "auth-rule"
	causeMFA           = "mfa"
	causeEmail         = "email-unverified"
	causeRequiredField = "required-field"

	causeInvalidClient = "invalid-client"
	causeGrantType     = "grant-type"
	causeDNS           = "dns"
	causeRefused       = "refused"
	causeNoRoute       = "no-route"
	causeTLS           = "tls"
	causePrivateCA     = "private-ca"
	causeHTML          = "html-instead-of-json"
	causeProxy         = "proxy"
	causeTimeout       = "timeout"
	causeClosed        = "connection-closed"
	causeRedirect      = "token-url-redirect"
	causeNotFound      = "token-url-not-found"
	causeTokenURL      = "token-url"
	causeServer        = "authentik-error"
	causeUnknown       = "unknown"
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
func classify(details string) (cause string) {
	if m := oauthError.FindStringSubmatch(details); m != nil {
		return classifyCode(m[1])
	}
	if m := tokenStatus.FindStringSubmatch(details); m != nil {
		return classifyStatus(m[1])
	}
	switch {
	case strings.HasPrefix(details, "oauth2: cannot parse "):
		return causeHTML
	case strings.HasPrefix(details, "oauth2: server response missing access_token"):
		return causeTokenURL
	}
	if m := callError.FindStringSubmatch(details); m != nil {
		return classifyTransport(m[1])
	}
	return classifyTransport(strings.TrimPrefix(details, "oauth2: cannot fetch token: "))
}

// classifyCode reads an OAuth2 error code (RFC 6749, 5.2).
func classifyCode(code string) string {
	switch code {
	case "invalid_grant":
		return ""
	case "invalid_client":
		return causeInvalidClient
	case "unauthorized_client", "unsupported_grant_type":
		return causeGrantType
	case "server_error", "temporarily_unavailable":
		return causeServer
	}
	return causeUnknown
}

// classifyStatus reads the status of an answer that was not OAuth2's.
func classifyStatus(status string) string {
	switch {
	case status == "401", status == "403", status == "407", status == "502", status == "503", status == "504":
		return causeProxy
	case status == "404", status == "410":
		return causeNotFound
	case status == "405", status[0] == '3':
		return causeRedirect
	case status[0] == '5':
		return causeServer
	}
	return causeHTML
}

// classifyTransport reads what Go's HTTP client says when no answer came.
func classifyTransport(said string) string {
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
		return causeProxy
	case has("x509: certificate signed by unknown authority", "x509: certificate is not trusted", "certificate is not standards compliant"):
		return causePrivateCA
	case has("x509:", "tls:", "server gave HTTP response to HTTPS client", "malformed HTTP response"):
		return causeTLS
	case has("no such host", "server misbehaving", "dial tcp: lookup "):
		return causeDNS
	case has("connection refused"):
		return causeRefused
	case has("no route to host", "network is unreachable", "host is down"):
		return causeNoRoute
	case has("deadline exceeded", "i/o timeout", "Client.Timeout", "context canceled", "TLS handshake timeout", "connection timed out"):
		return causeTimeout
	case has("connection reset", "EOF", "broken pipe"):
		return causeClosed
	case has("unsupported protocol scheme", "no Host in request URL", "missing protocol scheme"):
		return causeTokenURL
	case has("stopped after 10 redirects"):
		return causeRedirect
	}
	return causeUnknown
}

// explain puts a cause of the probe into words: what PocketBase met on its
// way to authentik, and what to do.
func explain(cause string, d link.Desired) (met, remedy string) {
	host := d.Slot.TokenURL
	switch cause {
	case causeInvalidClient:
		return "authentik does not accept the client id or client secret that PocketBase has",
			"Write the client secret again (authpocket apply --rewrite-secret), or give both systems a new one (authpocket rotate)."
	case causeGrantType:
		return "authentik does not let this provider use authorization codes",
			"Enable the grant type authorization_code on the provider in authentik."
	case causeDNS:
		return "the machine that PocketBase runs on cannot find the host of " + host + " in DNS",
			"Give PocketBase's machine or container a DNS entry for it, or enter token and user-info URLs that it can reach."
	case causeRefused:
		return "nothing listens at " + host + " as seen from PocketBase",
			"Inside a container, localhost is the container itself. Enter token and user-info URLs that PocketBase can reach."
	case causeNoRoute:
		return "there is no way from PocketBase's network to " + host,
			"Check its network and firewall, or enter token and user-info URLs that PocketBase can reach."
	case causePrivateCA:
		return "PocketBase does not trust the authority that signed the certificate of " + host,
			"Add that CA to the machine or container of PocketBase, for example with SSL_CERT_FILE, and restart PocketBase."
	case causeTLS:
		return "the TLS connection from PocketBase to " + host + " failed",
			"Check that the port speaks https and that the certificate is for that name and has not expired."
	case causeTimeout:
		return host + " did not answer PocketBase in time",
			"Check the firewall between PocketBase and authentik, and authentik's load."
	case causeClosed:
		return host + " closed PocketBase's connection without an answer",
			"Check what stands between PocketBase and authentik."
	}
	return explainAnswer(cause, host)
}

// explainAnswer is for causes where something did answer PocketBase.
func explainAnswer(cause, tokenURL string) (met, remedy string) {
	switch cause {
	case causeHTML:
		return tokenURL + " gave PocketBase a web page or something else than a token answer",
			"Check the token URL. If something in front of authentik asks people to sign in, let /application/o/ pass."
	case causeProxy:
		return "a proxy between PocketBase and authentik refused or could not pass on the call to " + tokenURL,
			"Check that proxy, and the HTTP_PROXY, HTTPS_PROXY and NO_PROXY variables of PocketBase."
	case causeRedirect:
		return tokenURL + " redirects, which turns PocketBase's POST into a GET",
			"Enter the token URL exactly as authentik has it, with https and the slash at the end."
	case causeNotFound:
		return "there is nothing at " + tokenURL,
			"Enter the token URL that authentik's provider page shows."
	case causeTokenURL:
		return "“" + tokenURL + "” is not the address of a token endpoint",
			"Enter the token URL that authentik's provider page shows."
	case causeServer:
		return "authentik failed over PocketBase's call",
			"Look at authentik's log."
	}
	return "PocketBase met something that authpocket does not know",
		"Look at the newest entry of PocketBase's log (Dashboard › Logs)."
}
