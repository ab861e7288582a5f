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
	"authpocket/internal/say"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhereLinkFilesComeFrom(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	reader := environment()
	if _, err := reader.All(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "there is no link.yaml in") {
		t.Errorf("without a file: %v", err)
	}
	write(t, "link.yaml", whole)
	if file, err := reader.One(t.Context(), ""); err != nil || file.Path != "link.yaml" {
		t.Errorf("the default is %q, %v", file.Path, err)
	}
	reader.Stdin = strings.NewReader(whole + "x: 1\n")
	if _, err := reader.One(t.Context(), "-"); err == nil || !strings.HasPrefix(err.Error(), "standard input:8:1: ") {
		t.Errorf("standard input: %v", err)
	}
	write(t, "other.yml", several)
	write(t, "notes.txt", "no link file")
	if err := os.MkdirAll("below.yaml", 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := reader.All(t.Context(), dir)
	got := link.Each(files, func(f linkfile.File) string { return filepath.Base(f.Path) + " " + f.Name })
	if diff := cmp.Diff([]string{"link.yaml ", "other.yml shop", "other.yml blog"}, got); diff != "" || err != nil {
		t.Errorf("the directory holds (want -, got +):\n%s%v", diff, err)
	}
	if _, err := reader.One(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "link, shop and blog") {
		t.Errorf("one of three: %v", err)
	}
	write(t, "link.yaml", "email: leave\nx: 1\n")
	write(t, "other.yml", "y: 1\n")
	if _, err := reader.All(t.Context(), "."); err == nil || strings.Count(err.Error(), "there is no key") != 2 {
		t.Errorf("both files are wrong: %v", err)
	}
}

func TestLinksAreMergedOverTheDefaults(t *testing.T) {
	files, err := environment().Parse("link.yaml", []byte(several))
	if err != nil || len(files) != 2 {
		t.Fatalf("%d links, %v", len(files), err)
	}
	want := []link.Spec{
		{AuthentikURL: "https://authentik.company", PocketBaseURLs: []string{"https://shop.company"},
			Email: link.EmailLeave, PocketBase: link.PocketBase{PKCE: new(false)}},
		{AuthentikURL: "https://authentik.company", PocketBaseURLs: []string{"https://blog.company"},
			Email: link.EmailTrustAll, PocketBase: link.PocketBase{PKCE: new(true)},
			Application: link.Application{Slug: new("blog")}},
	}
	for i, file := range files {
		spec, problems := file.Spec()
		if diff := cmp.Diff(want[i], spec); diff != "" || len(problems) > 0 {
			t.Errorf("%s (want -, got +):\n%s%v", file.Name, diff, problems)
		}
	}
	if at := files[1].Place("pocketbase.pkce").String(); at != "link.yaml:3:52" {
		t.Errorf("the default of pkce is at %s", at)
	}
	if at := files[1].Place("application.slug").String(); at != "link.yaml:10:25" {
		t.Errorf("the slug is at %s", at)
	}
}

func TestWhatIsWrongWithSeveralLinks(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"names": {"links: [{name: a}, {name: a}, {name: 'a b'}, {email: leave}, b]\n", []string{
			"link.yaml:1:20: there is another link with this name",
			"link.yaml:1:38: the name of a link consists of letters, digits, hyphens, dots and underscores",
			"link.yaml:1:46: this link has no name",
			"link.yaml:1:62: a link is a mapping with name and the keys of a link file"}},
		"a key of every link, once": {"defaults: {emil: leave}\nlinks: [{name: a}, {name: b}]\n",
			[]string{"link.yaml:1:12: there is no key emil; did you mean email?"}},
		"keys beside them": {"links: [{name: a}]\nemail: leave\n",
			[]string{"link.yaml:2:1: the key email belongs below defaults or an entry of links"}},
		"nothing": {"defaults: {}\n", []string{"link.yaml:1:1: there is no links: a list with one entry per link"}},
		"no entry": {"links: []\n",
			[]string{"link.yaml:1:8: links must be a list with one entry per link, such as - name: shop"}},
		"no list": {"defaults: {}\nlinks:\n  name: shop\n",
			[]string{"link.yaml:3:3: links must be a list with one entry per link, such as - name: shop"}},
	} {
		_, err := environment().Parse("link.yaml", []byte(test.text))
		if err == nil {
			t.Errorf("%s: there is no error", name)
		} else if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
			t.Errorf("%s (want -, got +):\n%s", name, diff)
		}
	}
}

