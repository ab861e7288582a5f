package linkfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
)

func TestWhatIsWrongIsNamedWithFileAndLine(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string // the lines of the error
	}{
		"an unknown key": {"email: leave\naplication: {}\n",
			[]string{"link.yaml:2:1: there is no key aplication; did you mean application?"}},
		"an unknown key below another": {
			"application:\n  slugg: a\n",
			[]string{"link.yaml:2:3: there is no key application.slugg; did you mean application.slug?"},
		},
		"a key of the other system": {"authentik:\n  collection: users\n",
			[]string{"link.yaml:2:3: there is no key authentik.collection; did you mean pocketbase.collection?"}},
		"a key in capitals": {"Email: leave\n",
			[]string{"link.yaml:1:1: there is no key Email; did you mean email?"}},
		"keys of another mapping": {"name: Shop\nslug: shop\n",
			[]string{"link.yaml:1:1: there is no key name; did you mean application.name or provider.name?",
				"link.yaml:2:1: there is no key slug; did you mean application.slug?"}},
		"a key that is set by itself": {"pocketbase:\n  rewrite_secret: true\n",
			[]string{"link.yaml:2:3: there is no key pocketbase.rewrite_secret; use auth_rule, auth_url, ca_file, " +
				"collection, create_rule, display_name, email, enabled, groups, groups_claim, insecure_http, issuers, " +
				"jwks_url, map_avatar, map_id, map_name, map_username, otp, password, password_auth, password_file, " +
				"pkce, public_urls, show_controls, slot, token, token_file, token_url, url, user_info or user_info_url"}},
		"unknown keys in a list": {
			"provider:\n  redirect_uris:\n    - uri: https://a\n    - {url: b, matching_mode: strict}\n",
			[]string{"link.yaml:3:7: there is no key provider.redirect_uris[0].uri; did you mean " +
				"provider.redirect_uris[0].url?",
				"link.yaml:4:16: there is no key provider.redirect_uris[1].matching_mode; use mode, " +
					"type or url"},
		},
		"unknown keys all at once": {
			"a: 1\napplication:\n  b: 2\n  name: c\n  d: 3\naccess:\n  e: []\n",
			[]string{"link.yaml:1:1: there is no key a; use access, application, authentik, email, existing, " +
				"pocketbase, preset or provider",
				"link.yaml:3:3: there is no key application.b; use description, group, hide, icon, " +
					"launch_url, name, open_in_new_tab, policy_engine_mode, publisher or slug",
				"link.yaml:5:3: there is no key application.d; use description, group, hide, icon, " +
					"launch_url, name, open_in_new_tab, policy_engine_mode, publisher or slug",
				"link.yaml:7:3: there is no key access.e; use groups, policies or users"},
		},
		"an unknown key behind an anchor": {
			"application: &x\n  nam: a\nprovider: *x\n",
			[]string{"link.yaml:2:3: there is no key application.nam; did you mean application.name?",
				"link.yaml:2:3: there is no key provider.nam; did you mean provider.name?"},
		},
		"an unknown key that is merged": {"application:\n  <<: {slugs: a}\n",
			[]string{"link.yaml:2:8: there is no key application.slugs; did you mean application.slug?"}},
		"a key twice": {"email: leave\nemail: leave\n",
			[]string{"link.yaml:2:1: the key email is already set on line 1"}},
		"missing variables all at once": {
			"authentik:\n  token: ${NONE}\n  url: https://${HOST}.company:${PORT}\n",
			[]string{"link.yaml:2:10: the environment has no variable NONE",
				"link.yaml:3:8: the environment has no variable HOST",
				"link.yaml:3:8: the environment has no variable PORT"},
		},
		"missing variables in a list": {"access:\n  groups: [a, '${NONE}']\n",
			[]string{"link.yaml:2:15: the environment has no variable NONE"}},
		"values of other types all at once": {
			"application:\n  hide: maybe\n  name: [a]\npocketbase:\n  public_urls: https://a\nprovider: text\n",
			[]string{"link.yaml:2:9: application.hide: this must be true or false",
				"link.yaml:3:9: application.name: this must be text",
				"link.yaml:5:16: pocketbase.public_urls: this must be a list: each entry on its own line after a " +
					"hyphen",
				"link.yaml:6:11: provider: this must be a mapping: keys with their values, one per line"},
		},
		"unknown keys, values of other types, what is not set and settings, all at once": {
			"foo: bar\napplication:\n  slug: a b\n  hide: maybe\n  group: ${NONE}\n  launch_url: ${YES}\n" +
				"authentik: {token: abc, url: ftp://a}\n",
			[]string{"link.yaml:1:1: there is no key foo; use access, application, authentik, email, existing, " +
				"pocketbase, preset or provider",
				"link.yaml:3:9: application.slug: The slug “a b” has characters that authentik does not allow. " +
					"Use letters, digits, hyphens and underscores only.",
				"link.yaml:4:9: application.hide: this must be true or false",
				"link.yaml:5:10: the environment has no variable NONE",
				"link.yaml:7:20: authentik.token: a secret does not belong in the file: take it from the environment " +
					"with token: ${AUTHENTIK_TOKEN}, or from a file with token_file: PATH",
				"link.yaml:7:30: authentik.url: The authentik address starts with ftp://, which is not a web address. " +
					"Use https:// or http://."},
		},
		"a mapping for a token": {"authentik:\n  token: {a: b}\n", []string{
			"link.yaml:2:10: authentik.token: this must be text"}},
		"a mapping for an email": {"email: {a: b}\n", []string{"link.yaml:1:8: email: this must be text"}},
		"keys without a value": {"application: {name: }\nprovider:\n  redirect_uris:\n  # left open\n", []string{
			"link.yaml:1:21: application.name: this has no value: leave the key out, or write \"\" for an empty one",
			"link.yaml:3:17: provider.redirect_uris: this must be a list: each entry on its own line after a hyphen"}},
		"secrets in the file": {"authentik: {token: abc}\npocketbase:\n  token: def\n  password: $X\nprovider: " +
			"{client_secret: 1}\n", []string{
			"link.yaml:1:20: authentik.token: a secret does not belong in the file: take it from the environment " +
				"with " +
				"token: ${AUTHENTIK_TOKEN}, or from a file with token_file: PATH",
			"link.yaml:3:10: pocketbase.token: a secret does not belong in the file: take it from the environment " +
				"with " +
				"token: ${POCKETBASE_TOKEN}, or from a file with token_file: PATH",
			"link.yaml:4:13: pocketbase.password: a secret does not belong in the file: take it from the environment " +
				"with password: ${POCKETBASE_PASSWORD}, or from a file with password_file: PATH"}},
		"a list of lists": {"access:\n  groups: [[staff]]\n", []string{
			"link.yaml:2:12: access.groups[0]: this must be text"}},
		"a list for a redirect": {"provider:\n  redirect_uris: [[a]]\n",
			[]string{"link.yaml:2:19: provider.redirect_uris[0]: this must be an address, or a mapping with url, mode and " +
				"type"}},
		"no limit of groups": {"provider:\n  groups_claim: none\n", []string{
			"link.yaml:2:17: provider.groups_claim: this must be bound, or a list of names of groups"}},
		"a limit that is a mapping": {"provider:\n  groups_claim: {names: [staff]}\n", []string{
			"link.yaml:2:17: provider.groups_claim: this must be bound, or a list of names of groups"}},
		"a limit of nothing": {"provider:\n  groups_claim:\n    - staff\n    -\n", []string{
			"link.yaml:3:5: provider.groups_claim: this must be bound, or a list of names of groups"}},
		"half a surrogate pair": {"provider:\n  groups_claim: [\"\\uD83D\"]\n", []string{
			"link.yaml:2:24: this is not YAML: found invalid Unicode character escape code"}},
		"a number for a switch": {"pocketbase:\n  pkce: ${NUMBER}\n",
			[]string{"link.yaml:2:9: pocketbase.pkce: this must be true or false"}},
		"nothing":         {"", []string{"link.yaml:1:1: the file is empty"}},
		"a comment alone": {"# nothing\n", []string{"link.yaml:1:1: the file is empty"}},
		"text": {"hello\n",
			[]string{"link.yaml:1:1: a link file is a mapping with the keys authentik and pocketbase"}},
		"a list": {"- authentik\n",
			[]string{"link.yaml:1:1: a link file is a mapping with the keys authentik and pocketbase"}},
		"two documents": {"email: leave\n---\nemail: leave\n",
			[]string{"link.yaml:2:1: a second document begins here: put each link in a file of its own, or all " +
				"below links"}},
		"a tab": {"authentik:\n\turl: a\n",
			[]string{"link.yaml:2:1: this is not YAML: indent with spaces, not with tabs"}},
		"a tab after spaces": {"authentik:\n  url: a\n \ttoken: b\n",
			[]string{"link.yaml:3:2: this is not YAML: indent with spaces, not with tabs"}},
		"a quote that ends in another": {"email: \"leave\naccess:\n  groups: [\"a\"]\npreset: own",
			[]string{"link.yaml:3:13: this is not YAML: did not find expected key"}},
		"a quote that never ends after one that does": {"preset: \"a\n  b\"\naccess: {groups: [\"a\"], users: [\"b]}",
			[]string{"link.yaml:3:33: this is not YAML: found unexpected end of stream"}},
		"a quote that never ends on the only line": {"email: \"leave",
			[]string{"link.yaml:1:8: this is not YAML: found unexpected end of stream"}},
		"a list that never ends": {"email: leave\naccess:\n  groups: [a, b\nexisting: ask\n",
			[]string{"link.yaml:3:15: this is not YAML: did not find expected ',' or ']'"}},
		"an entry that is indented too little": {"authentik:\n    url: a\n    token: b\n  ca_file: c\nemail: leave\n",
			[]string{"link.yaml:4:3: this is not YAML: did not find expected key"}},
		"a value with a colon": {"application:\n  name: Shop: Beta\nemail: leave\n",
			[]string{"link.yaml:2:13: this is not YAML: mapping values are not allowed in this context"}},
		"a key without its colon": {"email: leave\nexisting\npreset: a\naccess:\n",
			[]string{"link.yaml:2:1: this is not YAML: could not find expected ':'"}},
		"an alias of nothing": {"email: leave\npreset: *hunter2\n",
			[]string{"link.yaml:2:10: this is not YAML: unknown anchor value referenced"}},
		"more after all of it": {"{email: leave}\npreset: a\n",
			[]string{"link.yaml:2:1: this is not YAML: did not find expected <document start>"}},
		"bytes that are no text": {"email: leave\npreset: \"ä\xff\"\n",
			[]string{"link.yaml:2:11: this is not YAML: invalid leading UTF-8 octet"}},
		"half a character": {"email: leave\npreset: \xc3",
			[]string{"link.yaml:2:9: this is not YAML: incomplete UTF-8 octet sequence"}},
		"no YAML at all": {"\x00\x01",
			[]string{"link.yaml:1:1: this is not YAML: control characters are not allowed"}},
		"no YAML after much of it": {strings.Repeat("# much\n", 1<<14) + "a: b: c\n",
			[]string{"link.yaml:16385:5: this is not YAML: mapping values are not allowed in this context"}},
		"no YAML after very much of it": {strings.Repeat("# much\n", 1<<15) + "a: b: c\n",
			[]string{"link.yaml:32769:1: this is not YAML: mapping values are not allowed in this context"}},
		"an anchor in itself": {"access: &a\n  groups: *a\n",
			[]string{"link.yaml:2:11: this alias names a value that contains the alias itself"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.text)
			if err == nil {
				t.Fatal("there is no error")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("the error (want -, got +):\n%s", diff)
			}
		})
	}
}

