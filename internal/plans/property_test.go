package plans_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/test/draw"
)

// allChecks is how many worlds a property is held against in a full run, and quickChecks in a quick one.
const allChecks, quickChecks = 2000, 250

// TestMain draws the worlds of the property tests by AUTHPOCKET_SEED, unless -rapid.seed is given.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	seed, checks := flag.Lookup("rapid.seed").Value, flag.Lookup("rapid.checks").Value
	if seed.String() == "0" {
		drawn, err := draw.ReadSeed()
		if err != nil {
			return err
		}
		if err := seed.Set(fmt.Sprint(drawn)); err != nil {
			return err
		}
	}
	if checks.String() == "100" {
		n := quickChecks
		if draw.All() {
			n = allChecks
		}
		if err := checks.Set(fmt.Sprint(n)); err != nil {
			return err
		}
	}
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		return err
	}
	return draw.Append(fmt.Sprintf("worlds of each property of plans: %s of %d", checks, allChecks))
}

// drawn draws a world and a spec that can be carried out on it, and plans.
// The others are counted: planned tells how many could.
func drawn(t *rapid.T, planned *counter) (*world, link.Spec, link.Plan) {
	w, s := randomWorld(t), randomSpec(t)
	planned.all++
	if problems := s.Validate(); len(problems) > 0 {
		t.Fatalf("the spec has problems:\n%v", problems)
	}
	plan, problems := w.plan(s, generated(1))
	if len(problems) > 0 {
		if len(plan.Changes) > 0 {
			t.Fatalf("a plan with problems has changes:\n%s", show(plan))
		}
		for _, p := range problems {
			if p.Summary.Empty() || p.Message().Advice(report.InFile).Empty() || p.Field == "" {
				t.Fatalf("a problem without field or words: %+v", p)
			}
		}
		return w, s, link.Plan{}
	}
	planned.some++
	return w, s, plan
}

type counter struct{ all, some int }

func (c *counter) report(t *testing.T) {
	t.Logf("%d of %d random specs could be planned", c.some, c.all)
	if c.some*5 < c.all {
		t.Errorf("only %d of %d random specs could be planned: the test shows too little", c.some, c.all)
	}
}

// applyAll carries out the changes, calling after for each.
func applyAll(t *rapid.T, w *world, changes []link.Change, after func()) {
	for _, c := range changes {
		if err := w.apply(c); err != nil {
			t.Fatalf("applying %s: %v", c.ID(), err)
		}
		after()
	}
}

func TestAfterAnApplyThereIsNothingToChange(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		applyAll(t, w, plan.Changes, func() {})
		again, problems := w.plan(s, generated(2))
		if plan.Spec.Email != "" && (len(problems) > 0 || !again.Empty()) {
			t.Fatalf("after\n%s\nthe plan is\n%s%v", show(plan), show(again), problems)
		}
	})
	planned.report(t)
}

func TestNothingElseIsTouched(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		if plan.Empty() {
			return
		}
		before := w.copy()
		applyAll(t, w, plan.Changes, func() {})
		if differences := untouched(before, w, s, plan.Desired); len(differences) > 0 {
			t.Fatalf("%s\nby\n%s", strings.Join(differences, "\n"), show(plan))
		}
	})
	planned.report(t)
}

func TestWhatTheSpecNamesIsSo(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		if plan.Spec.Email == "" {
			return
		}
		applyAll(t, w, plan.Changes, func() {})
		if differences := unmet(w, s, plan.Desired); len(differences) > 0 {
			t.Fatalf("%s\nafter\n%s", strings.Join(differences, "\n"), show(plan))
		}
	})
	planned.report(t)
}

func TestAccessIsNeverOpenedWiderThanAsked(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, _, plan := drawn(t, &planned)
		if plan.Empty() {
			return
		}
		slug := plan.Desired.Application.Slug
		done := w.copy()
		applyAll(t, done, plan.Changes, func() {})
		asked := union(w.mayUse(slug), done.mayUse(slug))
		applyAll(t, w, plan.Changes, func() {
			if extra := without(w.mayUse(slug), asked); len(extra) > 0 {
				t.Fatalf("%v may use the application in between\n%s", extra, show(plan))
			}
		})
	})
	planned.report(t)
}

func TestARunThatWasInterruptedIsFinishedByTheNext(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		if plan.Empty() || losesItsSlot(w, plan.Desired) {
			return
		}
		whole := w.copy()
		applyAll(t, whole, plan.Changes, func() {})
		done := rapid.IntRange(0, len(plan.Changes)-1).Draw(t, "changes done")
		applyAll(t, w, plan.Changes[:done], func() {})
		rest, problems := w.plan(s, generated(2))
		if len(problems) > 0 {
			t.Fatalf("after %d changes of\n%sthere are problems:\n%v", done, show(plan), problems)
		}
		applyAll(t, w, rest.Changes, func() {})
		if got, want := w.counts(), whole.counts(); got != want {
			t.Fatalf("after %d changes of\n%sand then\n%sthere are %s; undisturbed there are %s", done, show(plan),
				show(rest), got, want)
		}
		if again, problems := w.plan(s, generated(3)); len(problems) > 0 || !again.Empty() {
			t.Fatalf("a further plan is\n%s%v", show(again), problems)
		}
	})
	planned.report(t)
}

func TestAPlanIsTheSameTwiceAndKeepsItsSecrets(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		if plan.Spec.Email == "" {
			return
		}
		again, _ := w.plan(s, generated(1))
		first, second := asJSON(t, plan), asJSON(t, again)
		if first != second {
			t.Fatalf("the plan is\n%s\nand then\n%s", first, second)
		}
		seen := map[string]bool{}
		for _, c := range plan.Changes {
			if seen[c.ID()] {
				t.Fatalf("two changes are called %s:\n%s", c.ID(), show(plan))
			}
			if seen[c.ID()] = true; len(c.Fields) == 0 || c.Why.Empty() {
				t.Fatalf("%s has no fields or no reason", c.ID())
			}
		}
		for _, printed := range []string{first, fmt.Sprintf("%v %+v %#v", plan, plan, plan),
			fmt.Sprintf("%+v", plan.Desired)} {
			if strings.Contains(strings.ToLower(printed), "secret of c") ||
				strings.Contains(printed, "generated secret") {
				t.Fatalf("a secret is printed:\n%s", printed)
			}
		}
	})
	planned.report(t)
}

func asJSON(t *rapid.T, v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
