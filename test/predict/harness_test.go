package predict_test

import (
	"math/rand/v2"
	"testing"

	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// everybodyIsNew is a prediction that is wrong about everybody else.
func everybodyIsNew(w predict.World) foreseen {
	return foreseen{Outcome: signin.OutcomeNew, Email: textOf(w.Claims, "email"), Verified: true}
}

// TestWrongPredictionsAreFound plays worlds against a wrong prediction.
func TestWrongPredictionsAreFound(t *testing.T) {
	t.Parallel()
	s, counted := inProcess(t), newTally()
	if err := counted.play(t.Context(), s, everybodyIsNew, 60, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	missed := counted.worlds - counted.outcomes[signin.OutcomeNew]
	if missed < 20 || len(counted.wrong) < missed {
		t.Fatalf("%v\n%s", counted, counted.details())
	}
	for _, f := range counted.wrong {
		if f.differences[0].happened != signin.OutcomeReturns {
			continue
		}
		if small := smallest(t.Context(), s, everybodyIsNew, f).world; !isOneWhoReturns(small) {
			t.Errorf("the smallest world of someone who returns:\n%s", small)
		}
		return
	}
	t.Error("nobody returns")
}

// isOneWhoReturns reports whether the world is a fresh installation with one account that is linked.
func isOneWhoReturns(w world) bool {
	want := freshWorld()
	want.Slot, want.Accounts = w.Slot, []account{{Values: map[string]any{}, Links: map[string]string{w.Slot: "s"}}}
	want.Accounts[0].Links[w.Slot] = w.claim("sub")
	want.Claims, w.Opaque = w.Claims, false
	return inline(want) == inline(w)
}

// TestASeedRepeatsItsWorld draws a world twice.
func TestASeedRepeatsItsWorld(t *testing.T) {
	for seed := 1; seed < 200; seed++ {
		if one, two := inline(drawn(seed)), inline(drawn(seed)); one != two {
			t.Fatalf("%d: %s, then %s", seed, one, two)
		}
	}
}

// TestEveryDifferenceCounts changes what a right prediction says, one part at a time.
func TestEveryDifferenceCounts(t *testing.T) {
	linked := happened{Outcome: signin.OutcomeLinked, Account: "a", Email: "a@example.com", Verified: true}
	field := happened{Outcome: signin.OutcomeRefused, Status: 400, Message: "Failed to create record.",
		Fields: []fault{{"name", "validation_required"}, {"email", "validation_is_email"}}}
	rule := happened{Outcome: signin.OutcomeRefused, Status: 400, Message: "Failed to create record.",
		Ruled: true}
	right := foreseen{Outcome: signin.OutcomeLinked, Account: "a", Email: "a@example.com", Verified: true}
	rightField := foreseen{Outcome: signin.OutcomeRefused, Fields: []fault{{"email", "validation_is_email"},
		{"name", "validation_required"}}}
	rightRule := foreseen{Outcome: signin.OutcomeRefused, Cause: report.CauseCreateRule}
	for what, one := range map[string]struct {
		predicted foreseen
		change    func(*foreseen)
		happened  happened
	}{
		"":                              {right, func(*foreseen) {}, linked},
		"account":                       {right, func(f *foreseen) { f.Account = "b" }, linked},
		"address":                       {right, func(f *foreseen) { f.Email = "" }, linked},
		"verified":                      {right, func(f *foreseen) { f.Verified = false }, linked},
		"outcome new instead of linked": {right, func(f *foreseen) { f.Outcome = signin.OutcomeNew }, linked},
		"fields":                        {rightField, func(f *foreseen) { f.Fields = f.Fields[:1] }, field},
		"cause":                         {rightRule, func(f *foreseen) { f.Cause = report.CauseAuthRule }, rule},
	} {
		one.change(&one.predicted)
		got := ""
		for _, d := range differences(one.predicted, one.happened) {
			got += d.what
		}
		if got != what {
			t.Errorf("%q, want %q", got, what)
		}
	}
	if wrong := append(differences(rightField, field), differences(rightRule, rule)...); len(wrong) > 0 {
		t.Errorf("right predictions differ: %v", wrong)
	}
}
