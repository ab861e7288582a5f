package plans_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// TestWhatTheBindingsAskOfANewPerson holds the groups that a proof's person joins,
// and the refusals, against the bindings.
func TestWhatTheBindingsAskOfANewPerson(t *testing.T) {
	group := func(id string) link.BindingState {
		return link.BindingState{PK: "of " + id, Kind: "group", Target: link.Ref{ID: id, Name: id}, Enabled: true}
	}
	but := func(b link.BindingState) link.BindingState { b.Negate = true; return b }
	off := func(b link.BindingState) link.BindingState { b.Enabled = false; return b }
	user, policy := group("ada"), group("office hours")
	user.Kind, policy.Kind = "user", "policy"
	staff, admins, root := group("staff"), group("admins"), group("root")
	root.Superusers = true
	for name, test := range map[string]struct {
		mode    string
		bound   []link.BindingState
		change  func(*link.AuthentikSnapshot)
		joins   []string
		refused string
	}{
		"everyone": {mode: "any"},
		"closed by default": {mode: "any", change: func(a *link.AuthentikSnapshot) { a.ClosedByDefault = true },
			refused: "closes applications without bindings"},
		"unseen": {mode: "any", change: func(a *link.AuthentikSnapshot) {
			a.Missing = []report.Permission{report.PermViewBinding}
		}, refused: "may not see who may use"},
		"one of two groups": {mode: "any", bound: []link.BindingState{staff, admins}, joins: []string{"staff"}},
		"both groups": {mode: "all", bound: []link.BindingState{staff, admins},
			joins: []string{"staff", "admins"}},
		"superusers or a group": {mode: "any", bound: []link.BindingState{root, staff}, joins: []string{"staff"}},
		"superusers":            {mode: "any", bound: []link.BindingState{root}, refused: "group root of superusers"},
		"a group or a user":     {mode: "any", bound: []link.BindingState{user, staff}, joins: []string{"staff"}},
		"a group and a user":    {mode: "all", bound: []link.BindingState{user, staff}, refused: "bound to user ada"},
		"a user":                {mode: "any", bound: []link.BindingState{user}, refused: "bound to user ada"},
		"a policy":              {mode: "any", bound: []link.BindingState{policy}, refused: "policy office hours"},
		"a policy and a group": {mode: "all", bound: []link.BindingState{policy, staff},
			refused: "policy office hours"},
		"everyone but a policy": {mode: "any", bound: []link.BindingState{but(policy)}, refused: "office hours"},
		"everyone but a user":   {mode: "any", bound: []link.BindingState{but(user)}},
		"everyone but a group":  {mode: "any", bound: []link.BindingState{but(staff), admins}},
		"a group, but no admin": {mode: "all", bound: []link.BindingState{staff, but(admins)},
			joins: []string{"staff"}},
		"a binding that is off": {mode: "any", bound: []link.BindingState{off(user), staff}, joins: []string{"staff"}},
		"all bindings are off":  {mode: "all", bound: []link.BindingState{off(user)}},
		"no permission to do so": {mode: "any", change: func(a *link.AuthentikSnapshot) {
			a.MissingForProof = []report.Permission{report.PermDeleteUser}
		}, refused: "may not make a person"},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			plan := mustPlan(t, w, minimal())
			plan.Generated.Person = link.NewPerson("x", "mark", "", secret.New("password"))
			a, p := w.observe(new(minimal()).Query())
			a.Application.PolicyEngineMode, a.Bindings = test.mode, test.bound
			if test.change != nil {
				test.change(&a)
			}
			proof, problems := plans.NewProof(&plan, &a, p)
			if refused := len(problems) > 0; refused != (test.refused != "") ||
				!strings.Contains(problems.Error(), test.refused) {
				t.Fatalf("the problems are %v", problems)
			}
			if test.refused != "" {
				return
			}
			joins := link.Each(link.As[link.PersonState](proof.Changes[0].After).Groups,
				func(r link.Ref) string { return r.Name })
			if !slices.Equal(joins, test.joins) {
				t.Errorf("the person joins %v", joins)
			}
			if warned := slices.ContainsFunc(proof.Warnings, func(w link.Warning) bool {
				return w.ID == report.WarnProofGroups
			}); warned != (len(test.joins) > 0) {
				t.Errorf("the warnings are %+v", proof.Warnings)
			}
		})
	}
}
