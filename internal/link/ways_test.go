package link_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// TestWaysNameSettings: package report names settings that are described here.
func TestWaysNameSettings(t *testing.T) {
	words := func(w report.Way) string { return report.Message{Ways: []report.Way{w}}.Advice(report.InFile).String() }
	for _, a := range link.AccessAttrs() {
		if got := words(report.ChooseAccess(say.Of("to let people in"))); !strings.Contains(got, a.Spec) {
			t.Errorf("%q does not name %s", got, a.Spec)
		}
	}
	for value, way := range map[link.Existing]report.Way{
		link.ExistingUse: report.UseExisting(say.Of("to use it")),
		link.ExistingNew: report.MakeNew(say.Of("to leave it")),
	} {
		if got := words(way); way.Value != string(value) || !strings.Contains(got, "existing: "+string(value)) {
			t.Errorf("%q does not set existing to %q", got, value)
		}
	}
}
