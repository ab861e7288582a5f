package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// receipt is what a receipt keeps of a plan's changes: everything but the
// secrets.
func receipt(p link.Plan) []link.Change {
	var kept []link.Change
	for _, c := range p.Changes {
		c.Before, c.After = withoutSecrets(c.Before), withoutSecrets(c.After)
		kept = append(kept, c)
	}
	return kept
}

func withoutSecrets(state link.Object) link.Object {
	switch s := state.(type) {
	case *link.ProviderState:
		bare := *s
		bare.ClientSecret = secret.Text{}
		return &bare
	case *link.PairState:
		bare := *s
		bare.Provider.ClientSecret = secret.Text{}
		return &bare
	case *link.CollectionState:
		bare := *s
		bare.OAuth2.Providers = slices.Clone(s.OAuth2.Providers)
		for i := range bare.OAuth2.Providers {
			bare.OAuth2.Providers[i].ClientSecret = secret.Text{}
		}
		return &bare
	}
	return state
}

// undo plans to take the plan back, from what the world holds now.
func (w *world) undo(p link.Plan, force bool) (link.Plan, report.Problems) {
	a, b := w.observe(p.Spec.Query())
	return undo.New(&p.Spec, receipt(p), &a, &b, force)
}

// asBefore compares two worlds but for what undo says that it cannot put
// back: secrets, keys that were made, and PocketBase's own bytes of our slot.
func asBefore(before, after *world, slot string) string {
	ours := func(w *world) *world {
		c := w.copy()
		c.made, c.keys = 0, nil
		for i := range c.collections {
			for j := range c.collections[i].OAuth2.Providers {
				if p := &c.collections[i].OAuth2.Providers[j]; p.Slot == slot {
					p.Raw, p.ClientSecret = nil, secret.Text{}
				}
			}
		}
		for i := range c.providers {
			c.providers[i].ClientSecret = secret.Text{}
			slices.SortFunc(c.providers[i].Mappings, func(a, b link.Ref) int { return strings.Compare(a.ID, b.ID) })
			for j := range c.providers[i].Mappings {
				c.providers[i].Mappings[j].Name = ""
			}
		}
		return c
	}
	byID := cmp.Comparer(func(a, b link.Ref) bool { return a.ID == b.ID })
	byText := cmp.Comparer(func(a, b link.RedirectURI) bool { return a.String() == b.String() })
	return cmp.Diff(ours(before), ours(after), cmp.AllowUnexported(world{}), cmpopts.EquateEmpty(), byID, byText,
		cmp.Comparer(func(a, b *bool) bool { return link.Value(a, true) == link.Value(b, true) }))
}

func TestUndoPutsBackWhatWasThere(t *testing.T) {
	var planned counter
	rapid.Check(t, func(t *rapid.T) {
		w, _, plan := drawn(t, &planned)
		before := w.copy()
		if usesElsewhere(w, plan.Desired) {
			return // then it stays, see TestWhatAnotherCollectionSignsInWithStays
		}
		done := rapid.IntRange(0, len(plan.Changes)).Draw(t, "changes done")
		applyAll(t, w, plan.Changes[:done], func() {})
		if done == 0 {
			return
		}
		part := plan
		part.Changes = plan.Changes[:done]
		back, problems := w.undo(part, false)
		if len(problems) > 0 {
			t.Fatalf("after\n%sthere are problems:\n%v", show(part), problems)
		}
		if len(back.Changes) > 0 { // an undo, too, may be interrupted
			applyAll(t, w, back.Changes[:rapid.IntRange(0, len(back.Changes)-1).Draw(t, "changes undone")], func() {})
			if back, problems = w.undo(part, false); len(problems) > 0 {
				t.Fatalf("after a part of the undo there are problems:\n%v", problems)
			}
		}
		applyAll(t, w, back.Changes, func() {})
		if diff := asBefore(before, w, plan.Desired.Slot.Slot); diff != "" {
			t.Fatalf("after\n%sand then\n%sbefore -, after +:\n%s", show(part), show(back), diff)
		}
		if again, problems := w.undo(part, false); len(problems) > 0 || !again.Empty() {
			t.Fatalf("a second undo is\n%s%v", show(again), problems)
		}
	})
	planned.report(t)
}

