package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
)

const ownGroups = "authpocket: groups of pocketbase"

func limited(groups ...string) link.Spec {
	return specWith(func(s *link.Spec) {
		s.Provider.GroupsClaim = &link.GroupsLimit{Names: groups}
		s.PocketBase.Groups = []link.GroupField{{Field: "nick"}}
	})
}

func (w *world) ownGroups() *link.Mapping {
	return pick(w.mappings, func(m link.Mapping) bool { return m.Name == ownGroups })
}

func wantLimit(t *testing.T, w *world, groups ...string) {
	t.Helper()
	m := w.ownGroups()
	if m == nil {
		t.Fatal("there is no groups mapping")
	}
	got, isLimit := mappings.GroupsIn(m)
	if diff := cmp.Diff(groups, got); !isLimit || diff != "" {
		t.Errorf("the mapping limits (want -, got +):\n%s\n%s", diff, m.Expression)
	}
	p := pick(w.providers, func(p link.ProviderState) bool { return p.Name == "Provider for PocketBase" })
	profile := func(r link.Ref) bool { return r.Name == managedProfile }
	if !slices.Contains(p.Mappings, m.Ref) || !slices.ContainsFunc(p.Mappings, profile) || m.Scope != "profile" {
		t.Errorf("attached are %v, the scope is %s", p.Mappings, m.Scope)
	}
}

func TestTheGroupsClaimIsLimitedAndTakenAway(t *testing.T) {
	bound := specWith(func(s *link.Spec) {
		s.Provider.GroupsClaim = &link.GroupsLimit{Bound: true}
		s.Access = &link.Access{Groups: []string{"staff", "admins"}}
	})
	w := linkedWorld(t, bound)
	wantLimit(t, w, "admins", "staff")
	mustApply(t, w, mustPlan(t, w, limited("staff")))
	wantLimit(t, w, "staff")

	// Left open, it stays, and so does the claim that the hook reads.
	open := minimal()
	plan := mustPlan(t, w, open)
	if !plan.Empty() || plan.Desired.Groups.Claim != link.AppGroupsClaim {
		t.Errorf("left open, the hook reads %s, and the plan is\n%s", plan.Desired.Groups.Claim, show(plan))
	}
	other := limited("staff")
	other.PocketBase.GroupsClaim = new("mine")
	if plan := mustPlan(t, w, other); plan.Desired.Groups.Claim != "mine" {
		t.Errorf("the hook reads %s", plan.Desired.Groups.Claim)
	}

	plan = mustPlan(t, w, limited())
	if got := fieldNames(plan); !slices.Equal(got, []string{"provider: property_mappings"}) ||
		plan.Desired.Groups.Claim != link.GroupsClaim {
		t.Errorf("taken away, the fields are %v", got)
	}
	mustApply(t, w, plan)
	if slices.Contains(attached(w), ownGroups) {
		t.Errorf("attached are %v", attached(w))
	}
}

func TestAnEditedGroupsMappingIsMended(t *testing.T) {
	s := limited("staff", "admins")
	w := linkedWorld(t, s)
	if plan := mustPlan(t, w, s); !plan.Empty() {
		t.Fatalf("applied, the plan is\n%s", show(plan))
	}
	w.ownGroups().Expression = strings.Replace(w.ownGroups().Expression, `"staff"`, `"staff", "board"`, 1)
	plan := mustPlan(t, w, s)
	if got := fieldNames(plan); !slices.Equal(got, []string{"scope mapping: expression"}) {
		t.Fatalf("the fields are %v", got)
	}
	mustApply(t, w, plan)
	wantLimit(t, w, "admins", "staff")
}