func TestEveryProblemHasAPlace(t *testing.T) {
	file, err := parse("authentik:\n  url: authentik.company\npocketbase:\n  public_urls: ['https://a.company', 'b c']\n" +
		"provider:\n  redirect_uris:\n    - https://a.company/x\n    - {url: ''}\n")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := file.Spec()
	problems.Add("access.groups.0", say.Of("of a server"), say.Text{})
	got := link.Each(problems, func(p report.Problem) string {
		return p.Field + " " + file.Locate(p.Message()).Place.String()
	})
	want := []string{"authentik.token link.yaml:1:1", "email link.yaml:1:1", "authentik.url link.yaml:2:8",
		"pocketbase.url link.yaml:3:1", "pocketbase.token link.yaml:3:1", "pocketbase.public_urls.1 link.yaml:4:38",
		"provider.redirect_uris.1 link.yaml:8:7", "access.groups.0 link.yaml:1:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the places (want -, got +):\n%s", diff)
	}
}

// What a command does not need cannot stop it.
func TestNeeds(t *testing.T) {
	const bad = "application: {slug: shop, publisher: \"a\\nb\", hide: maybe, unknown: 1}\naccess: ${NONE}\n"
	reader := environment()
	if _, err := only(reader.Parse("link.yaml", []byte(whole+bad))); err == nil {
		t.Error("a command that needs all takes it")
	}
	reader.Needs = linkfile.Identity()
	for name, text := range map[string]string{
		"wrong keys":    whole + bad,
		"wrong values":  whole + "application: {slug: shop, publisher: \"a\\nb\"}\n",
		"wrong email":   strings.Replace(whole, "trust-all", "all", 1) + "application: {slug: shop}\n",
		"several links": strings.Replace(several, "{slug: blog}", "{slug: shop, hide: maybe}", 1),
	} {
		files, err := reader.Parse("link.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		spec, problems := files[len(files)-1].Spec()
		if link.Value(spec.Application.Slug, "") != "shop" || spec.AuthentikURL == "" || len(problems) > 0 {
			t.Errorf("%s: the slug of %s is %v, %v", name, spec.AuthentikURL, spec.Application.Slug, problems)
		}
	}
	noScheme := strings.Replace(whole, "https://authentik", "authentik", 1)
	file, err := only(reader.Parse("link.yaml", []byte(noScheme+bad)))
	if _, problems := file.Spec(); err != nil || len(problems) != 1 || problems[0].Field != "authentik.url" {
		t.Errorf("a wrong address: %v, %v", problems, err)
	}
	file, err = only(reader.Parse("link.yaml", []byte(whole)))
	if spec, _ := file.Spec(); err != nil || spec.Email != link.EmailTrustAll {
		t.Errorf("of a file without problems, the decision is %q, %v", spec.Email, err)
	}
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"authentik_token": "abc\n", "AUTHENTIK.windows": "abc\r\n",
		"other":           "abc",
		"authentik-lines": "a\nb\n", "authentik-empty": "\n", "authentik-large": strings.Repeat("a", 1<<20)} {
		write(t, filepath.Join(dir, name), text)
	}
	reader := environment()
	reader.Files = []string{filepath.Join(dir, "other")}
	for name, test := range map[string]struct{ path, says string }{
		"a file":                   {filepath.Join(dir, "authentik_token"), ""},
		"a file of Windows":        {filepath.Join(dir, "AUTHENTIK.windows"), ""},
		"a file that is allowed":   {filepath.Join(dir, "other"), ""},
		"a file of another name":   {"/etc/hostname", "its name does not begin with authentik"},
		"PocketBase's":             {"testdata/pocketbase-secret", "its name does not begin with authentik"},
		"a file that is not there": {filepath.Join(dir, "authentik_no"), "no such file"},
		"several lines":            {filepath.Join(dir, "authentik-lines"), "more than one line"},
		"nothing":                  {filepath.Join(dir, "authentik-empty"), "is empty"},
		"a large file":             {filepath.Join(dir, "authentik-large"), "larger than 16 kB"},
	} {
		text := strings.Replace(whole, "token: ${AUTHENTIK_TOKEN}", "token_file: "+test.path, 1)
		file, err := only(reader.Parse("link.yaml", []byte(text)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, problems := file.Spec()
		switch {
		case test.says == "" && (file.Authentik.Token.Reveal() != "abc" || len(problems) > 0):
			t.Errorf("%s: %q, %v", name, file.Authentik.Token.Reveal(), problems)
		case test.says != "" && (len(problems) != 1 || problems[0].Field != "authentik.token_file" ||
			!strings.Contains(problems.Error(), test.says)):
			t.Errorf("%s: %v", name, problems)
		}
	}
}
