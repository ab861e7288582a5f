package plans_test

import (
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/plans"
	"authpocket/internal/plans/undo"
	"authpocket/internal/plans/words"
	"authpocket/internal/say"
)

// kept is the text as a file has it: words of no language but English.
func kept(t say.Text) say.Text { return say.Raw(t.String()) }

// wantReworded holds every change to be said like before once its words were kept in a file.
func wantReworded(t rapid.TB, changes []link.Change) {
	t.Helper()
	for _, c := range changes {
		read := c
		read.Object, read.Why, read.Lost = kept(c.Object), kept(c.Why), kept(c.Lost)
		got := words.Reworded(read)
		for _, both := range [][2]say.Text{{got.Object, c.Object}, {got.Why, c.Why}} {
			if both[0] != both[1] {
				t.Errorf("%s: %q is kept as English", c.ID(), both[1])
			}
		}
		if got.Lost.String() != c.Lost.String() {
			t.Errorf("%s: %q became %q", c.ID(), c.Lost, got.Lost)
		}
	}
}

func TestWordsOfAReceiptAreTextsAgain(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, s, plan := drawn(t, &planned)
		wantReworded(t, plan.Changes)
		applyAll(t, w, plan.Changes, func() {})
		a, p := w.observe(s.Query())
		if back, problems := undo.New(&s, plan.Changes, &a, &p, true); len(problems) == 0 {
			wantReworded(t, back.Changes)
		}
		if removal, problems := undo.Removal(&s, &a, p, true); len(problems) == 0 {
			wantReworded(t, removal.Changes)
		}
		if again, problems := w.plan(s, generated(2)); len(problems) == 0 {
			if proof, problems := plans.NewProof(&again, &a, p); len(problems) == 0 {
				wantReworded(t, proof.Changes)
			}
			wantReworded(t, plans.AsRotation(again, &p).Changes)
		}
	})
	planned.report(t)
	unknown := link.Change{Object: say.Raw("thing “x”"), Why: say.Raw("Because."), Lost: say.Raw("All.")}
	if got := words.Reworded(unknown); got.Object != unknown.Object || got.Why != unknown.Why ||
		got.Lost != unknown.Lost {
		t.Errorf("what nobody knows became %v", got)
	}
}

func TestWordsOfSignInMethodsAndSignOutsAreTextsAgain(t *testing.T) {
	off := specWith(func(s *link.Spec) { s.PocketBase.PasswordAuth = new(false) })
	on := specWith(func(s *link.Spec) { s.PocketBase.PasswordAuth = new(true) })
	w := linkedWorld(t, minimal())
	turnsOff := mustPlan(t, w, off)
	onlyOurs(w)
	a, p := w.observe(on.Query())
	removal, problems := undo.Removal(&on, &a, p, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	found := map[link.Kind]int{}
	lists := [][]link.Change{turnsOff.Changes, mustPlan(t, w, on).Changes, removal.Changes}
	for _, r := range []people.Reason{people.Inactive, people.NotAllowed, people.Gone} {
		lists = append(lists, plans.NewSignOut(&link.Plan{}, people.Report{Left: []people.Leaver{
			{Account: "a1", Email: "ada@acme.example", Person: "ada", Reason: r}}}).Changes)
	}
	for _, changes := range lists {
		wantReworded(t, changes)
		for _, c := range changes {
			found[c.Kind]++
		}
	}
	if found[link.KindMethods] != 3 || found[link.KindSession] != 3 {
		t.Errorf("the plans have %v", found)
	}
}

func TestAnUndoNamesAnApplicationAsItIsCalledNow(t *testing.T) {
	w := linkedWorld(t, minimal())
	s := specWith(func(s *link.Spec) { s.Application.Group = new("Tools") })
	plan := mustPlan(t, w, s)
	mustApply(t, w, plan)
	w.apps[0].Name = "Renamed since"
	a, p := w.observe(s.Query())
	back, problems := undo.New(&s, plan.Changes, &a, &p, true)
	if len(problems) > 0 || len(back.Changes) != 1 {
		t.Fatalf("%d changes, %v", len(back.Changes), problems)
	}
	if got := back.Changes[0].Object.String(); got != "application “Renamed since”" {
		t.Errorf("it names the %s", got)
	}
	wantReworded(t, back.Changes)
}
