package linkfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
)

// environment holds the variables of the tests' link files.
func environment() linkfile.Reader {
	return linkfile.Reader{Lookup: variable, Env: []string{"EMPTY", "YES", "NUMBER", "YAML", "NULL", "NONE", "HOST",
		"PORT", "SECRET"}}
}

func variable(name string) (string, bool) {
	value, found := map[string]string{
		"AUTHENTIK_TOKEN": "token of authentik", "POCKETBASE_TOKEN": "token of PocketBase", "SECRET": "a secret",
		"EMPTY": "", "YES": "true", "NUMBER": "7", "YAML": "a: b # c", "NULL": "null",
	}[name]
	return value, found
}

func parse(text string) (linkfile.File, error) {
	return only(environment().Parse("link.yaml", []byte(text)))
}

// only returns the only link of a file.
func only(files []linkfile.File, err error) (linkfile.File, error) {
	if err != nil {
		return linkfile.File{}, err
	}
	return files[0], nil
}

const whole = `authentik:
  url: https://authentik.company
  token: ${AUTHENTIK_TOKEN}
pocketbase:
  url: https://pocketbase.company
  token: ${POCKETBASE_TOKEN}
email: trust-all
`

func TestEveryKeyIsRead(t *testing.T) {
	file, err := environment().One(t.Context(), filepath.Join("testdata", "every-key.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, field := range fields("", file) {
		if field.IsZero() {
			t.Errorf("%s is not read", name)
		}
	}
	spec, problems := file.Spec()
	if len(problems) > 0 {
		t.Fatalf("there are problems:\n%v", problems)
	}
	if diff := cmp.Diff(everySetting(), spec); diff != "" {
		t.Errorf("the spec (want -, got +):\n%s", diff)
	}
}

func TestTheSmallestFile(t *testing.T) {
	file, err := parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	spec, problems := file.Spec()
	if len(problems) > 0 {
		t.Fatalf("there are problems:\n%v", problems)
	}
	want := link.Spec{AuthentikURL: "https://authentik.company", PocketBaseURLs: []string{"https://pocketbase.company"},
		Email: link.EmailTrustAll}
	if diff := cmp.Diff(want, spec); diff != "" {
		t.Errorf("the spec (want -, got +):\n%s", diff)
	}
	if file.Authentik.Token.Reveal() != "token of authentik" ||
		file.PocketBase.Token.Reveal() != "token of PocketBase" {
		t.Error("the tokens are not those of the environment")
	}
}

func TestSpecTellsAllThatIsWrongAtOnce(t *testing.T) {
	file, err := parse("authentik: {url: authentik.company, public_url: 'ftp://x'}\npocketbase: {url: '', " +
		"public_urls: ['https://a.company', 'b c']}\napplication: {slug: 'a b'}\n")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := file.Spec()
	var fields []string
	for _, p := range problems {
		fields = append(fields, p.Field)
	}
	want := []string{"authentik.token", "email", "authentik.url", "authentik.public_url", "pocketbase.token",
		"pocketbase.url", "pocketbase.public_urls.1", "application.slug"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("the fields (want -, got +):\n%s\n%v", diff, problems)
	}
}

func TestCredentialsOfPocketBase(t *testing.T) {
	for name, test := range map[string]struct {
		keys string
		ok   bool
	}{
		"a token":                   {"token: ${SECRET}", true},
		"an address and a password": {"email: a@b.c\n  password: ${SECRET}", true},
		"an address alone":          {"email: a@b.c", false},
		"a password alone":          {"password: ${SECRET}", false},
		"a variable that is empty":  {"token: ${EMPTY}", false},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parse(strings.Replace(whole, "token: ${POCKETBASE_TOKEN}", test.keys, 1))
			if err != nil {
				t.Fatal(err)
			}
			_, problems := file.Spec()
			if (len(problems) == 0) != test.ok {
				t.Errorf("the problems are:\n%v", problems)
			}
		})
	}
}

func TestPublicAddressesReplaceThoseThatAreUsed(t *testing.T) {
	file, err := parse(strings.NewReplacer("  token: ${AUTHENTIK_TOKEN}",
		"  token: ${SECRET}\n  public_url: https://login.company/",
		"  token: ${POCKETBASE_TOKEN}",
		"  token: ${SECRET}\n  public_urls: [https://one.company/_/, https://two.company]").Replace(whole))
	if err != nil {
		t.Fatal(err)
	}
	spec, problems := file.Spec()
	if len(problems) > 0 || spec.AuthentikURL != "https://login.company" {
		t.Errorf("authentik is at %s, the problems are:\n%v", spec.AuthentikURL, problems)
	}
	if diff := cmp.Diff([]string{"https://one.company", "https://two.company"}, spec.PocketBaseURLs); diff != "" {
		t.Errorf("PocketBase is at (want -, got +):\n%s", diff)
	}
}

func TestOpenTellsWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte("# "+strings.Repeat("x", linkfile.MaxSize)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, says string }{
		"a file that is not there": {filepath.Join(dir, "none.yaml"), "none.yaml: no such file"},
		"a folder of no files":     {t.TempDir(), "there is no link file"},
		"a file that is too large": {large, "large.yaml:1:1: larger than 1 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := environment().One(t.Context(), test.path); err == nil ||
				!strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %v", err)
			} else if strings.Contains(err.Error(), ": open") || strings.Contains(err.Error(), ": read") {
				t.Errorf("the error says twice what was done: %v", err)
			}
		})
	}
}

func TestAPresetOfALinkFile(t *testing.T) {
	file, err := parse(whole + "preset: beszel\n")
	if err != nil {
		t.Fatal(err)
	}
	if spec, problems := file.Spec(); spec.Defaults.Slug != "beszel" || len(problems) > 0 {
		t.Errorf("%+v, %v", spec, problems)
	}
	for text, says := range map[string]string{
		"preset: bezsel\n":   "link.yaml:8:9: There is no preset “bezsel”. Use beszel, ",
		"preset:\n":          "link.yaml:8:8: preset: this has no value",
		"preset: wanderer\n": "The preset wanderer needs the address at which people open the app.",
	} {
		file, err := parse(whole + text)
		said := ""
		if err != nil {
			said = err.Error()
		} else if _, problems := file.Spec(); len(problems) == 1 {
			m := file.Locate(problems[0].Message())
			said = m.Place.String() + ": " + m.Text(report.OnPage).String()
		}
		if !strings.Contains(said, says) {
			t.Errorf("%q: %s", text, said)
		}
	}
}
