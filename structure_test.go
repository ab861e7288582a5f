package authpocket_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// deps returns the packages of this module that pkg leads to, itself left
// out, and whether it leads to any package below one of the prefixes.
func deps(t *testing.T, pkg string, prefixes ...string) (own []string, found []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("listing what %s leads to: %v", pkg, err)
	}
	for dep := range strings.Lines(string(out)) {
		dep = strings.TrimSpace(dep)
		if strings.HasPrefix(dep, "authpocket/") && dep != pkg {
			own = append(own, dep)
		}
		for _, p := range prefixes {
			if strings.HasPrefix(dep, p) {
				found = append(found, dep)
			}
		}
	}
	return own, found
}

// The house: who may lean on whom. Everything that is not named is refused.
func TestRoomsLeanOnlyOnWhatTheyMay(t *testing.T) {
	plain := []string{"authpocket/internal/address", "authpocket/internal/link", "authpocket/internal/secret"}
	with := func(more ...string) []string { return append(slices.Clone(plain), more...) }
	for pkg, allowed := range map[string][]string{
		"authpocket/internal/secret":     {},
		"authpocket/internal/address":    {},
		"authpocket/internal/link":       {"authpocket/internal/address", "authpocket/internal/secret"},
		"authpocket/internal/outbound":   {},
		"authpocket/internal/authentik":  with("authpocket/internal/outbound"),
		"authpocket/internal/pocketbase": with("authpocket/internal/outbound"),
		"authpocket/internal/journal":    plain,
		"authpocket/internal/export":     plain,
		"authpocket/internal/engine":     with("authpocket/internal/journal"),
		"authpocket/internal/linkfile":   plain,
		"authpocket/web/view":            with("authpocket/static"),
	} {
		own, _ := deps(t, pkg)
		for _, dep := range own {
			if !slices.Contains(allowed, dep) {
				t.Errorf("%s leans on %s", pkg, dep)
			}
		}
	}
}

func TestTheProductNeverContainsTheSandbox(t *testing.T) {
	own, pocketbase := deps(t, "authpocket/cmd/authpocket", "github.com/pocketbase/")
	if len(pocketbase) > 0 {
		t.Errorf("the product links PocketBase in: %v", pocketbase)
	}
	for _, dep := range own {
		if strings.HasPrefix(dep, "authpocket/sandbox") {
			t.Errorf("the product leads to %s", dep)
		}
	}
}

func TestTheAuthentikClientIsImportedInOnePlace(t *testing.T) {
	for _, pkg := range []string{"authpocket/internal/link", "authpocket/internal/engine", "authpocket/internal/pocketbase", "authpocket/internal/export", "authpocket/web/view"} {
		if _, client := deps(t, pkg, "goauthentik.io/"); len(client) > 0 {
			t.Errorf("%s leads to %v", pkg, client)
		}
	}
}
