package authentik_test

import (
	"testing"

	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

func TestANewLinkIsMadeFoundAgainAndMeasured(t *testing.T) {
	for _, version := range []string{"2025.12.4", "2026.2.1", "2026.5.3", "2026.8.0"} {
		t.Run(version, func(t *testing.T) {
			l := newLab(t, authentiksim.Config{Version: version})
			ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
			c := l.connect()
			plan := l.setUp(c, spec())
			if len(here(plan)) != 2 {
				t.Errorf("the plan has %d changes, want the mapping and the pair", len(here(plan)))
			}
			again := l.plan(c, spec(), linked(pocketBase(), plan))
			if !again.Empty() {
				t.Errorf("a second run wants to change %+v", again.Changes)
			}
			for _, check := range c.Check(t.Context(), again.Desired, ada) {
				switch {
				case check.Status == report.Pass:
				case check.ID == "authentik.grants" && version < "2026.5" && check.Status == report.Skipped:
				default:
					t.Errorf("%s: %s: %s %s", check.ID, check.Status, check.Evidence, check.Remedy)
				}
			}
		})
	}
}
