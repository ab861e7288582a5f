package command

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/internal/journal"
	"authpocket/internal/secret"
)

// savedPlan holds a saved plan to both systems: it has the client ID of the provider, if there is one, but none of
// their secrets in any form, and only its owner can read it.
func savedPlan(ts *testscript.TestScript, neg bool, args []string) {
	box := boxOf(ts)
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	if info.Mode().Perm() != 0o600 {
		ts.Fatalf("its permissions are %v", info.Mode())
	}
	text := ts.ReadFile(args[0])
	saved, err := journal.DecodePlan([]byte(text))
	ts.Check(err)
	secrets := []string{box.AuthentikToken, box.PocketBaseToken, box.SuperuserPassword, box.Person.Password}
	for _, p := range box.Authentik().Snapshot().Providers {
		if p.ClientID != saved.Generated.ClientID {
			ts.Fatalf("the provider has the client ID %s, the plan %s", p.ClientID, saved.Generated.ClientID)
		}
		secrets = append(secrets, p.ClientSecret)
	}
	for _, one := range secrets {
		for form, hidden := range forms(one) {
			if strings.Contains(text, hidden) {
				ts.Fatalf("the plan holds a secret (%s)", form)
			}
		}
		if secret.In(text, secret.New(one)) {
			ts.Fatalf("the plan holds a secret")
		}
	}
	if !strings.Contains(text, box.PocketBaseURL) || saved.Spec.Query().Slug == "" {
		ts.Fatalf("the plan does not name its link")
	}
}
