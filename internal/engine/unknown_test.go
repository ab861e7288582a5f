package engine_test

import (
	"strings"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/report"
)

// A PocketBase that ends between the connection and the checks is no good result: nothing is known of it.
func TestASystemThatDoesNotAnswerIsNoGoodResult(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.minimal()
	b.link(s)
	d, err := b.engine.Desire(t.Context(), &s)
	if err != nil {
		t.Fatal(err)
	}
	if checks := b.engine.Verify(t.Context(), d, 0); !checks.Good() {
		t.Fatalf("with both systems the checks are %+v", checks)
	}
	if err := b.box.PocketBase().Close(); err != nil {
		t.Fatal(err)
	}
	checks := b.engine.Verify(t.Context(), d, 0)
	headline := checks.Headline(report.SignedIn{}).String()
	if checks.Good() || checks.Count(report.Pass) == 0 ||
		!strings.HasPrefix(headline, "PocketBase could not be checked, so it is not known") {
		t.Errorf("without PocketBase the headline is %q, and the checks are %+v", headline, checks)
	}
	result := output.Verification{Checks: checks}
	if code := result.Summary().Code; !checks.Failed() && code != output.ExitError {
		t.Errorf("the command ends with %d", code)
	}
}
