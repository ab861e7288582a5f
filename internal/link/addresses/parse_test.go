package addresses_test

import (
	"strings"
	"testing"

	"authpocket/internal/link/addresses"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestParseAddressTellsWhatIsWrong(t *testing.T) {
	const example = "https://authentik.company"
	for name, test := range map[string]struct{ raw, summary, todo string }{
		"empty": {"", "The authentik address is missing.", example},
		"too long": {"https://a.company/" + strings.Repeat("a", 3000), "is longer than",
			"Choose a shorter one."},
		"only spaces":         {" \t ", "The authentik address is missing.", example},
		"a space inside":      {"https://authentik company", "has a space in it", example},
		"a line break inside": {"https://authentik\n.company", "has a space in it", example},
		"no scheme":           {"authentik.company", "has no scheme", "https://authentik.company"},
		"no scheme but a port": {"authentik.company:9443/if/", "has no scheme",
			"https://authentik.company:9443/if/"},
		"no scheme but slashes": {"//authentik.company", "has no scheme", "https://authentik.company"},
		"a scheme without its colon": {"https//authentik.company", "has no scheme",
			"front: https://authentik.company"},
		"a scheme with one slash": {"https:/authentik.company", "has no scheme",
			"front: https://authentik.company"},
		"a scheme with backslashes": {`https:\\authentik.company`, "has no scheme",
			"front: https://authentik.company"},
		"a name that begins like a scheme": {"httpd.company", "has no scheme", "front: https://httpd.company"},
		"a scheme alone":                   {"https:", "has no scheme", example},
		"another scheme": {"ftp://authentik.company", "starts with ftp://",
			"Use https:// or http://."},
		"a script": {"javascript://authentik.company/%0aalert(1)",
			"starts with javascript://", "Use https:// or http://."},
		"a script without slashes": {"javascript:alert(1)", "has no scheme", example},
		"a file": {"file:///etc/passwd", "starts with file://",
			"Use https:// or http://."},
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
			got, problem := addresses.Parse(report.Authentik, say.Of("The authentik address"), "authentik.url",
				test.raw)
			if problem == nil {
				t.Fatalf("it is taken as %q", got)
			}
			if problem.Field != "authentik.url" || !strings.Contains(problem.Summary.String(), test.summary) {
				t.Errorf("at %s: %q does not say %q", problem.Field, problem.Summary, test.summary)
			}
			if !strings.Contains(problem.Todo.String()+problem.Summary.String(), test.todo) {
				t.Errorf("%q does not say %q", problem.Todo, test.todo)
			}
		})
	}
}

func TestParseAddressNeverShowsAPassword(t *testing.T) {
	for _, raw := range []string{
		"https://ada:hunter2@authentik.company", "ada:hunter2@authentik.company",
		"https:/ada:hunter2@authentik.company",
		"https://ada:hunter2@authentik company", "ftp://ada:hunter2@authentik.company",
		"https://ada:hunter2@authentik.company:99999",
		"https://:hunter2@authentik.company", "https://ada:hunter2@", "ada:hunter2",
	} {
		got, problem := addresses.Parse(report.Authentik, say.Of("The authentik address"), "authentik.url", raw)
		if problem == nil {
			t.Errorf("%s is taken as %s", raw, got)
		} else if strings.Contains(problem.Summary.String()+problem.Todo.String(), "hunter2") {
			t.Errorf("%s is shown: %s %s", raw, problem.Summary, problem.Todo)
		}
	}
}

func TestTheExampleFitsTheSystem(t *testing.T) {
	_, problem := addresses.Parse(report.PB, say.Of("The PocketBase address"), "pocketbase.url", "")
	if problem == nil || !strings.Contains(problem.Todo.String(), "https://pocketbase.company") {
		t.Errorf("the problem is %v", problem)
	}
}

func TestSecretsCrossTheOpenNetworkUnencryptedOnlyWhenAllowed(t *testing.T) {
	for address, refused := range map[string]bool{
		"http://authentik.company:9000": true, "http://192.0.2.7": true, "http://[2001:db8::7]": true,
		"https://authentik.company": false, "http://127.0.0.1:9000": false, "http://localhost:9000": false,
		"http://authentik-server:9000": false, "http://10.0.0.7:9000": false, "http://[fd12::7]:9000": false,
		"http://pb.lan": false,
	} {
		if got := addresses.Unencrypted(report.Authentik, address, say.Of("Allow it.")) != nil; got != refused {
			t.Errorf("%s: refused %t, want %t", address, got, refused)
		}
	}
}
