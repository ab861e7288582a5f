package signins

import (
	"slices"
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

func TestEvidenceIsInTheSameOrderEachTime(t *testing.T) {
	one := &finishing{}
	one.facts.Authentik.Unread, one.facts.PocketBase.Unread = say.Of("no events"), say.Of("no log")
	want := []signin.Evidence{{System: report.Authentik, Text: say.Of("no events")}, {System: report.PB,
		Text: say.Of("no log")}}
	for range 100 {
		if got := one.evidence(); !slices.Equal(got, want) {
			t.Fatalf("the evidence is %v", got)
		}
	}
}
