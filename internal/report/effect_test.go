package report_test

import (
	"errors"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestWhatWasWrittenIsSummedUp(t *testing.T) {
	for name, test := range map[string]struct {
		effect report.Effect
		want   report.Written
	}{
		"nothing is known":                 {report.Effect{}, report.WrittenUnknown},
		"before the first change":          {report.Effect{Between: true}, report.WrittenNone},
		"between two changes":              {report.Effect{Made: 1, Between: true}, report.WrittenSome},
		"the first was refused":            {report.Effect{Change: report.WrittenNone}, report.WrittenNone},
		"the second was refused":           {report.Effect{Made: 1, Change: report.WrittenNone}, report.WrittenSome},
		"the second may have been written": {report.Effect{Made: 1}, report.WrittenSome},
		"the first was written":            {report.Effect{Change: report.WrittenSome}, report.WrittenSome},
	} {
		if got := test.effect.Written(); got != test.want || test.effect.Words().Empty() {
			t.Errorf("%s: %q (%q), want %q", name, got, test.effect.Words(), test.want)
		}
	}
}

// TestWhatWasWrittenIsSaidOnce: an adapter knows its own change alone, so what
// it says of it gives way to what the whole apply knows.
func TestWhatWasWrittenIsSaidOnce(t *testing.T) {
	refused := &report.Fault{Summary: say.Of("It was refused."), Written: report.WrittenNone}
	for name, cause := range map[string]error{"a fault": refused, "two": errors.Join(refused, refused),
		"no words": errors.New("x")} {
		stopped := &report.Stopped{Effect: report.Effect{Made: 2, Change: report.WrittenNone}, Err: cause}
		for i, m := range stopped.Messages() {
			if i == 0 && (m.Effect == nil || m.Effect.Written() != report.WrittenSome) || i > 0 && m.Effect != nil {
				t.Errorf("%s: message %d says %+v", name, i, m.Effect)
			}
		}
	}
	if refused.Messages()[0].Effect.Written() != report.WrittenNone {
		t.Error("the adapter's own fault was changed")
	}
}

func TestAWayIsWordedForWhereItIsRead(t *testing.T) {
	use := report.Way{Key: "existing", Value: "use", For: say.Of("to take it over")}
	look := report.Message{Todo: say.Of("Look."), Ways: []report.Way{use}}
	only := report.Message{Ways: []report.Way{use}}
	for want, got := range map[string]say.Text{
		"Choose “use the existing application and provider” to take it over.":          only.Text(report.OnPage),
		"Set existing: use to take it over.":                                           only.Text(report.InFile),
		"Look. Or set existing: use to take it over.":                                  look.Text(report.InFile),
		"Look. Or choose “use the existing application and provider” to take it over.": look.Text(report.OnPage),
	} {
		if got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestRunsAndAccessAreNamedForTheReader holds warnings and checks, whose text
// before the ways is no alternative to them.
func TestRunsAndAccessAreNamedForTheReader(t *testing.T) {
	check := (&report.Check{}).Fails(report.CauseInvalidClient, say.Of("Refused."), say.Of("It differs."),
		report.Way{Run: report.RunRewrite, For: say.Of("to mend it")}, report.Way{Run: report.RunRotate,
			For: say.Of("to renew it")})
	warning := link.Warning{Detail: say.Of("All may."), Ways: []report.Way{report.ChooseAccess(say.Of("to narrow it"))}}
	receipts := report.Message{Ways: []report.Way{{Run: report.RunReceipts, For: say.Of("to see them")}}}
	narrow := warning.Advice(report.InFile).String()
	for want, got := range map[string]string{
		"It differs. Run authpocket apply --rewrite-secret to mend it. Or run authpocket rotate to renew it.": check.Advice(
			report.InFile).String(),
		"It differs. Choose “Write the client secret again” to mend it. Or choose “Rotate the client secret” to " +
			"renew it.": check.Advice(report.OnPage).String(),
		"All may. Set access.groups, access.users or access.policies to narrow it.": narrow,
		"All may. Choose groups, users or a policy under “Who may use it” to narrow it.": warning.Advice(
			report.OnPage).String(),
		"Run authpocket receipts to see them.": receipts.Text(report.InFile).String(),
		"Choose “View history” to see them.":   receipts.Text(report.OnPage).String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestAnotherModeMakesTheAccessNews: who gets in follows from the mode, even
// where no binding changes.
func TestAnotherModeMakesTheAccessNews(t *testing.T) {
	for field, want := range map[string]int{"policy_engine_mode": 1, "name": 0} {
		plan := link.Plan{Purpose: link.PurposeLink, Warnings: []link.Warning{{ID: report.WarnOtherBindings}},
			Changes: []link.Change{{Kind: link.KindApplication, Fields: []link.Field{{Name: field}}}}}
		if decide, known := plan.Decisions(); len(decide) != want || len(known) != 1-want {
			t.Errorf("%s: %v are to be decided, %v known", field, decide, known)
		}
	}
}
