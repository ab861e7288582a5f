package authentik_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/say"
)

func TestBlueprintGivesTheRoleExactlyThePermissions(t *testing.T) {
	var blueprint struct {
		Version int
		Entries []struct {
			Model       string
			Identifiers map[string]string
			Attrs       struct {
				Permissions []string
				Type        string
				Intent      string
				Roles       []string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(authentik.Blueprint()), &blueprint); err != nil {
		t.Fatal(err)
	}
	if len(blueprint.Entries) != 3 || blueprint.Version != 1 {
		t.Fatalf("got %d entries of version %d, want role, user and token of version 1", len(blueprint.Entries),
			blueprint.Version)
	}
	var want []string
	for _, p := range rest.Permissions() {
		want = append(want, string(p.Codename))
	}
	if got := blueprint.Entries[0].Attrs.Permissions; !slices.Equal(got, want) {
		t.Errorf("the role gets %v, want %v", got, want)
	}
	if got := blueprint.Entries[1].Attrs; got.Type != "service_account" || !slices.Equal(got.Roles, []string{"role"}) {
		t.Errorf("the account is %+v", got)
	}
	if got := blueprint.Entries[2].Attrs.Intent; got != "api" {
		t.Errorf("the token's intent is %q", got)
	}
}

// The page in docs lists exactly the permissions that the code asks for.
func TestDocumentationListsEveryPermission(t *testing.T) {
	page, err := os.ReadFile("../../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(page)) {
		if rest, found := strings.CutPrefix(line, "| `authentik_"); found {
			name, _, _ := strings.Cut(rest, "`")
			documented = append(documented, "authentik_"+name)
		}
	}
	var want []string
	for _, p := range rest.Permissions() {
		want = append(want, string(p.Codename))
		if !strings.Contains(string(page), say.Of("| `%s` | %s |", string(p.Codename), p.Why).String()) {
			t.Errorf("docs/permissions.md lacks %s: %s", p.Codename, p.Why)
		}
	}
	if !slices.Equal(documented, want) {
		t.Errorf("docs/permissions.md lists %v, want %v", documented, want)
	}
}
