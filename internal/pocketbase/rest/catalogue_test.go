package rest

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/signin"
)

func TestClassifyUser(t *testing.T) {
	t.Parallel()
	const profile = "failed to fetch OAuth2 user profile via https://a/userinfo/ "
	for _, one := range []struct {
		details string
		want    link.CauseID
	}{
		{profile + "(403):\n", link.CauseMissingScopes},
		{profile + "(403):\nForbidden", link.CauseWAF},
		{profile + "(503):\n<html><title>Just a moment...</title>", link.CauseWAF},
		{profile + "(401):\n{\"error\":\"x\"}", link.CauseUserInfoURL},
		{profile + "(404):\n<html>403", link.CauseUserInfoURL},
		{profile + "(405):\n", link.CauseUserInfoURL},
		{profile + "(407):\n", link.CauseProxy},
		{profile + "(502):\n", link.CauseProxy},
		{profile + "(500):\n", link.CauseAuthentikError},
		{`Get "https://a/": dial tcp: lookup a: no such host`, link.CauseDNS},
		{`Get "https://a/": dial tcp 10.0.0.1:443: connect: connection refused`, link.CauseRefused},
		{`Get "https://a/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
			link.CausePrivateCA},
		{`Get "https://a/": context deadline exceeded`, link.CauseTimeout},
		{"invalid character '<' looking for beginning of value", link.CauseUserInfoURL},
		{"unexpected end of JSON input", link.CauseUserInfoURL},
		{"json: cannot unmarshal number into Go struct field .sub of type string", link.CauseClaimType},
		{`iss must be one of [https://a/], got "https://b/"`, link.CauseIssuerMismatch},
		{"token has invalid audience", link.CauseIssuerMismatch},
		{"token is expired", link.CauseClock},
		{`Get "https://a/": oauth2: token expired and refresh token is not set`, link.CauseValidity},
		{"token used before issued", link.CauseClock},
		{"id_token validation failed: missing kid header value", link.CauseSigningKey},
		{`id_token validation failed: unsupported kty (must be RSA or OKP): "EC"`, link.CauseSigningKey},
		{`id_token validation failed: Get "https://a/": EOF`, link.CauseTokenURL},
		{"id_token validation failed: failed to fetch JSON Web Key Set from https://a (404):\n", link.CauseTokenURL},
		{"empty id_token", link.CauseMissingScopes},
		{"something else", link.CauseUnknown},
		{"", link.CauseUnknown},
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
