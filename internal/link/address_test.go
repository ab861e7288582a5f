package link_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
)

func TestParseAddress(t *testing.T) {
	for name, test := range map[string]struct{ raw, want string }{
		"plain":                                  {"https://authentik.company", "https://authentik.company"},
		"a trailing slash is dropped":            {"https://authentik.company/", "https://authentik.company"},
		"many trailing slashes are dropped":      {"https://authentik.company///", "https://authentik.company"},
		"spaces around it are dropped":           {" \thttps://authentik.company \n", "https://authentik.company"},
		"capitals are lowered":                   {"HTTPS://Authentik.Company", "https://authentik.company"},
		"http is taken as it is":                 {"http://authentik.company", "http://authentik.company"},
		"a port is kept":                         {"https://authentik.company:9443", "https://authentik.company:9443"},
		"the port of https is dropped":           {"https://authentik.company:443", "https://authentik.company"},
		"the port of http is dropped":            {"http://authentik.company:80/", "http://authentik.company"},
		"the port of http stays with https":      {"https://authentik.company:80", "https://authentik.company:80"},
		"zeros before a port are dropped":        {"https://authentik.company:0443", "https://authentik.company"},
		"an IPv4 address":                        {"http://192.0.2.7:9000", "http://192.0.2.7:9000"},
		"an IPv6 address":                        {"http://[2001:DB8:0::7]:9000/", "http://[2001:db8::7]:9000"},
		"an IPv6 address without a port":         {"http://[::1]", "http://[::1]"},
		"an IPv6 address with the usual port":    {"http://[::1]:80", "http://[::1]"},
		"an IPv4 address in IPv6 form":           {"http://[::ffff:192.0.2.7]", "http://[::ffff:192.0.2.7]"},
		"an international name":                  {"https://anmeldung.bücher.example", "https://anmeldung.xn--bcher-kva.example"},
		"an international name in capitals":      {"https://BÜCHER.example", "https://xn--bcher-kva.example"},
		"an international name that is encoded":  {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
		"a name with full-width dots":            {"https://authentik。company", "https://authentik.company"},
		"an invisible space pasted into a name":  {"https://authentik.com\u200bpany", "https://authentik.company"},
		"a Docker service name with underscores": {"http://authentik_server:9000", "http://authentik_server:9000"},
		"a name that ends with a dot":            {"https://authentik.company./", "https://authentik.company"},
		"a name without dots":                    {"http://localhost:9000", "http://localhost:9000"},
		"a path before it is kept":               {"https://company.example/auth/", "https://company.example/auth"},
		"an encoded path is kept":                {"https://company.example/a%20b/", "https://company.example/a%20b"},
		"authentik's admin page":                 {"https://authentik.company/if/admin/#/core/applications;%7B%7D", "https://authentik.company"},
		"authentik's sign-in page":               {"https://authentik.company/if/flow/default-authentication-flow/?next=%2F", "https://authentik.company"},
		"authentik's API":                        {"https://authentik.company/api/v3/", "https://authentik.company"},
		"authentik's discovery":                  {"https://authentik.company/application/o/pocketbase/.well-known/openid-configuration", "https://authentik.company"},
		"authentik's pages below a path":         {"https://company.example/auth/if/admin/", "https://company.example/auth"},
		"PocketBase's dashboard":                 {"https://pocketbase.company/_/#/collections?collection=users", "https://pocketbase.company"},
		"PocketBase's dashboard without a slash": {"https://pocketbase.company/_", "https://pocketbase.company"},
		"PocketBase's API":                       {"https://pocketbase.company/api/collections/users/auth-methods", "https://pocketbase.company"},
		"PocketBase's redirect address":          {"https://pocketbase.company/api/oauth2-redirect", "https://pocketbase.company"},
		"a path that only begins like a page":    {"https://company.example/apiary", "https://company.example/apiary"},
		"a query is dropped":                     {"https://authentik.company?next=/", "https://authentik.company"},
		"a fragment is dropped":                  {"https://authentik.company#top", "https://authentik.company"},
	} {
		t.Run(name, func(t *testing.T) {
			got, problem := link.ParseAddress("authentik address", "authentik.url", test.raw)
			if problem != nil {
				t.Fatalf("there is a problem: %s %s", problem.Summary, problem.Todo)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if again, problem := link.ParseAddress("authentik address", "authentik.url", got); again != got || problem != nil {
				t.Errorf("read again it is %q, %v", again, problem)
			}
		})
	}
}

func TestParseAddressTellsWhatIsWrong(t *testing.T) {
	const example = "https://authentik.company"
	for name, test := range map[string]struct{ raw, summary, todo string }{
		"empty":                               {"", "Enter the authentik address.", example},
		"only spaces":                         {" \t ", "Enter the authentik address.", example},
		"a space inside":                      {"https://authentik company", "has a space in it", example},
		"a line break inside":                 {"https://authentik\n.company", "has a space in it", example},
		"no scheme":                           {"authentik.company", "has no scheme", "https://authentik.company"},
		"no scheme but a port":                {"authentik.company:9443/if/", "has no scheme", "https://authentik.company:9443/if/"},
		"no scheme but slashes":               {"//authentik.company", "has no scheme", "https://authentik.company"},
		"a scheme without its colon":          {"https//authentik.company", "has no scheme", "front: https://authentik.company"},
		"a scheme with one slash":             {"https:/authentik.company", "has no scheme", "front: https://authentik.company"},
		"a scheme with backslashes":           {`https:\\authentik.company`, "has no scheme", "front: https://authentik.company"},
		"a name that begins like a scheme":    {"httpd.company", "has no scheme", "front: https://httpd.company"},
		"a scheme alone":                      {"https:", "has no scheme", example},
		"another scheme":                      {"ftp://authentik.company", "starts with ftp://", "Use https:// or http://."},
		"a script":                            {"javascript://authentik.company/%0aalert(1)", "starts with javascript://", "Use https:// or http://."},
		"a script without slashes":            {"javascript:alert(1)", "has no scheme", example},
		"a file":                              {"file:///etc/passwd", "starts with file://", "Use https:// or http://."},
		"no host":                             {"https://", "has no host", example},
		"a path only":                         {"https:///if/admin/", "has no host", example},
		"a port only":                         {"https://:9443", "has no host", example},
		"a colon without a port":              {"https://authentik.company:", "has a colon but no port", example},
		"the port 0":                          {"https://authentik.company:0", "has the port 0", "1 and 65535"},
		"a port too high":                     {"https://authentik.company:65536", "has the port 65536", "1 and 65535"},
		"a port of letters":                   {"https://authentik.company:https", "is not a web address", example},
		"a negative port":                     {"https://authentik.company:-1", "is not a web address", example},
		"not a URL":                           {"https://authentik.company:%%%", "is not a web address", example},
		"angle brackets pasted along":         {"<https://authentik.company>", "is not a web address", example},
		"a host with a percent sign":          {"https://authentik%20company", "is not a web address", example},
		"a host of symbols":                   {"https://authentik!.company", "cannot be looked up", example},
		"a host of dots":                      {"https://..", "cannot be looked up", example},
		"an IPv6 address without brackets":    {"http://2001:db8::7/", "without brackets", "http://[2001:db8::7]/"},
		"an IPv6 address that never ends":     {"http://[2001:db8::7", "is not a web address", example},
		"an IPv6 address of one network link": {"http://[fe80::1%25eth0]:9000", "link-local", example},
	} {
		t.Run(name, func(t *testing.T) {
			got, problem := link.ParseAddress("authentik address", "authentik.url", test.raw)
			if problem == nil {
				t.Fatalf("it is taken as %q", got)
			}
			if problem.Field != "authentik.url" || !strings.Contains(problem.Summary, test.summary) {
				t.Errorf("at %s: %q does not say %q", problem.Field, problem.Summary, test.summary)
			}
			if !strings.Contains(problem.Todo+problem.Summary, test.todo) {
				t.Errorf("%q does not say %q", problem.Todo, test.todo)
			}
		})
	}
}

func TestParseAddressNeverShowsAPassword(t *testing.T) {
	for _, raw := range []string{
		"https://ada:hunter2@authentik.company", "ada:hunter2@authentik.company", "https:/ada:hunter2@authentik.company",
		"https://ada:hunter2@authentik company", "ftp://ada:hunter2@authentik.company", "https://ada:hunter2@authentik.company:99999",
		"https://:hunter2@authentik.company", "https://ada:hunter2@", "ada:hunter2",
	} {
		got, problem := link.ParseAddress("authentik address", "authentik.url", raw)
		if problem == nil {
			t.Errorf("%s is taken as %s", raw, got)
		} else if strings.Contains(problem.Summary+problem.Todo, "hunter2") {
			t.Errorf("%s is shown: %s %s", raw, problem.Summary, problem.Todo)
		}
	}
}

func TestTheExampleFitsTheSystem(t *testing.T) {
	_, problem := link.ParseAddress("PocketBase address", "pocketbase.url", "")
	if problem == nil || !strings.Contains(problem.Todo, "https://pocketbase.company") {
		t.Errorf("the problem is %v", problem)
	}
}

func TestRedirectURL(t *testing.T) {
	for base, want := range map[string]string{
		"https://pocketbase.company":    "https://pocketbase.company/api/oauth2-redirect",
		"https://pocketbase.company/":   "https://pocketbase.company/api/oauth2-redirect",
		"https://company.example/pb":    "https://company.example/pb/api/oauth2-redirect",
		"http://[::1]:8090":             "http://[::1]:8090/api/oauth2-redirect",
		"https://pocketbase.company///": "https://pocketbase.company/api/oauth2-redirect",
	} {
		if got := link.RedirectURL(base); got != want {
			t.Errorf("%s: got %s, want %s", base, got, want)
		}
	}
}

func TestSameHost(t *testing.T) {
	for name, test := range map[string]struct {
		a, b string
		want bool
	}{
		"the same":              {"https://a.company/x", "https://a.company/y", true},
		"capitals":              {"https://A.company", "https://a.company", true},
		"another scheme":        {"http://a.company", "https://a.company", false},
		"another port":          {"https://a.company:1", "https://a.company", false},
		"one that is not a URL": {"https://a.company:%", "https://a.company", false},
	} {
		if got := link.SameHost(test.a, test.b); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestPlainHTTP(t *testing.T) {
	for u, want := range map[string]bool{
		"http://authentik.company": true, "http://192.168.1.7:9000": true, "http://[2001:db8::7]/": true,
		"https://authentik.company": false, "http://localhost:9000": false, "http://pb.localhost": false,
		"http://127.0.0.1:9000": false, "http://127.8.8.8": false, "http://[::1]:9000": false, "http://%%": false,
	} {
		if got := link.PlainHTTP(u); got != want {
			t.Errorf("%s: got %v", u, got)
		}
	}
}

func TestSecretsCrossTheOpenNetworkUnencryptedOnlyWhenAllowed(t *testing.T) {
	for address, refused := range map[string]bool{
		"http://authentik.company:9000": true, "http://192.0.2.7": true, "http://[2001:db8::7]": true,
		"https://authentik.company": false, "http://127.0.0.1:9000": false, "http://localhost:9000": false,
		"http://authentik-server:9000": false, "http://10.0.0.7:9000": false, "http://[fd12::7]:9000": false, "http://pb.lan": false,
	} {
		if got := link.Unencrypted("authentik.url", address, "token", "allow it") != nil; got != refused {
			t.Errorf("%s: refused %t, want %t", address, got, refused)
		}
	}
}
