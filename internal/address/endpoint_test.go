package address_test

import (
	"testing"

	"authpocket/internal/address"
)

func TestMendPath(t *testing.T) {
	const token = "https://authentik.company/application/o/token/"
	for given, want := range map[string]string{
		"https://idp.example/application/o/token":       "https://idp.example/application/o/token/",
		"https://idp.example/auth/application/o/x/?y=1": "https://idp.example/auth/application/o/token/",
		"https://idp.example:8443/":                     "https://idp.example:8443/application/o/token/",
		"https://idp.example/application/o/token/?a=b":  "https://idp.example/application/o/token/?a=b",
		"no address at all":                             token,
	} {
		if got := address.MendPath(given, token); got != want {
			t.Errorf("%s becomes %s, want %s", given, got, want)
		}
	}
}

func TestKeepInner(t *testing.T) {
	const public, wanted = "https://authentik.company/application/o/authorize/",
		"https://authentik.company/application/o/token/"
	for raw, want := range map[string]string{
		"http://authentik-server:9000/application/o/token": "http://authentik-server:9000/application/o/token/",
		"http://authentik-server:9000/elsewhere":           wanted,
		"https://other.example/application/o/token/":       wanted,
		"https://authentik.company/application/o/x/":       wanted,
		"": wanted,
	} {
		if got := address.KeepInner(raw, public, wanted); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}
