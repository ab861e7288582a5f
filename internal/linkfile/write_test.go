package linkfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	s := link.Spec{Email: link.EmailLeave, Application: link.Application{Description: new("${AUTHENTIK_TOKEN}")}}
	text, err := linkfile.Write(&linkfile.File{}, &s)
	if err == nil || !strings.Contains(err.Error(), "application.description") {
		t.Errorf("%v\n%s", err, text)
	}
}
