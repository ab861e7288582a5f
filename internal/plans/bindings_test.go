package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

func access(groups ...string) func(*link.Spec) {
	return func(s *link.Spec) { s.Access = &link.Access{Groups: groups} }
}

func mode(m string) func(*link.Spec) {
	return func(s *link.Spec) { s.Application.PolicyEngineMode = &m }
}

// steps are the changes of authentik's application, in words.
func steps(p link.Plan) []string {
	var list []string
	for _, c := range p.Changes {
		switch c.Kind {
		case link.KindBinding:
			list = append(list, "bind "+c.After.(*link.BindingState).Target.Name)
		case link.KindApplication:
			list = append(list, string(c.Action)+" application")
		case link.KindProvider:
			list = append(list, string(c.Action)+" provider")
		case link.KindPair:
			list = append(list, "create both")
		}
	}
	return list
}

func TestBindingsNeverOpenTheApplicationWider(t *testing.T) {
	orphan := aProvider(7, "Shop login", "c7", here)
	bare := anApplication("pocketbase", "PocketBase", 0)
	for name, test := range map[string]struct {
		before func(*link.Spec) // of the link that is there, nil for none
		world  func(*world)
		edit   func(*link.Spec)
		want   []string
	}{
		"a new pair comes with its bindings": {edit: access("staff"),
			want: []string{"create both"}},
		"to all: first the mode": {before: access("staff"),
			edit: both(access("staff", "admins"), mode("all")), want: []string{"update application", "bind admins"}},
		"to any: first the bindings": {before: both(access("staff"), mode("all")),
			edit: both(access("staff", "admins"), mode("any")), want: []string{"bind admins", "update application"}},
		"open to everyone, to all": {before: access(),
			edit: both(access("staff", "admins"), mode("all")), want: []string{"update application", "bind staff",
				"bind admins"}},
		"only groups are added": {before: access("staff"),
			edit: access("staff", "admins"), want: []string{"bind admins"}},
		"a provider without application gets a closed one first": {
			world: func(w *world) { w.providers = []link.ProviderState{orphan} }, edit: access("staff"),
			want: []string{"update provider", "create application", "bind staff", "update application"}},
		"a provider without application, for everyone": {
			world: func(w *world) { w.providers = []link.ProviderState{orphan} }, edit: access(),
			want: []string{"update provider", "create application"}},
		"an application without provider is bound first": {
			world: func(w *world) { w.apps = []link.ApplicationState{bare} }, edit: both(access("staff"), use,
				mode("all")),
			want: []string{"create provider", "bind staff", "update application"},
		},
		"both halves are bound before they meet": {
			world: func(w *world) { w.apps, w.providers = []link.ApplicationState{bare}, []link.ProviderState{orphan} },
			edit:  both(access("staff"), mode("all")),
			want:  []string{"update provider", "bind staff", "update application"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if test.before != nil {
				w = linkedWorld(t, specWith(test.before))
			}
			if test.world != nil {
				test.world(w)
			}
			plan := mustPlan(t, w, specWith(test.edit))
			if diff := cmp.Diff(test.want, steps(plan)); diff != "" {
				t.Fatalf("the order (want -, got +):\n%s\n%s", diff, show(plan))
			}
			before := w.mayUse("pocketbase")
			done := w.copy()
			mustApply(t, done, plan)
			asked := union(before, done.mayUse("pocketbase"))
			for _, c := range plan.Changes {
				if err := w.apply(c); err != nil {
					t.Fatal(err)
				}
				if extra := without(w.mayUse("pocketbase"), asked); len(extra) > 0 {
					t.Errorf("after %s: %v", c.ID(), extra)
				}
			}
			if again := mustPlan(t, w, specWith(test.edit)); !again.Empty() {
				t.Errorf("a second plan is not empty:\n%s", show(again))
			}
		})
	}
}

func TestBindingsThatAreThereStay(t *testing.T) {
	w := linkedWorld(t, specWith(access("staff")))
	before := slices.Clone(w.bindings)
	mustApply(t, w, mustPlan(t, w, specWith(access("admins"))))
	if len(w.bindings) != 2 || w.bindings[0] != before[0] || w.bindings[1].Order != before[0].Order+1 {
		t.Errorf("the bindings are %+v", w.bindings)
	}
	for _, edit := range []func(*link.Spec){access("staff", "admins"), access("admins", "admins"), access(),
		func(*link.Spec) {}} {
		if plan := mustPlan(t, w, specWith(edit)); !plan.Empty() {
			t.Errorf("the plan is\n%s", show(plan))
		}
	}
}

func TestABindingThatLetsNobodyInDoesNotCount(t *testing.T) {
	for name, spoil := range map[string]func(*link.BindingState){
		"turned off":      func(b *link.BindingState) { b.Enabled = false },
		"negated":         func(b *link.BindingState) { b.Negate = true },
		"of another kind": func(b *link.BindingState) { b.Kind = "user" },
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, specWith(access("staff")))
			spoil(&w.bindings[0])
			if got := steps(mustPlan(t, w, specWith(access("staff")))); !slices.Equal(got, []string{"bind staff"}) {
				t.Errorf("the steps are %v", got)
			}
		})
	}
}

func TestBindingsOfAllKindsAreShown(t *testing.T) {
	s := specWith(func(s *link.Spec) {
		s.Access = &link.Access{Groups: []string{"staff"}, Users: []string{"ada"}, Policies: []string{"office hours"}}
	})
	text := show(mustPlan(t, newWorld(), s))
	for _, part := range []string{"binding.group: (none) → staff", "binding.user: (none) → ada",
		"binding.policy: (none) → office hours"} {
		if !strings.Contains(text, part) {
			t.Errorf("the plan does not show %s:\n%s", part, text)
		}
	}
	w := linkedWorld(t, minimal())
	plan := mustPlan(t, w, s)
	if got := steps(plan); !slices.Equal(got, []string{"bind staff", "bind ada", "bind office hours"}) {
		t.Errorf("the steps are %v", got)
	}
}

func TestBindingsTheTokenMayNotReadAreNotMadeTwice(t *testing.T) {
	w := linkedWorld(t, specWith(access("staff")))
	w.missing = []report.Permission{"authentik_policies.view_policybinding"}
	if plan := mustPlan(t, w, minimal()); !plan.Empty() {
		t.Errorf("the plan is\n%s", show(plan))
	}
	_, problems := w.plan(specWith(access("staff")), generated(1))
	if len(problems) != 1 || !strings.Contains(problems[0].Todo.String(), "view_policybinding") {
		t.Errorf("the problems are:\n%v", problems)
	}
}
