package address_test

import (
	"errors"
	"strings"
	"testing"

	"authpocket/internal/address"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct{ raw, want string }{
		"plain":                               {"https://authentik.company", "https://authentik.company"},
		"a trailing slash is dropped":         {"https://authentik.company/", "https://authentik.company"},
		"many trailing slashes are dropped":   {"https://authentik.company///", "https://authentik.company"},
		"spaces around it are dropped":        {" \thttps://authentik.company \n", "https://authentik.company"},
		"capitals are lowered":                {"HTTPS://Authentik.Company", "https://authentik.company"},
		"http is taken as it is":              {"http://authentik.company", "http://authentik.company"},
		"a port is kept":                      {"https://authentik.company:9443", "https://authentik.company:9443"},
		"the port of https is dropped":        {"https://authentik.company:443", "https://authentik.company"},
		"the port of http is dropped":         {"http://authentik.company:80/", "http://authentik.company"},
		"the port of http stays with https":   {"https://authentik.company:80", "https://authentik.company:80"},
		"zeros before a port are dropped":     {"https://authentik.company:0443", "https://authentik.company"},
		"an IPv4 address":                     {"http://192.0.2.7:9000", "http://192.0.2.7:9000"},
		"an IPv6 address":                     {"http://[2001:DB8:0::7]:9000/", "http://[2001:db8::7]:9000"},
		"an IPv6 address without a port":      {"http://[::1]", "http://[::1]"},
		"an IPv6 address with the usual port": {"http://[::1]:80", "http://[::1]"},
		"an IPv4 address in IPv6 form":        {"http://[::ffff:192.0.2.7]", "http://[::ffff:192.0.2.7]"},
		"an international name": {"https://anmeldung.bücher.example",
			"https://anmeldung.xn--bcher-kva.example"},
		"an international name in capitals":      {"https://BÜCHER.example", "https://xn--bcher-kva.example"},
		"an international name that is encoded":  {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
		"a name with full-width dots":            {"https://authentik。company", "https://authentik.company"},
		"an invisible space pasted into a name":  {"https://authentik.com\u200bpany", "https://authentik.company"},
		"a Docker service name with underscores": {"http://authentik_server:9000", "http://authentik_server:9000"},
		"a name that ends with a dot":            {"https://authentik.company./", "https://authentik.company"},
		"a name without dots":                    {"http://localhost:9000", "http://localhost:9000"},
		"a path before it is kept":               {"https://company.example/auth/", "https://company.example/auth"},
		"an encoded path is kept":                {"https://company.example/a%20b/", "https://company.example/a%20b"},
		"authentik's admin page": {"https://authentik.company/if/admin/#/core/applications;%7B%7D",
			"https://authentik.company"},
		"authentik's sign-in page": {
			"https://authentik.company/if/flow/default-authentication-flow/?next=%2F", "https://authentik.company"},
		"authentik's API": {"https://authentik.company/api/v3/", "https://authentik.company"},
		"authentik's discovery": {
			"https://authentik.company/application/o/pocketbase/.well-known/openid-configuration",
			"https://authentik.company"},
		"authentik's pages below a path": {"https://company.example/auth/if/admin/",
			"https://company.example/auth"},
		"PocketBase's dashboard": {"https://pocketbase.company/_/#/collections?collection=users",
			"https://pocketbase.company"},
		"PocketBase's dashboard without a slash": {"https://pocketbase.company/_", "https://pocketbase.company"},
		"PocketBase's API": {"https://pocketbase.company/api/collections/users/auth-methods",
			"https://pocketbase.company"},
		"PocketBase's redirect address": {"https://pocketbase.company/api/oauth2-redirect",
			"https://pocketbase.company"},
		"a path that only begins like a page": {"https://company.example/apiary", "https://company.example/apiary"},
		"a query is dropped":                  {"https://authentik.company?next=/", "https://authentik.company"},
		"a fragment is dropped":               {"https://authentik.company#top", "https://authentik.company"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := address.Parse(test.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if again, err := address.Parse(got); again != got || err != nil {
				t.Errorf("read again it is %q, %v", again, err)
			}
		})
	}
}

// Callers use the reason, not the message.
func TestFaultsAreTyped(t *testing.T) {
	for raw, want := range map[string]address.Fault{
		" ": {Reason: address.Empty}, "https://a b": {Reason: address.HasSpace}, "https://" +
			strings.Repeat("a", address.MaxLength): {Reason: address.TooLong},
		"https:/authentik.company": {Reason: address.NoScheme, Meant: "https://authentik.company"},
		"authentik:9000":           {Reason: address.NoScheme, Meant: "http://authentik:9000"},
		"ada:hunter2@a.example":    {Reason: address.NoScheme}, "ftp://a": {Reason: address.OtherScheme, Part: "ftp"},
		"https://ada@a": {Reason: address.HasUser},
		"https:///x":    {Reason: address.NoHost}, "https://a:": {Reason: address.NoPort},
		"https://a:0": {Reason: address.BadPort, Part: "0"},
		"https://a!":  {Reason: address.UnknownHost}, "http://::1/x": {Reason: address.BareIPv6,
			Meant: "http://[::1]/x"},
		"http://0x7f000001": {Reason: address.IsNumber}, "http://2130706433:9000": {Reason: address.IsNumber},
		"http://127.1": {Reason: address.IsNumber}, "http://256.1.1.1": {Reason: address.IsNumber},
		"http://１２７.1./": {Reason: address.IsNumber}, "http://shop.0x7F": {Reason: address.IsNumber},
		"http://[fe80::1%25eth0]": {Reason: address.LinkLocal}, "https://[": {Reason: address.Unreadable},
	} {
		got, err := address.Parse(raw)
		if f, ok := errors.AsType[*address.Fault](err); !ok || *f != want || got != "" {
			t.Errorf("%.40s: got %q, %+v, want %+v", raw, got, f, want)
		}
	}
}
