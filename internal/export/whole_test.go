package export_test

import (
	"strings"
	"testing"

	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
)

// An export of an existing link recreates it after its removal.
func TestTheWholeLinkIsMadeAgainByItsScript(t *testing.T) {
	b := newBench(t)
	spec := link.Spec{Email: link.EmailTrustAll, PocketBaseURLs: []string{b.box.PocketBaseURL},
		Application: link.Application{Description: new("for the team")}}
	b.settled(spec)
	whole, err := b.engine.Whole(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	removal, err := b.engine.Removal(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Apply(t.Context(), removal, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if left := b.plan(spec); len(left.Changes) != 3 {
		t.Fatalf("%d changes after the removal, want 3", len(left.Changes))
	}
	b.run(whole)
	if out, err := b.script(whole); err == nil || !strings.Contains(out, "has OAuth2 providers already") {
		t.Errorf("run where the collection has providers, the script ends with %v: %s", err, out)
	}
	if again := b.plan(spec); !again.Empty() {
		t.Errorf("the script left %+v", again.Changes)
	}
}
