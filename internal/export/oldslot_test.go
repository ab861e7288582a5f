package export

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// moved returns the plan that moves the only way in to another slot.
func moved(t *testing.T) link.Plan {
	t.Helper()
	a, p := linked(t)
	c := &p.Collections[0]
	c.PasswordAuth = new(false)
	c.OAuth2.Providers = slices.DeleteFunc(c.OAuth2.Providers,
		func(o link.OAuth2Provider) bool { return !link.IsSlot(o.Slot) })
	s := link.Spec{Email: link.EmailTrustAll}
	s.PocketBase.Slot = new("oidc2")
	plan := planOf(t, s, a, p)
	if !slices.Equal(link.OldSlots(plan.Changes), []string{"oidc"}) {
		t.Fatalf("the plan is %+v", plan.Changes)
	}
	return plan
}

// TestCodeLeavesTheOldSlot: no code proves a sign-in, so that none removes the slot that the link had before. Markdown
// tells of it.
func TestCodeLeavesTheOldSlot(t *testing.T) {
	for _, f := range Formats() {
		var out strings.Builder
		if err := f.Write(&out, moved(t)); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		switch text := out.String(); f.Name {
		case "markdown":
			if !strings.Contains(text, "is removed only after a sign-in through oidc2 has worked") {
				t.Errorf("Markdown does not tell of the old slot:\n%s", text)
			}
		case "curl":
			const stays = "# oidc stays: remove it in PocketBase once a sign-in through oidc2 has worked."
			if !strings.Contains(text, stays) ||
				!strings.Contains(text, "# 1 of 1: PocketBase") || !strings.Contains(text, "Done: 1 change made.") ||
				!strings.Contains(text, `"name": "oidc",`) {
				t.Errorf("the script does not leave the old slot:\n%s", text)
			}
		case migrationName:
			if !strings.Contains(text, `"name": "oidc2"`) {
				t.Errorf("the migration does not add the new slot:\n%s", text)
			}
		}
	}
}
