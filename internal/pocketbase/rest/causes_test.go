package rest

import (
	"testing"

	"authpocket/internal/link"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		details string
		want    link.CauseID
	}{
		{`oauth2: "invalid_grant" "The provided authorization grant is invalid"`, ""},
		{`oauth2: "invalid_client" "Client authentication failed"`, link.CauseInvalidClient},
		{`oauth2: "invalid_client" "not \"invalid_grant\""`, link.CauseInvalidClient},
		{`oauth2: "unauthorized_client"`, link.CauseGrantType},
		{`oauth2: "unsupported_grant_type" "x"`, link.CauseGrantType},
		{`oauth2: "server_error"`, link.CauseAuthentikError},
		{`oauth2: "something_else"`, link.CauseUnknown},
		{`Post "http://127.0.0.1:18099/token": dial tcp 127.0.0.1:18099: connect: connection refused`,
			link.CauseRefused},
		{`Post "https://a/": tls: first record does not look like a TLS handshake`, link.CauseTLS},
		{`Post "https://a/": http: server gave HTTP response to HTTPS client`, link.CauseTLS},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
			link.CausePrivateCA},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate is valid for b, not a`,
			link.CauseTLS},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time`, link.CauseTLS},
		{`Post "http://a/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03"`,
			link.CauseTLS},
		{`Post "https://nope.invalid/": dial tcp: lookup nope.invalid on 10.0.0.2:53: no such host`, link.CauseDNS},
		{`Post "https://x/": dial tcp: lookup x: i/o timeout`, link.CauseDNS},
		{`Post "": unsupported protocol scheme ""`, link.CauseTokenURL},
		{`Post "https:///x": http: no Host in request URL`, link.CauseTokenURL},
		{`Post "https://a/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused`, link.CauseProxy},
		{`Post "https://a/": Proxy Authentication Required`, link.CauseProxy},
		{`Post "https://a/": context deadline exceeded`, link.CauseTimeout},
		{`Post "https://a/": context canceled`, link.CauseTimeout},
		{`Post "https://a/": dial tcp 10.0.0.1:443: i/o timeout`, link.CauseTimeout},
		{`Post "https://a/": net/http: TLS handshake timeout`, link.CauseTimeout},
		{`Post "https://a/": dial tcp 10.0.0.1:443: connect: no route to host`, link.CauseNoRoute},
		{`Post "https://a/": EOF`, link.CauseConnectionClosed},
		{`Post "https://a/": read tcp 1->2: read: connection reset by peer`, link.CauseConnectionClosed},
		{`Post "https://timeout/connection refused": EOF`, link.CauseConnectionClosed},
		{`Get "https://a/login": stopped after 10 redirects`, link.CauseTokenURLRedirect},
		{`oauth2: cannot parse json: invalid character '<' looking for beginning of value`,
			link.CauseHTMLInsteadOfJSON},
		{`oauth2: cannot parse response: x`, link.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: 403 Forbidden\nResponse: <html>connection refused", link.CauseWAF},
		{"oauth2: cannot fetch token: 403 Forbidden\nResponse: Forbidden", link.CauseWAF},
		{"oauth2: cannot fetch token: 503 Service Unavailable\nResponse: <title>Just a moment...</title>",
			link.CauseWAF},
		{"oauth2: cannot fetch token: 503 Service Unavailable\nResponse: ", link.CauseProxy},
		{"oauth2: cannot fetch token: 407 Proxy Authentication Required\nResponse: ", link.CauseProxy},
		{"oauth2: cannot fetch token: 401 Unauthorized\nResponse: ", link.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: 502 Bad Gateway\nResponse: ", link.CauseProxy},
		{"oauth2: cannot fetch token: 404 Not Found\nResponse: {}", link.CauseTokenURLNotFound},
		{"oauth2: cannot fetch token: 405 Method Not Allowed\nResponse: ", link.CauseTokenURLRedirect},
		{"oauth2: cannot fetch token: 302 Found\nResponse: ", link.CauseTokenURLRedirect},
		{"oauth2: cannot fetch token: 500 Internal Server Error\nResponse: ", link.CauseAuthentikError},
		{"oauth2: cannot fetch token: 400 Bad Request\nResponse: no", link.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: unexpected EOF", link.CauseConnectionClosed},
		{`oauth2: server response missing access_token`, link.CauseTokenURL},
		{``, link.CauseUnknown},
		{`anything`, link.CauseUnknown},
	} {
		if got := Classify(one.details); got != one.want {
			t.Errorf("%s: %q, want %q", one.details, got, one.want)
		}
	}
}
