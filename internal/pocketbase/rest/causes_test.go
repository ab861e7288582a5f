package rest

import (
	"testing"

	"authpocket/internal/report"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		details string
		want    report.CauseID
	}{
		{`oauth2: "invalid_grant" "The provided authorization grant is invalid"`, ""},
		{`oauth2: "invalid_client" "Client authentication failed"`, report.CauseInvalidClient},
		{`oauth2: "invalid_client" "not \"invalid_grant\""`, report.CauseInvalidClient},
		{`oauth2: "unauthorized_client"`, report.CauseGrantType},
		{`oauth2: "unsupported_grant_type" "x"`, report.CauseGrantType},
		{`oauth2: "server_error"`, report.CauseAuthentikError},
		{`oauth2: "something_else"`, report.CauseUnknown},
		{`Post "http://127.0.0.1:18099/token": dial tcp 127.0.0.1:18099: connect: connection refused`,
			report.CauseRefused},
		{`Post "https://a/": tls: first record does not look like a TLS handshake`, report.CauseTLS},
		{`Post "https://a/": http: server gave HTTP response to HTTPS client`, report.CauseTLS},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
			report.CausePrivateCA},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate is valid for b, not a`,
			report.CauseTLS},
		{`Post "https://a/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time`, report.CauseTLS},
		{`Post "http://a/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x15\x03"`,
			report.CauseTLS},
		{`Post "https://nope.invalid/": dial tcp: lookup nope.invalid on 10.0.0.2:53: no such host`, report.CauseDNS},
		{`Post "https://x/": dial tcp: lookup x: i/o timeout`, report.CauseDNS},
		{`Post "": unsupported protocol scheme ""`, report.CauseTokenURL},
		{`Post "https:///x": http: no Host in request URL`, report.CauseTokenURL},
		{`Post "https://a/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused`, report.CauseProxy},
		{`Post "https://a/": Proxy Authentication Required`, report.CauseProxy},
		{`Post "https://a/": context deadline exceeded`, report.CauseTimeout},
		{`Post "https://a/": context canceled`, report.CauseTimeout},
		{`Post "https://a/": dial tcp 10.0.0.1:443: i/o timeout`, report.CauseTimeout},
		{`Post "https://a/": net/http: TLS handshake timeout`, report.CauseTimeout},
		{`Post "https://a/": dial tcp 10.0.0.1:443: connect: no route to host`, report.CauseNoRoute},
		{`Post "https://a/": EOF`, report.CauseConnectionClosed},
		{`Post "https://a/": read tcp 1->2: read: connection reset by peer`, report.CauseConnectionClosed},
		{`Post "https://timeout/connection refused": EOF`, report.CauseConnectionClosed},
		{`Get "https://a/login": stopped after 10 redirects`, report.CauseTokenURLRedirect},
		{`oauth2: cannot parse json: invalid character '<' looking for beginning of value`,
			report.CauseHTMLInsteadOfJSON},
		{`oauth2: cannot parse response: x`, report.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: 403 Forbidden\nResponse: <html>connection refused", report.CauseWAF},
		{"oauth2: cannot fetch token: 403 Forbidden\nResponse: Forbidden", report.CauseWAF},
		{"oauth2: cannot fetch token: 503 Service Unavailable\nResponse: <title>Just a moment...</title>",
			report.CauseWAF},
		{"oauth2: cannot fetch token: 503 Service Unavailable\nResponse: ", report.CauseProxy},
		{"oauth2: cannot fetch token: 407 Proxy Authentication Required\nResponse: ", report.CauseProxy},
		{"oauth2: cannot fetch token: 401 Unauthorized\nResponse: ", report.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: 502 Bad Gateway\nResponse: ", report.CauseProxy},
		{"oauth2: cannot fetch token: 404 Not Found\nResponse: {}", report.CauseTokenURLNotFound},
		{"oauth2: cannot fetch token: 405 Method Not Allowed\nResponse: ", report.CauseTokenURLRedirect},
		{"oauth2: cannot fetch token: 302 Found\nResponse: ", report.CauseTokenURLRedirect},
		{"oauth2: cannot fetch token: 500 Internal Server Error\nResponse: ", report.CauseAuthentikError},
		{"oauth2: cannot fetch token: 400 Bad Request\nResponse: no", report.CauseHTMLInsteadOfJSON},
		{"oauth2: cannot fetch token: unexpected EOF", report.CauseConnectionClosed},
		{`oauth2: server response missing access_token`, report.CauseTokenURL},
		{``, report.CauseUnknown},
		{`anything`, report.CauseUnknown},
	} {
		if got := Classify(one.details); got != one.want {
			t.Errorf("%s: %q, want %q", one.details, got, one.want)
		}
	}
}
