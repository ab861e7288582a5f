package linkfile_test

import (
	"strings"
	"testing"

	"authpocket/internal/linkfile"
)

// A link file names the address its values are sent to, so it must not read other
// secrets of the environment.
func TestOnlyNamedVariablesAreTaken(t *testing.T) {
	asked := map[string]bool{}
	lookup := func(name string) (string, bool) {
		asked[name] = true
		return "hunter2", true
	}
	for name, test := range map[string]struct {
		variable string
		allowed  []string
		taken    bool
	}{
		"authentik's":                   {"AUTHENTIK_TOKEN", nil, true},
		"PocketBase's":                  {"POCKETBASE_PASSWORD", nil, true},
		"one that is allowed":           {"VAULT_TOKEN", []string{"OTHER", "VAULT_TOKEN"}, true},
		"another":                       {"AWS_SECRET_ACCESS_KEY", nil, false},
		"another than the allowed one":  {"VAULT_TOKEN_2", []string{"VAULT_TOKEN"}, false},
		"the wizard's own":              {"AUTHPOCKET_STATE", nil, false},
		"one that only begins the same": {"AUTHENTIKTOKEN", nil, false},
		"one that holds the name":       {"MY_AUTHENTIK_TOKEN", nil, false},
		"authentik's in small letters":  {"authentik_token", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			clear(asked)
			text := "authentik:\n  url: https://evil.example/\n  token: 'x${" + test.variable + "}'\n"
			file, err := only(linkfile.Reader{Lookup: lookup, Env: test.allowed}.Parse("link.yaml", []byte(text)))
			if test.taken {
				if err != nil || file.Authentik.Token.Reveal() != "xhunter2" {
					t.Errorf("it is not taken: %v", err)
				}
				return
			}
			want := "link.yaml:3:10: the variable " + test.variable + " is not taken from the environment"
			if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "--allow-env "+
				test.variable) {
				t.Errorf("the error is %v", err)
			}
			if len(asked) > 0 {
				t.Errorf("the environment was asked for %v", asked)
			}
		})
	}
}
