package export

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/link"
)

func allPlans(t testing.TB) map[string]link.Plan {
	return map[string]link.Plan{"new": newLink(t), "drift": drifted(t), "id-token": idToken(t), "keyless": keyless(t),
		"orphan": orphan(t), "nothing": nothing(t), "full": fullPlan(t, marker), "changed": changedPlan(t, marker),
		"groups": limitedGroups(t)}
}

func TestNoExportHoldsTheClientSecret(t *testing.T) {
	forms := []string{canary, url.QueryEscape(canary), base64.StdEncoding.EncodeToString([]byte(canary))}
	for name, p := range allPlans(t) {
		if !p.Desired.Provider.ClientSecret.IsSet() {
			t.Fatalf("the plan %s has no secret to look for", name)
		}
		for _, f := range Formats() {
			var out strings.Builder
			err := f.Write(&out, p)
			for _, form := range forms {
				if strings.Contains(out.String(), form) || err != nil && strings.Contains(err.Error(), form) {
					t.Errorf("the %s of the plan %s has the client secret", f.Name, name)
				}
			}
		}
	}
}

// Even if PocketBase showed a secret, or a plan had one in a description, it does
// not get into a file.
func TestSecretsFromElsewhereAreLeftOut(t *testing.T) {
	a, p := linked(t)
	for i := range p.Collections[0].OAuth2.Providers {
		one := &p.Collections[0].OAuth2.Providers[i]
		var keys map[string]any
		if err := json.Unmarshal(one.Raw, &keys); err != nil {
			t.Fatal(err)
		}
		keys["clientSecret"], keys["ClientSecret"] = "LEAKED", "LEAKED"
		one.Raw, _ = json.Marshal(keys)
		one.DisplayName = "changed"
	}
	s := link.Spec{Email: link.EmailTrustAll}
	s.PocketBase.DisplayName = new("again")
	plan := planOf(t, s, a, p)
	for i := range plan.Changes {
		plan.Changes[i].Fields = append(plan.Changes[i].Fields, link.Field{Name: "x", Before: link.ShowText("LEAKED"),
			After: link.ShowList([]string{"LEAKED"}), Sensitive: true})
	}
	for _, f := range Formats() {
		if strings.Contains(written(t, f.Name, plan), "LEAKED") {
			t.Errorf("%s has a secret", f.Name)
		}
	}
}

// The code never calls Reveal, so it cannot write a secret.
func TestNothingHereRevealsASecret(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(source), ".Reveal(") {
			t.Errorf("%s reveals a secret", file)
		}
	}
}
