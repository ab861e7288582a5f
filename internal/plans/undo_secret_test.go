package plans_test

import (
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// TestUndoWarnsOfTheSecretOnlyWhereItWasWritten: a display name is put back without a word about it.
func TestUndoWarnsOfTheSecretOnlyWhereItWasWritten(t *testing.T) {
	for name, change := range map[string]func(*link.Spec){
		"name":   func(s *link.Spec) { s.PocketBase.DisplayName = new("Company") },
		"secret": func(s *link.Spec) { s.PocketBase.RewriteSecret = true },
	} {
		w := linkedWorld(t, minimal())
		plan := mustPlan(t, w, specWith(change))
		mustApply(t, w, plan)
		back, problems := w.undo(plan, false)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		lost := slices.ContainsFunc(back.Warnings, func(w link.Warning) bool { return w.ID == report.WarnLost })
		if lost != (name == "secret") {
			t.Errorf("undoing a change of the %s warns of the secret: %v", name, lost)
		}
	}
}
