package address_test

import (
	"errors"
	"testing"

	"authpocket/internal/address"
)

func reason(err error) address.Reason {
	if f, ok := errors.AsType[*address.Fault](err); ok {
		return f.Reason
	}
	return ""
}

func TestCheckRedirect(t *testing.T) {
	for raw, want := range map[string]address.Reason{
		"https://pocketbase.company/api/oauth2-redirect": "", "http://localhost:8090/api/oauth2-redirect": "",
		"http://[::1]:8090/x":            "",
		"https://a.example/cb?x=1&y=a+b": "", "https://A.example/~x(1)": "", "https://bücher.example/x": "",
		"http://pocketbase_1:8090/x": "",
		// Apps' own schemes (RFC 8252 §7.1), in all common forms.
		"myapp://redirect": "", "myapp://": "", "com.example.app:/callback": "", "com.example.app:callback": "",
		"com.example.app://": "", "myapp:": "",
		"exp://192.168.1.7:8081/--/x": "", "capacitor://localhost": "", "urn:ietf:wg:oauth:2.0:oob": "",
		"com.googleusercontent.apps.123-x:/oauth2redirect": "",

		"":                           address.Empty,
		" https://a.example/cb":      address.EdgeSpace,
		"https://a.example/cb\n":     address.EdgeSpace,
		"myapp://cb\u00a0":           address.EdgeSpace,
		"https://a.example/c b":      address.HasSpace,
		"https://*.example/cb":       address.IsPattern,
		"https://a.example/*":        address.IsPattern,
		"myapp://*":                  address.IsPattern,
		"*":                          address.IsPattern,
		`https://a\.example/cb`:      address.IsPattern,
		`https:\\a.example\cb`:       address.IsPattern,
		"^https://a.example/cb":      address.IsPattern,
		"https://[a-z]+.example/cb":  address.Unreadable,
		"https://a.example/%zz":      address.Unreadable,
		"https://a.example:x/cb":     address.Unreadable,
		"a.example/cb":               address.NoScheme,
		"//a.example/cb":             address.NoScheme,
		"/cb":                        address.NoScheme,
		"a.example:8443/cb":          address.NoScheme,
		"localhost:8090/cb":          address.NoScheme,
		"192.168.1.7:8090/cb":        address.NoScheme,
		"https:/a.example/cb":        address.NoHost,
		"https:a.example/cb":         address.NoHost,
		"https:":                     address.NoHost,
		"https:///cb":                address.NoHost,
		"https://:8443/cb":           address.NoHost,
		"https://a.example:/cb":      address.NoPort,
		"https://a.example:0/cb":     address.BadPort,
		"https://a.example:70000/cb": address.BadPort,
		"https://a..example/cb":      address.UnknownHost,
		"https://a!.example/cb":      address.UnknownHost,
		"https://ada:pw@a.example":   address.HasUser,
		"https://@a.example/cb":      address.HasUser,
		"https://a.example/cb#x":     address.HasFragment,
		"https://a.example/cb?x=1#":  address.HasFragment,
		"myapp://cb#x":               address.HasFragment,
		"JavaScript:alert(1)":        address.ScriptScheme,
		"data:text/html,x":           address.ScriptScheme,
		"file:///etc/passwd":         address.LocalScheme,
		"about:blank":                address.LocalScheme,
	} {
		if got := reason(address.CheckRedirect(raw)); got != want {
			t.Errorf("%q: it %s, want %q", raw, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for raw, want := range map[string]address.Reason{
		"https://authentik.company/application/o/token/": "", "http://authentik-server:9000/x?y=1": "",
		"": address.Empty, "https://a\n": address.EdgeSpace, "https://a b": address.HasSpace,
		"https:/a/b": address.Unreadable, "myapp://x": address.OtherScheme,
		"https://ada@a": address.HasUser, "https://a/#": address.HasFragment, "https://:443/": address.NoHost,
		"https://a:0/":  address.BadPort,
		"https://a..b/": address.UnknownHost,
	} {
		if got := reason(address.Check(raw)); got != want {
			t.Errorf("%q: it %s, want %q", raw, got, want)
		}
	}
	if got := reason(address.CheckBase("https://a.example/?x=1")); got != address.HasQuery {
		t.Errorf("a base with a query: it %s", got)
	}
}
