package link_test

import (
	"errors"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

func TestWhatWasWrittenIsSummedUp(t *testing.T) {
	for name, test := range map[string]struct {
		effect link.Effect
		want   link.Written
	}{
		"nothing is known":                 {link.Effect{}, link.WrittenUnknown},
		"before the first change":          {link.Effect{Between: true}, link.WrittenNone},
		"between two changes":              {link.Effect{Made: 1, Between: true}, link.WrittenSome},
		"the first was refused":            {link.Effect{Change: link.WrittenNone}, link.WrittenNone},
		"the second was refused":           {link.Effect{Made: 1, Change: link.WrittenNone}, link.WrittenSome},
		"the second may have been written": {link.Effect{Made: 1}, link.WrittenSome},
		"the first was written":            {link.Effect{Change: link.WrittenSome}, link.WrittenSome},
	} {
		if got := test.effect.Written(); got != test.want || test.effect.Words().Empty() {
			t.Errorf("%s: %q (%q), want %q", name, got, test.effect.Words(), test.want)
		}
	}
}

// TestWhatWasWrittenIsSaidOnce: an adapter knows its own change alone, so what
// it says of it gives way to what the whole apply knows.
func TestWhatWasWrittenIsSaidOnce(t *testing.T) {
	refused := &link.Fault{Summary: say.Of("It was refused."), Written: link.WrittenNone}
	for name, cause := range map[string]error{"a fault": refused, "two": errors.Join(refused, refused),
		"no words": errors.New("x")} {
		stopped := &link.Stopped{Effect: link.Effect{Made: 2, Change: link.WrittenNone}, Err: cause}
		for i, m := range stopped.Messages() {
			if i == 0 && (m.Effect == nil || m.Effect.Written() != link.WrittenSome) || i > 0 && m.Effect != nil {
				t.Errorf("%s: message %d says %+v", name, i, m.Effect)
			}
		}
	}
	if refused.Messages()[0].Effect.Written() != link.WrittenNone {
		t.Error("the adapter's own fault was changed")
	}
}

func TestAWayIsWordedForWhereItIsRead(t *testing.T) {
	use := link.Way{Key: "existing", Value: "use", For: say.Of("to take it over")}
	look := link.Message{Todo: say.Of("Look."), Ways: []link.Way{use}}
	for want, got := range map[string]string{
		"Choose “use the existing application and provider” to take it over.": link.Message{
			Ways: []link.Way{use}}.Text(link.OnPage).String(),
		"Set existing: use to take it over.":                                           link.Message{Ways: []link.Way{use}}.Text(link.InFile).String(),
		"Look. Or set existing: use to take it over.":                                  look.Text(link.InFile).String(),
		"Look. Or choose “use the existing application and provider” to take it over.": look.Text(link.OnPage).String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestRunsAndAccessAreNamedForTheReader holds warnings and checks, whose text
// before the ways is no alternative to them.
func TestRunsAndAccessAreNamedForTheReader(t *testing.T) {
	check := link.Check{}.Fails(link.CauseInvalidClient, say.Of("Refused."), say.Of("It differs."),
		link.Way{Run: link.RunRewrite, For: say.Of("to mend it")}, link.Way{Run: link.RunRotate,
			For: say.Of("to renew it")})
	warning := link.Warning{Detail: say.Of("All may."), Ways: []link.Way{link.ChooseAccess(say.Of("to narrow it"))}}
	receipts := link.Message{Ways: []link.Way{{Run: link.RunReceipts, For: say.Of("to see them")}}}
	narrow := warning.Advice(link.InFile).String()
	for want, got := range map[string]string{
		"It differs. Run authpocket apply --rewrite-secret to mend it. Or run authpocket rotate to renew it.": check.Advice(
			link.InFile).String(),
		"It differs. Choose “Write the client secret again” to mend it. Or choose “Rotate the client secret” to " +
			"renew it.": check.Advice(link.OnPage).String(),
		"All may. Set access.groups, access.users or access.policies to narrow it.": narrow,
		"All may. Choose groups, users or a policy under “Who may use it” to narrow it.": warning.Advice(
			link.OnPage).String(),
		"Run authpocket receipts to see them.": receipts.Text(link.InFile).String(),
		"Choose “View history” to see them.":   receipts.Text(link.OnPage).String(),
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
		plan := link.Plan{Purpose: link.PurposeLink, Warnings: []link.Warning{{ID: link.WarnOtherBindings}},
			Changes: []link.Change{{Kind: link.KindApplication, Fields: []link.Field{{Name: field}}}}}
		if decide, known := plan.Decisions(); len(decide) != want || len(known) != 1-want {
			t.Errorf("%s: %v are to be decided, %v known", field, decide, known)
		}
	}
}
