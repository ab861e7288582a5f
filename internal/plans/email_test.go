package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
)

func attached(w *world) []string {
	var names []string
	for _, m := range w.providers[0].Mappings {
		names = append(names, m.Name)
	}
	return sorted(names)
}

func decide(d link.EmailDecision) link.Spec {
	return specWith(func(s *link.Spec) { s.Email = d })
}

const (
	trustAll       = "authpocket: trust every e-mail address"
	trustAttribute = "authpocket: trust e-mail addresses marked verified"
)

func TestTheEMailDecisionIsCarriedOut(t *testing.T) {
	for name, test := range map[string]struct {
		decision link.EmailDecision
		mapping  string
		says     string
	}{
		"every address is trusted": {link.EmailTrustAll, trustAll,
			`"email_verified": bool(request.user.email)`},
		"the attribute is trusted": {link.EmailTrustAttribute, trustAttribute,
			`request.user.attributes.get("email_verified", False)`},
		"authentik's answer is left as is": {link.EmailLeave, managedEmail, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, decide(test.decision))
			want := sorted([]string{managedOpenID, managedProfile, test.mapping})
			if diff := cmp.Diff(want, attached(w)); diff != "" {
				t.Errorf("the mappings (want -, got +):\n%s", diff)
			}
			own := pick(w.mappings, func(m link.Mapping) bool { return m.Name == test.mapping })
			if !strings.Contains(own.Expression, test.says) || own.Scope != "email" {
				t.Errorf("the mapping is %+v", own)
			}
		})
	}
}

func TestTheEMailDecisionIsChanged(t *testing.T) {
	all := []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute, link.EmailLeave}
	for _, from := range all {
		for _, to := range all {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				w := linkedWorld(t, decide(from))
				plan := mustPlan(t, w, decide(to))
				if from == to != plan.Empty() {
					t.Fatalf("the plan is\n%s", show(plan))
				}
				mustApply(t, w, plan)
				if fresh := linkedWorld(t, decide(to)); !slices.Equal(attached(w), attached(fresh)) {
					t.Errorf("the mappings are %v; made afresh they are %v", attached(w), attached(fresh))
				}
			})
		}
	}
}

func TestOurMappingReplacesAllForEMail(t *testing.T) {
	w := linkedWorld(t, decide(link.EmailLeave))
	p := &w.providers[0]
	p.Mappings = append(p.Mappings, mapping("company mail", "email").Ref, mapping("groups", "groups").Ref,
		mapping("picture", "profile").Ref)
	if plan := mustPlan(t, w, decide(link.EmailLeave)); !plan.Empty() {
		t.Fatalf("left as it is, the plan is\n%s", show(plan))
	}
	before := slices.Clone(w.mappings)
	mustApply(t, w, mustPlan(t, w, decide(link.EmailTrustAttribute)))
	want := sorted([]string{managedOpenID, managedProfile, "groups", "picture", trustAttribute})
	if diff := cmp.Diff(want, attached(w)); diff != "" {
		t.Errorf("the mappings (want -, got +):\n%s", diff)
	}
	if diff := cmp.Diff(before, w.mappings[:len(before)]); diff != "" {
		t.Errorf("mappings that were there were edited:\n%s", diff)
	}
	mustApply(t, w, mustPlan(t, w, decide(link.EmailLeave)))
	if got := attached(w); slices.Contains(got, trustAttribute) || !slices.Contains(got, managedEmail) {
		t.Errorf("left as it is again, the mappings are %v", got)
	}
}

func TestOurMappingIsMendedWhereItStands(t *testing.T) {
	w := linkedWorld(t, minimal())
	own := pick(w.mappings, func(m link.Mapping) bool { return m.Name == trustAll })
	own.Description = "Somebody's own words"
	if plan := mustPlan(t, w, minimal()); !plan.Empty() {
		t.Errorf("a description of one's own leads to the plan\n%s", show(plan))
	}
	own.Expression, own.Scope = "return {}", "mail"
	plan := mustPlan(t, w, minimal())
	if got := fieldNames(plan); !slices.Equal(got, []string{"scope mapping: scope_name", "scope mapping: expression"}) {
		t.Fatalf("the fields are %v", got)
	}
	mustApply(t, w, plan)
	if own.Description != "Somebody's own words" || len(attached(w)) != 3 {
		t.Errorf("the mapping is %+v", own)
	}
}

func TestOurMappingIsFoundAgainByItsName(t *testing.T) {
	w := newWorld()
	left := mapping(trustAll, "email")
	left.Expression = mappings.Email(link.EmailTrustAll).Expression
	w.mappings = append(w.mappings, left)
	plan := mustPlan(t, w, minimal())
	if slices.ContainsFunc(plan.Changes, func(c link.Change) bool { return c.Kind == link.KindMapping }) {
		t.Errorf("the plan is\n%s", show(plan))
	}
	mustApply(t, w, plan)
	if !slices.Contains(w.providers[0].Mappings, left.Ref) {
		t.Errorf("attached are %v", w.providers[0].Mappings)
	}
}

func TestEmailOutcome(t *testing.T) {
	required, optional, closed := collection("users"), collection("users"), collection("users")
	optional.EmailRequired, closed.CreateRule = false, nil
	for name, test := range map[string]struct {
		decision   link.EmailDecision
		collection link.CollectionState
		says       []string
		never      string
	}{
		"trusted": {link.EmailTrustAll, required,
			[]string{"Every address", "A new account is created", "linked instead"}, "drops"},
		"trusted, but closed to new people": {link.EmailTrustAll, closed, []string{"New users are refused",
			"only superusers"}, "A new account is created;"},
		"by attribute, address required": {link.EmailTrustAttribute, required,
			[]string{"email_verified is true: A new account", "For everyone else: PocketBase drops", "Cannot be blank"},
			""},
		"by attribute, address not required": {link.EmailTrustAttribute, optional,
			[]string{"For everyone else: PocketBase drops the address. The account is created without one"},
			"Cannot be blank"},
		"left, address required": {link.EmailLeave, required, []string{"marks every address as not verified",
			"users requires one"}, "A new account"},
		"left, address not required": {link.EmailLeave, optional, []string{"The account is created without one"},
			"Cannot be blank"},
	} {
		t.Run(name, func(t *testing.T) {
			got := mappings.EmailOutcome(test.decision, &test.collection)
			for _, part := range test.says {
				if !strings.Contains(got.String(), part) {
					t.Errorf("%q does not say %q", got, part)
				}
			}
			if test.never != "" && strings.Contains(got.String(), test.never) {
				t.Errorf("%q says %q", got, test.never)
			}
		})
	}
}
