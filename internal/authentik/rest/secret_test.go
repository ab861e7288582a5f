package rest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/authentik/rest"
)

func TestTheShapeShowsWhereTheSecretIs(t *testing.T) {
	for body, one := range map[string]struct {
		text   string
		hidden bool
	}{
		`{"client_secret":"s"}`:                      {text: "s"},
		`{"client_secret":""}`:                       {},
		`{"client_secret":"s","secret":"0e5cbf63"}`:  {text: "s"},
		`{"secret":"0e5cbf63"}`:                      {hidden: true},
		`{"secret":"0e5cbf63","client_secret":null}`: {hidden: true},
		`{"client_secret":7}`:                        {hidden: true},
		`{}`:                                         {hidden: true},
	} {
		o, _ := rest.ParseObject([]byte(body))
		text, shown := rest.SecretOf(o)
		if text.Reveal() != one.text || shown == one.hidden || rest.HidesSecret(o) != one.hidden {
			t.Errorf("%s: shown %v, a secret of %d characters", body, shown, len(text.Reveal()))
		}
		if got := rest.ProviderState(o).ClientSecret; got.Reveal() != one.text {
			t.Errorf("%s: the provider has a secret of %d characters", body, len(got.Reveal()))
		}
	}
}

// Another place for authentik's client secret is one file's matter.
func TestOneFileKnowsWhereTheSecretIsKept(t *testing.T) {
	others := map[string]bool{
		"rest/secret.go": true,
		"checks/page.go": true, // OAuth's parameter of the revocation endpoint
	}
	err := filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		name := strings.TrimPrefix(filepath.ToSlash(path), "../")
		if strings.Contains(string(source), "client_secret") != others[name] {
			t.Errorf("%s names client_secret: %v", name, !others[name])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
