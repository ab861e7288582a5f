package authentik_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
)

// TestAChangedGroupsMappingIsNoticed has an admin edit the mapping, and take it off the provider.
func TestAChangedGroupsMappingIsNoticed(t *testing.T) {
	s := spec()
	s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"staff", "\"] or ["}}
	l, c, d, ada := linkedLab(t, s)
	for _, id := range []report.CheckID{report.CheckAuthentikScopes, report.CheckAuthentikSettings,
		report.CheckAuthentikClaims} {
		if check := checkOf(t, c.Check(t.Context(), d, ada), id); check.Status != report.Pass {
			t.Errorf("as applied: %+v", check)
		}
	}
	key := ""
	for _, m := range l.sim.Snapshot().ScopeMappings {
		if m.Name == mappings.GroupsName(d.Application.Slug) {
			key = m.PK
		}
	}
	l.admin("PATCH", "/propertymappings/provider/scope/"+key+"/", map[string]any{"expression": "return {}"})
	check := checkOf(t, c.Check(t.Context(), d, ada), report.CheckAuthentikSettings)
	if check.Status != report.Fail || !strings.Contains(check.Evidence.String(), "the scope mapping's expression") {
		t.Errorf("edited: %+v", check)
	}
	l.admin("DELETE", "/propertymappings/provider/scope/"+key+"/", nil)
	check = checkOf(t, c.Check(t.Context(), d, ada), report.CheckAuthentikScopes)
	if check.Status != report.Fail || !strings.Contains(check.Evidence.String(), "groups of") {
		t.Errorf("deleted: %+v", check)
	}
}
