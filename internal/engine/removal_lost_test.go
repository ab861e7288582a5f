package engine_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// losses returns what a plan says is lost, by its changes or its warnings.
func losses(plan link.Plan) string {
	var said []string
	for _, c := range plan.Changes {
		said = append(said, c.Lost.String())
	}
	for _, w := range plan.Warnings {
		if w.ID == report.WarnLost {
			said = append(said, w.Summary.String(), w.Detail.String())
		}
	}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), "\n")
}

// TestARemovalNamesEachSettingThatItsUndoLoses, as the undo does. Of a link as authpocket makes it that is the client
// secret alone.
func TestARemovalNamesEachSettingThatItsUndoLoses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff", "admins"}}
	b.link(s)
	if got := losses(b.removal(s)); got != "The client secret can't be restored. Undo recreates the provider with a new one." {
		t.Errorf("of a plain link it says %s", got)
	}
	sim := b.box.Authentik().Snapshot()
	b.authentik(http.MethodPatch, "/providers/oauth2/"+strconv.Itoa(sim.Providers[0].PK)+"/",
		map[string]any{"logout_uri": "https://app.company/bye", "logout_method": "frontchannel",
			"include_claims_in_id_token": false, "client_type": "public"})
	b.authentik(http.MethodPatch, "/policies/bindings/"+sim.Bindings[0].PK+"/", map[string]any{"enabled": false})
	s.Access = nil
	named := []string{"logout_uri: https://app.company/bye", "logout_method: frontchannel",
		"include_claims_in_id_token was no and becomes yes", "client_type was public and becomes confidential"}
	removal := b.removal(s)
	said := losses(removal)
	off := "group staff"
	if sim.Bindings[0].Group != "" && !strings.Contains(said, off) {
		off = "group admins"
	}
	for _, part := range append(named, off+" (disabled)") {
		if !strings.Contains(said, part) {
			t.Errorf("%s is not named:\n%s", part, said)
		}
	}
	b.apply(removal)
	undo, err := b.engine.Undo(t.Context(), b.newest(s), false)
	if err != nil {
		t.Fatal(err)
	}
	said = losses(undo)
	for _, part := range append(named, off+" (disabled)") {
		if !strings.Contains(said, part) {
			t.Errorf("the undo does not name %s:\n%s", part, said)
		}
	}
}