// TestOnlyTheLinksGroupsMappingGoes has a second link beside the one that is removed.
func TestOnlyTheLinksGroupsMappingGoes(t *testing.T) {
	w := linkedWorld(t, limited("staff"))
	shop := limited("admins")
	shop.Application.Slug, shop.Application.Name, shop.PocketBase.Collection = new("shop"), new("Shop"), new("members")
	shop.Existing = link.ExistingNew
	mustApply(t, w, mustPlan(t, w, shop))
	left := mapping("authpocket: groups of another", "profile")
	w.mappings = append(w.mappings, left)

	removal := w.takenApart(t, limited("staff"), nil)
	if w.ownGroups() != nil {
		t.Error("the groups mapping of the removed link stays")
	}
	for _, name := range []string{"authpocket: groups of shop", left.Name, trustAll} {
		if pick(w.mappings, func(m link.Mapping) bool { return m.Name == name }) == nil {
			t.Errorf("%s is gone", name)
		}
	}
	plan, problems := w.restored(removal, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mustApply(t, w, plan)
	wantLimit(t, w, "staff")
}

func TestAnEditedGroupsMappingIsRestoredAsTheLinkFileSays(t *testing.T) {
	s := limited("staff")
	w := linkedWorld(t, s)
	w.ownGroups().Expression = "return {}"
	plan, problems := w.restored(w.takenApart(t, s, nil), false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	said := slices.ContainsFunc(plan.Warnings, func(one link.Warning) bool {
		return one.ID == report.WarnLost && strings.Contains(one.Summary.String(), "edited by hand")
	})
	mustApply(t, w, plan)
	wantLimit(t, w, "staff")
	if !said {
		t.Errorf("the warnings are %v", plan.Warnings)
	}
}

func TestTheLimitIsImported(t *testing.T) {
	hostile := []string{"\"]; x = [\"", "ä\n😀", "admins"}
	for name, test := range map[string]struct {
		edit   string
		limit  *link.GroupsLimit
		extras []string
	}{
		"as it was written": {"", &link.GroupsLimit{Names: sorted(hostile)}, nil},
		"edited by hand":    {"return {}", nil, []string{ownGroups}},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, limited(hostile...))
			if test.edit != "" {
				w.ownGroups().Expression = test.edit
			}
			s := link.Spec{AuthentikURL: authentikURL, PocketBaseURLs: []string{pocketbaseURL}}
			a, p := w.observe(s.Query())
			got, problems := resolve.Import(s, &a, p)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(test.limit, got.Provider.GroupsClaim); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.extras, got.Provider.ScopeMappings); diff != "" {
				t.Error(diff)
			}
			if plan := mustPlan(t, w, got); !plan.Empty() {
				t.Errorf("the plan for it is\n%s", show(plan))
			}
		})
	}
}

func TestTheWholeLinkHasTheLimit(t *testing.T) {
	w := linkedWorld(t, limited("staff"))
	open := minimal()
	a, p := w.observe(open.Query())
	plan := mustPlan(t, w, open)
	whole := plans.Whole(&plan, a, p)
	created := slices.ContainsFunc(whole.Changes, func(c link.Change) bool {
		after := link.As[link.Mapping](c.After)
		return c.Action == link.Create && after != nil && after.Name == ownGroups && after.ID == ""
	})
	if !created {
		t.Errorf("the plan is\n%s", show(whole))
	}
}

func TestALimitWithoutGroups(t *testing.T) {
	s := specWith(func(s *link.Spec) { s.Provider.GroupsClaim = &link.GroupsLimit{Bound: true} })
	if problems := s.Validate(); len(problems) != 1 || problems[0].Field != "provider.groups_claim" {
		t.Errorf("the problems are %v", problems)
	}
}

// TestTheWizardKeepsTheLimit plans as the wizard does, which names the attached scope mappings.
func TestTheWizardKeepsTheLimit(t *testing.T) {
	w := linkedWorld(t, limited("staff"))
	ticked := specWith(func(s *link.Spec) { s.Provider.ScopeMappings = []string{ownGroups} })
	if plan := mustPlan(t, w, ticked); !plan.Empty() || plan.Desired.Groups.Claim != link.AppGroupsClaim {
		t.Errorf("ticked, the hook reads %s, and the plan is\n%s", plan.Desired.Groups.Claim, show(plan))
	}
	unticked := specWith(func(s *link.Spec) { s.Provider.ScopeMappings = []string{} })
	mustApply(t, w, mustPlan(t, w, unticked))
	if slices.Contains(attached(w), ownGroups) {
		t.Errorf("attached are %v", attached(w))
	}
}