func TestSecretsAreNeverInAnError(t *testing.T) {
	for name, text := range map[string]string{
		"a token of another type":             "authentik:\n  token: [hunter2]\n",
		"a switch that is a secret":           "pocketbase:\n  pkce: hunter2\n",
		"a switch that has backquotes":        "pocketbase:\n  pkce: \"a` hunter2\"\n",
		"a switch that has lines":             "pocketbase:\n  pkce: \"`\\n hunter2\"\n",
		"a switch that looks like the error":  "pocketbase:\n  pkce: \"` into hunter2\"\n",
		"a token in the place of a mapping":   "authentik: token=hunter2\n",
		"a token without a space before it":   "authentik: {url: a, token:hunter2}\n",
		"a token without a space, in a block": "authentik:\n  url: https://a\n  token:hunter2\n",
		"a token that begins with a star":     "authentik:\n  token: *hunter2\n",
		"a token that begins with a tag":      "authentik:\n  token: !!int hunter2\n",
		"a token that is an unknown tag":      "authentik:\n  token: !hunter2 [x]\n",
		"a token that begins with a percent":  "authentik:\n  token: %hunter2\n",
		"a token with a colon in it":          "authentik:\n  token: a: hunter2\n",
		"a token with an open quote":          "authentik:\n  token: \"hunter2\n",
		"a variable of the wrong type":        "pocketbase:\n  show_controls: ${SECRET}\n",
		"a list of a secret":                  "access:\n  groups: hunter2\n",
		"a secret as an anchor of itself":     "access: &hunter2\n  groups: *hunter2\n",
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parseWith(text, "SECRET", "hunter2")
			if err == nil {
				_, problems := file.Spec()
				err = problems.Err()
			}
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestProblemsOfTheSpecNeverShowASecret(t *testing.T) {
	file, err := parse(strings.NewReplacer("https://authentik.company", "ada:hunter2@authentik.company").Replace(whole))
	if err != nil {
		t.Fatal(err)
	}
	_, problems := file.Spec()
	if len(problems) != 1 || strings.Contains(problems.Error(), "hunter2") {
		t.Errorf("the problems are:\n%v", problems)
	}
}

func TestVariables(t *testing.T) {
	for name, test := range map[string]struct{ value, want string }{
		"alone":                    {"${NUMBER}", "7"},
		"within text":              {"a ${NUMBER} b${NUMBER}", "a 7 b7"},
		"in quotes":                {"'${NUMBER}'", "7"},
		"that hold YAML":           {"${YAML}", "a: b # c"},
		"that hold null":           {"${NULL}", "null"},
		"that are empty":           {"${EMPTY}", ""},
		"that are true in a text":  {"${YES}", "true"},
		"are text after another $": {"a $${NUMBER} $$${NUMBER} ${NUMBER}", "a ${NUMBER} $${NUMBER} 7"},
		"that no one may have":     {"$${PATH}", "${PATH}"},
		"need braces":              {"$NUMBER", "$NUMBER"},
		"need a name":              {"'${}'", "${}"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parse("application:\n  name: " + test.value + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if got := link.Value(file.Application.Name, "(nothing)"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestVariablesAreExpandedOnce(t *testing.T) {
	file, err := parseWith("application:\n  name: ${SECRET}\n  group: &g ${SECRET}\n  publisher: *g\n", "SECRET",
		"${SECRET}")
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []*string{file.Application.Name, file.Application.Group, file.Application.Publisher} {
		if *got != "${SECRET}" {
			t.Errorf("got %q", *got)
		}
	}
}

func TestOpenClearedAndSetAreThreeThings(t *testing.T) {
	file, err := parse("application: {group: '', hide: false}\nprovider: {scope_mappings: []}\naccess: {}\n" +
		"pocketbase:\n")
	if err != nil {
		t.Fatal(err)
	}
	a := file.Application
	if a.Name != nil || a.Group == nil || *a.Group != "" || a.Hide == nil || *a.Hide || a.Publisher != nil {
		t.Errorf("the application is %+v", a)
	}
	if file.Provider.RedirectURIs != nil || file.Provider.ScopeMappings == nil || file.Access == nil {
		t.Errorf("redirect URIs %v, mappings %v, access %v", file.Provider.RedirectURIs, file.Provider.ScopeMappings,
			file.Access)
	}
}

func TestAnchorsAndMerges(t *testing.T) {
	file, err := parse("application:\n  <<: &base {name: Shop, publisher: Us}\n  publisher: Them\nprovider: {name: " +
		"&n Login}\naccess:\n  groups: &g [staff, admins]\n  policies: *g\n  users: [*n]\n")
	if err != nil {
		t.Fatal(err)
	}
	if *file.Application.Name != "Shop" || *file.Application.Publisher != "Them" {
		t.Errorf("the application is %+v", file.Application)
	}
	want := &link.Access{Groups: []string{"staff", "admins"}, Policies: []string{"staff", "admins"},
		Users: []string{"Login"}}
	if diff := cmp.Diff(want, file.Access); diff != "" {
		t.Errorf("access (want -, got +):\n%s", diff)
	}
}

func TestSecretsAreNotSentInTheClearUnlessAllowed(t *testing.T) {
	const open = "The address is plain http: anyone on the network can read the "
	for name, one := range map[string]struct {
		text string
		want []string // the problems' fields
	}{
		"https": {whole, nil},
		"http to another machine": {strings.ReplaceAll(whole, "https://", "http://"),
			[]string{"authentik.url", "pocketbase.url"}},
		"http to this machine": {strings.NewReplacer("https://authentik.company", "http://127.0.0.1:9000",
			"https://pocketbase.company", "http://localhost:8090").Replace(whole), nil},
		"allowed for one": {strings.NewReplacer("https://", "http://", "  token: ${AUTH",
			"  insecure_http: true\n  token: ${AUTH").Replace(whole), []string{"pocketbase.url"}},
		"allowed for both": {strings.NewReplacer("https://", "http://", "  token:",
			"  insecure_http: true\n  token:").Replace(whole), nil},
		"only browsers use plain http": {strings.Replace(whole, "  token: ${AUTH",
			"  public_url: http://authentik.company\n  token: ${AUTH", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parse(one.text)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := file.Spec()
			var got []string
			for _, p := range problems {
				got = append(got, p.Field)
				if !strings.HasPrefix(p.Summary.String(), open) || !strings.Contains(p.Todo.String(),
					"insecure_http: true") {
					t.Errorf("the problem is %+v", p)
				}
			}
			if diff := cmp.Diff(one.want, got); diff != "" {
				t.Errorf("problems (want -, got +):\n%s", diff)
			}
		})
	}
}
