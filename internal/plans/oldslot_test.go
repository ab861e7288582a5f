package plans_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
)

// moved wants the link in another slot.
func moved() link.Spec { return specWith(func(s *link.Spec) { s.PocketBase.Slot = new("oidc2") }) }

func slotsOf(w *world) string {
	return strings.Join(link.Each(w.collection("users").OAuth2.Providers,
		func(o link.OAuth2Provider) string { return o.Slot }), ",")
}

// TestTheOldSlotGoesLast: on the only way in, the slot that the link leaves needs a proof of the new one, and no plan
// removes it where there is another way.
func TestTheOldSlotGoesLast(t *testing.T) {
	elsewhere := foreign("oidc3", "theirs", "https://elsewhere.company/")
	for name, test := range map[string]struct {
		world func(*world)
		edit  func(*link.Spec)
		old   string
	}{
		"it is the only way in":             {world: onlyOurs, old: "oidc"},
		"passwords are on":                  {world: func(*world) {}},
		"passwords are turned off with it":  {world: onlyOIDC, edit: noPasswords, old: "oidc"},
		"one-time passwords are on":         {world: otpOn},
		"another provider is there":         {world: func(w *world) { onlyOurs(w); elements(w, elsewhere) }},
		"another link of the file has that": {world: onlyOurs, edit: leaves("oidc")},
		"both are moved":                    {world: twice, old: "oidc,oidc3"},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := linkedWorld(t, minimal()), moved()
			test.world(w)
			if test.edit != nil {
				test.edit(&s)
			}
			plan := mustPlan(t, w, s)
			got := strings.Join(link.OldSlots(plan.Changes), ",")
			if got != test.old || plan.NeedsProof() != (test.old != "") {
				t.Fatalf("the plan removes %q:\n%s", got, show(plan))
			}
			mustApply(t, w, plan.Limited(link.PartBeforeProof))
			if !strings.HasPrefix(slotsOf(w), "oidc,") && !strings.Contains(slotsOf(w), ",oidc,") {
				t.Fatalf("the old slot is gone before it may: %s", slotsOf(w))
			}
			rest := mustPlan(t, w, s)
			got = strings.Join(link.OldSlots(rest.Changes), ",")
			if first := rest.Limited(link.PartBeforeProof); got != test.old || !first.Empty() {
				t.Fatalf("after the first part, the plan is\n%s", show(rest))
			}
			mustApply(t, w, rest)
			for _, slot := range strings.Split(test.old, ",") {
				if slices.Contains(strings.Split(slotsOf(w), ","), slot) {
					t.Errorf("%s is still there: %s", slot, slotsOf(w))
				}
			}
			if again := mustPlan(t, w, s); !again.Empty() {
				t.Errorf("a plan after that is\n%s", show(again))
			}
		})
	}
}

// onlyOIDC leaves the link and passwords.
func onlyOIDC(w *world) { onlyOurs(w); w.collection("users").PasswordAuth = new(true) }

func noPasswords(s *link.Spec) { s.PocketBase.PasswordAuth = new(false) }

func leaves(slot string) func(*link.Spec) {
	return func(s *link.Spec) { s.Others = []link.Other{{AuthentikURL: authentikURL, Slug: "another", Slot: slot}} }
}

func otpOn(w *world) { onlyOurs(w); w.collection("users").OTP = new(true) }

// twice has the link in oidc3, too.
func twice(w *world) {
	onlyOurs(w)
	p := w.collection("users").OAuth2.Providers[0]
	p.Slot = "oidc3"
	elements(w, p)
}

// TestTheOldSlotComesBack undoes the removal and the move, one after the other and at once, also in a PocketBase that
// keeps client secrets by position.
func TestTheOldSlotComesBack(t *testing.T) {
	for _, byPlace := range []bool{false, true} {
		for _, atOnce := range []bool{false, true} {
			w := linkedWorld(t, minimal())
			onlyOurs(w)
			secretIs := w.collection("users").OAuth2.Providers[0].ClientSecret
			plan := mustPlan(t, w, moved())
			first := plan.Limited(link.PartBeforeProof)
			mustApply(t, w, first)
			last := mustPlan(t, w, moved())
			mustApply(t, w, last)
			if got := slotsOf(w); got != "oidc2" {
				t.Fatalf("the slots are %s", got)
			}
			steps := []link.Plan{last, first}
			if atOnce {
				whole := plan
				whole.Changes = slices.Concat(first.Changes, last.Changes)
				steps = []link.Plan{whole}
			}
			for _, step := range steps {
				a, b := w.observe(step.Spec.Query())
				b.SecretsByPlace = byPlace
				back, problems := undo.New(&step.Spec, receipt(step), &a, &b, false)
				if len(problems) > 0 {
					t.Fatalf("by place %v, at once %v: %v", byPlace, atOnce, problems)
				}
				mustApply(t, w, back)
			}
			if got := slotsOf(w); got != "oidc" {
				t.Errorf("by place %v, at once %v: the slots are %s", byPlace, atOnce, got)
			}
			if now := w.collection("users").OAuth2.Providers[0].ClientSecret; !now.Equal(secretIs) {
				t.Errorf("by place %v, at once %v: oidc has another client secret", byPlace, atOnce)
			}
		}
	}
}
