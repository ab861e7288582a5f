package pocketbase

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// causeConstants are the values of all constants of this package whose name
// begins with cause.
func causeConstants(t *testing.T) map[string]string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, isValue := n.(*ast.ValueSpec)
			if !isValue || !strings.HasPrefix(spec.Names[0].Name, "cause") || len(spec.Values) == 0 {
				return true
			}
			if literal, isLiteral := spec.Values[0].(*ast.BasicLit); isLiteral {
				values[spec.Names[0].Name], _ = strconv.Unquote(literal.Value) // it has been parsed
			}
			return true
		})
	}
	return values
}

// TestEveryCauseIsInTheCatalogue: what a check or a trail can name is there.
func TestEveryCauseIsInTheCatalogue(t *testing.T) {
	constants := causeConstants(t)
	if len(constants) < 30 {
		t.Errorf("only %d causes were read", len(constants))
	}
	for name, cause := range constants {
		if _, found := link.FindCause(catalogued(cause)); !found {
			t.Errorf("%s: %q is not in the catalogue", name, catalogued(cause))
		}
	}
}

func TestClassifyUser(t *testing.T) {
	t.Parallel()
	const profile = "failed to fetch OAuth2 user profile via https://a/userinfo/ "
	for _, one := range []struct{ details, want string }{
		{profile + "(403):\n", causeMissingScopes},
		{profile + "(401):\n{\"error\":\"x\"}", causeUserInfoURL},
		{profile + "(404):\n<html>403", causeUserInfoURL},
		{profile + "(405):\n", causeUserInfoURL},
		{profile + "(407):\n", causeProxy},
		{profile + "(502):\n", causeProxy},
		{profile + "(500):\n", causeServer},
		{`Get "https://a/": dial tcp: lookup a: no such host`, causeDNS},
		{`Get "https://a/": dial tcp 10.0.0.1:443: connect: connection refused`, causeRefused},
		{`Get "https://a/": tls: failed to verify certificate: x509: certificate signed by unknown authority`, causePrivateCA},
		{`Get "https://a/": context deadline exceeded`, causeTimeout},
		{"invalid character '<' looking for beginning of value", causeUserInfoURL},
		{"unexpected end of JSON input", causeUserInfoURL},
		{"json: cannot unmarshal number into Go struct field .sub of type string", causeUserInfoURL},
		{`iss must be one of [https://a/], got "https://b/"`, causeIssuer},
		{"token has invalid audience", causeIssuer},
		{"token is expired", causeClock},
		{"token used before issued", causeClock},
		{"id_token validation failed: missing kid header value", causeSigningKey},
		{`id_token validation failed: unsupported kty (must be RSA or OKP): "EC"`, causeSigningKey},
		{`id_token validation failed: Get "https://a/": EOF`, causeTokenURL},
		{"id_token validation failed: failed to fetch JSON Web Key Set from https://a (404):\n", causeTokenURL},
		{"empty id_token", causeMissingScopes},
		{"something else", causeUnknown},
		{"", causeUnknown},
	} {
		if got := classifyUser(one.details); got != one.want {
			t.Errorf("%s: %q, want %q", one.details, got, one.want)
		}
	}
}

func FuzzClassifyUser(f *testing.F) {
	for _, seed := range []string{"failed to fetch OAuth2 user profile via x (403):", "Get \"x\": EOF", "iss must be one of", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, details string) {
		if _, found := link.FindCause(catalogued(classifyUser(details))); !found {
			t.Errorf("%q is read as %q", details, classifyUser(details))
		}
	})
}