// A second undo does not take the groups mapping that was there before for the one that the first undo deleted.
func TestASecondUndoOfAnotherSlugFindsNothing(t *testing.T) {
	groups := func(s *link.Spec) { s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"admins"}} }
	w := linkedWorld(t, specWith(groups))
	if err := w.remove(link.Change{Kind: link.KindApplication, Action: link.Delete, Before: &w.apps[0]}); err != nil {
		t.Fatal(err)
	}
	plan := mustPlan(t, w, specWith(groups, slug("shop"), use)) // for the provider that is left
	mustApply(t, w, plan)
	back, problems := w.undo(plan, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mustApply(t, w, back)
	if again, problems := w.undo(plan, false); len(problems) > 0 || !again.Empty() {
		t.Errorf("a second undo is\n%s%v", show(again), problems)
	}
}

func TestARemovalLeavesTheRestAlone(t *testing.T) {
	w := linkedWorld(t, minimal())
	second := specWith(makeNew, slug("shop"), func(s *link.Spec) { s.Application.Name = new("Shop") })
	before := w.copy()
	mustApply(t, w, mustPlan(t, w, second))
	a, p := w.observe(second.Query())
	plan, problems := undo.Removal(&second, &a, p, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mustApply(t, w, plan)
	if diff := asBefore(before, w, ""); diff != "" {
		t.Errorf("by\n%sbefore -, after +:\n%s", show(plan), diff)
	}
	for _, c := range plan.Changes {
		if (c.Kind == link.KindProvider) != strings.Contains(c.Lost.String(), "client secret can't be restored") {
			t.Errorf("%s says that %q is lost", c.ID(), c.Lost)
		}
	}
}

func TestUndoAsksAboutWhatSomebodyChangedSince(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*world)
		says string
	}{
		"the application": {func(w *world) { w.apps[0].Group = "Theirs" }, "group is now “Theirs”"},
		"the provider": {func(w *world) { w.providers[0].SubjectMode = "user_email" },
			"sub_mode is now “user_email”"},
		"our mapping": {func(w *world) {
			pick(w.mappings, func(m link.Mapping) bool { return m.Name == trustAll }).Expression = "return {}"
		}, "expression is now “return {}”"},
		"the element": {func(w *world) { w.collection("users").OAuth2.Providers[1].DisplayName = "Theirs" },
			"oidc.displayName is now “Theirs”"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			before := w.copy()
			plan := mustPlan(t, w, minimal())
			mustApply(t, w, plan)
			test.edit(w)
			back, problems := w.undo(plan, false)
			if len(problems) != 1 || !strings.Contains(problems[0].Summary.String(), test.says) || !back.Empty() {
				t.Fatalf("the problems are:\n%v", problems)
			}
			back, problems = w.undo(plan, true)
			if len(problems) > 0 {
				t.Fatalf("forced, the problems are:\n%v", problems)
			}
			mustApply(t, w, back)
			if diff := asBefore(before, w, "oidc"); diff != "" {
				t.Errorf("before -, after +:\n%s", diff)
			}
		})
	}
}

func TestNothingIsTakenApartThatCannotBeSeen(t *testing.T) {
	for _, permission := range []report.Permission{
		"authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider",
		"authentik_providers_oauth2.view_scopemapping",
	} {
		t.Run(string(permission), func(t *testing.T) {
			w := newWorld()
			plan := mustPlan(t, w, minimal())
			mustApply(t, w, plan)
			a, p := w.observe(plan.Spec.Query())
			a.Missing = []report.Permission{permission}
			back, problems := undo.New(&plan.Spec, receipt(plan), &a, &p, true)
			if len(problems) != 1 || !strings.Contains(problems[0].Todo.String(), string(permission)) || !back.Empty() {
				t.Errorf("undo: %v", problems)
			}
			removal, problems := undo.Removal(&plan.Spec, &a, p, false)
			if len(problems) != 1 || !strings.Contains(problems[0].Todo.String(),
				string(permission)) || !removal.Empty() {
				t.Errorf("removal: %v", problems)
			}
		})
	}
}

// usesElsewhere reports whether a collection that is not the link's has its
// client id.
func usesElsewhere(w *world, d link.Desired) bool {
	return slices.ContainsFunc(w.collections, func(c link.CollectionState) bool {
		return c.Name != d.Collection.Name &&
			slices.ContainsFunc(c.OAuth2.Providers,
				func(p link.OAuth2Provider) bool { return p.ClientID == d.Provider.ClientID })
	})
}

