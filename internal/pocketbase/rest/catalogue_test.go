package rest

import (
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/signin"
)

func TestClassifyUser(t *testing.T) {
	t.Parallel()
	const profile = "failed to fetch OAuth2 user profile via https://a/userinfo/ "
	for _, one := range []struct {
		details string
		want    report.CauseID
	}{
		{profile + "(403):\n", report.CauseMissingScopes},
		{profile + "(403):\nForbidden", report.CauseWAF},
		{profile + "(503):\n<html><title>Just a moment...</title>", report.CauseWAF},
		{profile + "(401):\n{\"error\":\"x\"}", report.CauseUserInfoURL},
		{profile + "(404):\n<html>403", report.CauseUserInfoURL},
		{profile + "(405):\n", report.CauseUserInfoURL},
		{profile + "(407):\n", report.CauseProxy},
		{profile + "(502):\n", report.CauseProxy},
		{profile + "(500):\n", report.CauseAuthentikError},
		{`Get "https://a/": dial tcp: lookup a: no such host`, report.CauseDNS},
		{`Get "https://a/": dial tcp 10.0.0.1:443: connect: connection refused`, report.CauseRefused},
		{`Get "https://a/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
			report.CausePrivateCA},
		{`Get "https://a/": context deadline exceeded`, report.CauseTimeout},
		{"invalid character '<' looking for beginning of value", report.CauseUserInfoURL},
		{"unexpected end of JSON input", report.CauseUserInfoURL},
		{"json: cannot unmarshal number into Go struct field .sub of type string", report.CauseClaimType},
		{`iss must be one of [https://a/], got "https://b/"`, report.CauseIssuerMismatch},
		{"token has invalid audience", report.CauseIssuerMismatch},
		{"token is expired", report.CauseClock},
		{`Get "https://a/": oauth2: token expired and refresh token is not set`, report.CauseValidity},
		{"token used before issued", report.CauseClock},
		{"id_token validation failed: missing kid header value", report.CauseSigningKey},
		{`id_token validation failed: unsupported kty (must be RSA or OKP): "EC"`, report.CauseSigningKey},
		{`id_token validation failed: Get "https://a/": EOF`, report.CauseTokenURL},
		{"id_token validation failed: failed to fetch JSON Web Key Set from https://a (404):\n", report.CauseTokenURL},
		{"empty id_token", report.CauseMissingScopes},
		{"something else", report.CauseUnknown},
		{"", report.CauseUnknown},
	} {
		if got := ClassifyUser(one.details); got != one.want {
			t.Errorf("%s: %q, want %q", one.details, got, one.want)
		}
	}
}

func FuzzClassifyUser(f *testing.F) {
	for _, seed := range []string{"failed to fetch OAuth2 user profile via x (403):", "Get \"x\": EOF",
		"iss must be one of", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, details string) {
		if _, found := signin.FindCause(ClassifyUser(details).Entry()); !found {
			t.Errorf("%q is read as %q", details, ClassifyUser(details))
		}
	})
}
