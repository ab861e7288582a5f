package predict_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/signin"
)

// everybodyIsNew is a prediction that is wrong about everybody else.
func everybodyIsNew(w predict.World) foreseen {
	return foreseen{Outcome: signin.OutcomeNew, Email: textOf(w.Claims, "email"), Verified: true}
}

// TestWrongPredictionsAreFound plays worlds against a wrong prediction.
func TestWrongPredictionsAreFound(t *testing.T) {
	s, counted := inProcess(t), newTally()
	if err := counted.play(t.Context(), s, everybodyIsNew, 60, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	missed := counted.worlds - counted.outcomes[signin.OutcomeNew]
	if missed < 20 || len(counted.wrong) < missed {
		t.Fatalf("%v\n%s", counted, counted.details())
	}
	for _, m := range counted.wrong {
		if m.differences[0].happened != signin.OutcomeReturns {
			continue
		}
		var said transcript
		said.of(t, func() { smallest(&said, s, everybodyIsNew, m.seed, m.differences[0].what, 5*time.Second) })
		if !said.failed || strings.Count(said.text, "account ") == 0 || strings.Contains(said.text, "field  ") {
			t.Errorf("the smallest world of someone who returns:\n%s", said.text)
		}
		return
	}
	t.Error("nobody returns")
}

// transcript is a test whose failure is no failure.
type transcript struct {
	testing.TB
	ctx    context.Context
	text   string
	failed bool
}

// of runs what may fail.
func (s *transcript) of(t *testing.T, do func()) {
	s.ctx = t.Context()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

func (s *transcript) Context() context.Context { return s.ctx }
func (s *transcript) Helper()                  {}
func (s *transcript) Name() string             { return "transcript" }
func (s *transcript) Failed() bool             { return s.failed }
func (s *transcript) Fail()                    { s.failed = true }
func (s *transcript) FailNow()                 { s.failed = true; runtime.Goexit() }

func (s *transcript) Log(args ...any)                 { s.text += fmt.Sprintln(args...) }
func (s *transcript) Logf(format string, args ...any) { s.Log(fmt.Sprintf(format, args...)) }

func (s *transcript) Error(args ...any)                 { s.Log(args...); s.Fail() }
func (s *transcript) Errorf(format string, args ...any) { s.Logf(format, args...); s.Fail() }
func (s *transcript) Fatal(args ...any)                 { s.Log(args...); s.FailNow() }

func (s *transcript) Fatalf(format string, args ...any) { s.Logf(format, args...); s.FailNow() }

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
	rule := happened{Outcome: signin.OutcomeRefused, Status: 400, Message: "Failed to create record."}
	right := foreseen{Outcome: signin.OutcomeLinked, Account: "a", Email: "a@example.com", Verified: true}
	rightField := foreseen{Outcome: signin.OutcomeRefused, Fields: []fault{{"email", "validation_is_email"},
		{"name", "validation_required"}}}
	rightRule := foreseen{Outcome: signin.OutcomeRefused, Cause: link.CauseCreateRule}
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
		"cause":                         {rightRule, func(f *foreseen) { f.Cause = link.CauseAuthRule }, rule},
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