func TestWhatAnotherCollectionSignsInWithStays(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w, minimal())
	mustApply(t, w, plan)
	members := *w.collection("users")
	members.ID, members.Name = "members", "members"
	w.collections = append(w.collections, members)
	a, p := w.observe(plan.Spec.Query())
	back, problems := undo.New(&plan.Spec, receipt(plan), &a, &p, false)
	removal, problemsToo := undo.Removal(&plan.Spec, &a, p, false)
	if len(problems)+len(problemsToo) > 0 {
		t.Fatal(problems, problemsToo)
	}
	for what, taken := range map[string]link.Plan{"undo": back, "removal": removal} {
		for _, c := range taken.Changes {
			if c.Kind == link.KindApplication || c.Kind == link.KindProvider || c.Kind == link.KindMapping {
				t.Errorf("%s: %s %s, which members sign in with", what, c.Action, c.Object)
			}
		}
		if !slices.ContainsFunc(taken.Warnings, func(w link.Warning) bool { return w.ID == "in-use" }) {
			t.Errorf("%s does not say why: %v", what, taken.Warnings)
		}
	}
}

func TestUndoLeavesABindingOfSomebodyElse(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w, minimal())
	mustApply(t, w, plan)
	w.bindings = append(w.bindings, link.BindingState{PK: "theirs", Application: link.Ref{ID: w.apps[0].PK,
		Name: w.apps[0].Slug}, Kind: "group", Target: link.Ref{ID: "group-staff", Name: "staff"}, Enabled: true})
	if back, problems := w.undo(plan, false); len(problems) != 1 || !strings.Contains(problems[0].Summary.String(),
		"staff") ||
		!back.Empty() {
		t.Errorf("the problems are %v", problems)
	}
	if back, problems := w.undo(plan, true); len(problems) > 0 || back.Empty() {
		t.Errorf("forced: %v", problems)
	}
}

func TestUndoOfOneRuleLeavesTheOther(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w,
		specWith(func(s *link.Spec) { s.PocketBase.CreateRule = new(`@request.context = "oauth2"`) }))
	mustApply(t, w, plan)
	w.collection("users").AuthRule = new("verified = true")
	back, problems := w.undo(plan, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mustApply(t, w, back)
	if rule := w.collection("users").AuthRule; rule == nil || *rule != "verified = true" {
		t.Error("the auth rule, which the apply did not write, was put back too")
	}
}

func TestARemovalFindsTheSlotOfAProviderThatIsGone(t *testing.T) {
	w := newWorld()
	s := minimal()
	mustApply(t, w, mustPlan(t, w, s))
	w.apps, w.providers, w.bindings = nil, nil, nil
	for _, base := range []string{s.AuthentikURL, ""} {
		s.AuthentikURL = base
		a, p := w.observe(s.Query())
		a.URL = minimal().AuthentikURL
		plan, problems := undo.Removal(&s, &a, p, false)
		if len(problems) > 0 ||
			!slices.ContainsFunc(plan.Changes, func(c link.Change) bool { return c.Kind == link.KindOAuth2 }) {
			t.Errorf("with the address %q: %v\n%s", base, problems, show(plan))
		}
	}
}

func TestUndoTellsWhoCanNoLongerSignIn(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w, minimal())
	mustApply(t, w, plan)
	w.linked["oidc"] = 2
	back, problems := w.undo(plan, false)
	if len(problems) > 0 || !slices.Contains(warningIDs(back), "linked-people") {
		t.Errorf("the warnings are %v, %v", warningIDs(back), problems)
	}
}

func TestWhatWouldMoveASecretIsRefusedInThePlan(t *testing.T) {
	for name, places := range map[string]bool{"by place": true, "by name": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			plan := mustPlan(t, w, minimal())
			mustApply(t, w, plan)
			c := w.collection("users")
			c.OAuth2.Providers = append(c.OAuth2.Providers, link.OAuth2Provider{Slot: "github", ClientID: "later"})
			a, p := w.observe(new(minimal()).Query())
			p.SecretsByPlace = places
			_, removal := undo.Removal(new(minimal()), &a, p, false)
			_, back := undo.New(&plan.Spec, receipt(plan), &a, &p, false)
			for what, problems := range map[string]report.Problems{"removal": removal, "undo": back} {
				if refused := len(problems) == 1 && problems[0].Field == "pocketbase.slot" &&
					strings.Contains(problems[0].Summary.String(), "(github)"); refused != places {
					t.Errorf("%s: %v", what, problems)
				}
			}
		})
	}
}
