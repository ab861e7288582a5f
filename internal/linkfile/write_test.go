package linkfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/secret"
)

func TestAWrittenFileIsReadAgain(t *testing.T) {
	every := everySetting()
	every.Provider.RedirectURIs[2].Mode = link.RedirectStrict // as a file says it
	for name, want := range map[string]link.Spec{
		"every setting": every,
		"few settings": {AuthentikURL: "https://a.company", PocketBaseURLs: []string{"https://p.company"},
			Email: link.EmailLeave, PocketBase: link.PocketBase{Collection: new("people")}},
		"cleared and odd ones": {AuthentikURL: "https://a.company", PocketBaseURLs: []string{"https://p.company"},
			Email: link.EmailLeave, PocketBase: link.PocketBase{PKCE: new(false), MapName: new("")},
			Application: link.Application{Name: new("yes"), Publisher: new("007"), Group: new("a: b # c"),
				Description: new("x\n\n y\n"), Hide: new(false)},
			Provider: link.Provider{ScopeMappings: []string{"null", "true"},
				GroupsClaim: &link.GroupsLimit{Names: []string{}}}},
		"hostile groups": {AuthentikURL: "https://a.company", PocketBaseURLs: []string{"https://p.company"},
			Email: link.EmailLeave, Provider: link.Provider{GroupsClaim: &link.GroupsLimit{
				Names: []string{"bound", "null", "- a: b # c", "\"]; x", "a\n\nb\n", "\u2028", "😀", " padded "}}}},
		"bound groups": {AuthentikURL: "https://a.company", PocketBaseURLs: []string{"https://p.company"},
			Email: link.EmailLeave, Access: &link.Access{Groups: []string{"staff"}},
			Provider: link.Provider{GroupsClaim: &link.GroupsLimit{Bound: true}}},
	} {
		reach := linkfile.Reach(linkfile.Authentik{URL: "https://a.company/", Token: secret.New("hunter2")},
			linkfile.PocketBase{URL: "https://p.company", Token: secret.New("hunter2")})
		text, err := linkfile.Write(&reach, &want)
		if err != nil || strings.Contains(string(text), "hunter2") || strings.Contains(string(text), "a secret") {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		file, err := parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		spec, problems := file.Spec()
		want.Provider.ClientSecret = nil
		if diff := cmp.Diff(want, spec); diff != "" || len(problems) > 0 {
			t.Errorf("%s (want -, got +):\n%s%v\n%s", name, diff, problems, text)
		}
		if err := bySchema(t, compiled(t), string(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Text of a server must not become a variable, whose value would be sent to it.
func TestNoWrittenValueBecomesAVariable(t *testing.T) {
	for _, value := range []string{"${AUTHENTIK_TOKEN}", "a$${AUTHENTIK_TOKEN}b${SECRET}", "$$${EMPTY}", "${${SECRET}}",
		"$$", "${", "$${", "$$ ${1}"} {
		written, back := writtenAndRead(t, value)
		if back != value {
			t.Errorf("%q is read as %q from\n%s", value, back, written)
		}
	}
}

func TestAWrittenFileShowsEveryCharacter(t *testing.T) {
	for value, want := range map[string]string{
		"a\u202egnp.exe": `"a\u202Egnp.exe"`, "zero\u200bwidth": `"zero\u200Bwidth"`,
		"tag \U000E0041": `"tag \U000E0041"`,
		"\u2800\u3164":   `"\u2800\u3164"`, "two\nlines\u2066": `"two\nlines\u2066"`, "é 日本": "é 日本",
		"\"\\\u00ad": `"\"\\\u00AD"`,
	} {
		written, back := writtenAndRead(t, value)
		if back != value || !strings.Contains(written, "description: "+want+"\n") {
			t.Errorf("%q is read as %q from\n%s", value, back, written)
		}
	}
}

func TestAnyTextIsReadAsItWasWritten(t *testing.T) {
	parts := rapid.SampledFrom([]string{"$", "$$", "${", "}", "${A}", "${AUTHENTIK_TOKEN}", "$${SECRET}", "a", " ",
		"\n", "\r\n", "\t", "#", ": ", "- ", "'", `"`, `\`, "\u202e", "\u2028", "\u0085", "\ufeff", "\x00", "\x1b",
		"\U000E0001", "null", "true", "7", "~", "|", ">", "&a", "*a", "!!str", "<<", "---", "...", "%", "@", "`", "é",
		"😀"})
	rapid.Check(t, func(rt *rapid.T) {
		value := strings.Join(rapid.SliceOfN(parts, 0, 8).Draw(rt, "parts"), "") +
			strings.ToValidUTF8(rapid.String().Draw(rt, "rest"), "")
		if written, back := writtenAndRead(rt, value); back != value {
			rt.Errorf("%q is read as %q from\n%s", value, back, written)
		}
	})
}

// writtenAndRead writes a file with the text in several kinds of places, and reads it again.
func writtenAndRead(t rapid.TB, value string) (written, back string) {
	s := link.Spec{Email: link.EmailLeave, Application: link.Application{Description: &value},
		Provider: link.Provider{ScopeMappings: []string{value}, GroupsClaim: &link.GroupsLimit{Names: []string{value}}}}
	reach := linkfile.Reach(linkfile.Authentik{URL: "https://a.company"}, linkfile.PocketBase{URL: "https://p.company"})
	text, err := linkfile.Write(&reach, &s)
	if err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	file, err := parse(string(text))
	if err != nil {
		t.Fatalf("%q: %v\n%s", value, err, text)
	}
	spec, _ := file.Spec()
	if got := spec.Provider; got.ScopeMappings[0] != value || got.GroupsClaim.Names[0] != value {
		t.Errorf("%q is read as %q and %q", value, got.ScopeMappings, got.GroupsClaim.Names)
	}
	return string(text), link.Value(spec.Application.Description, "")
}
