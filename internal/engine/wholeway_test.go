package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestALinkIsMadeOnceAndFoundAgain(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications) != 1 || len(sim.Providers) != 1 || len(sim.Bindings) != 0 {
		t.Errorf("there are %d applications, %d providers, %d bindings", len(sim.Applications), len(sim.Providers),
			len(sim.Bindings))
	}
	p := sim.Providers[0]
	if len(p.ClientID) != 40 || len(p.ClientSecret) != 128 ||
		!slices.Equal(p.GrantTypes, []string{"authorization_code"}) {
		t.Errorf("the client id has %d characters, the secret %d; the grants are %v", len(p.ClientID),
			len(p.ClientSecret), p.GrantTypes)
	}
	if got := b.secretsInPocketBase(); got["oidc"] != p.ClientSecret || got["google"] != "secret of Google" {
		t.Errorf("PocketBase has the secrets %v", got)
	}
	again := b.connect()
	plan, err := again.Plan(t.Context(), b.minimal())
	if err != nil || !plan.Empty() {
		t.Errorf("another run plans\n%s%v", show(plan), err)
	}
}

func TestEveryCheckOfANewLinkPasses(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	desired, err := b.engine.Desire(t.Context(), new(b.minimal()))
	if err != nil {
		t.Fatal(err)
	}
	checks := b.engine.Verify(t.Context(), desired, 0)
	for _, c := range checks {
		if c.Status == report.Fail || c.Evidence.Empty() || c.ID == "" {
			t.Errorf("%s: %s: %s %s", c.ID, c.Status, c.Evidence, c.Remedy)
		}
	}
	if checks.Count(report.Pass) < 5 || checks[0].System != report.Authentik || checks.Count(report.Pass)+
		checks.Count(report.Warn)+checks.Count(report.Skipped) != len(checks) {
		t.Errorf("%d of %d checks pass", checks.Count(report.Pass), len(checks))
	}
}

func TestADecisionIsMeasured(t *testing.T) {
	b := newBench(t)
	ada := 0
	for _, u := range b.box.Authentik().Snapshot().Users {
		if u.Username == b.box.Person.Username {
			ada = u.PK
		}
	}
	for decision, says := range map[link.EmailDecision]string{
		link.EmailTrustAll: "pass email_verified true", link.EmailLeave: "pass email_verified false",
		link.EmailTrustAttribute: "warn email_verified false",
	} {
		s := b.minimal()
		s.Email = decision
		b.link(s)
		desired, err := b.engine.Desire(t.Context(), &s)
		if err != nil {
			t.Fatal(err)
		}
		checks := b.engine.Verify(t.Context(), desired, ada)
		i := slices.IndexFunc(checks, func(c report.Check) bool { return c.ID == "authentik.email" })
		if i < 0 {
			t.Fatalf("%s: no check tells of the e-mail address: %+v", decision, checks)
		}
		status, evidence, _ := strings.Cut(says, " ")
		if string(checks[i].Status) != status || !strings.Contains(checks[i].Evidence.String(), evidence) {
			t.Errorf("%s: %+v", decision, checks[i])
		}
	}
}

func TestTakenNamesAreProblems(t *testing.T) {
	b := newBench(t)
	b.box.Authentik().AddApplications(1)
	other := b.box.Authentik().Snapshot().Applications[0]
	for name, test := range map[string]struct {
		edit        func(*link.Spec)
		field, says string
	}{
		"the slug": {func(s *link.Spec) { s.Application.Slug = &other.Slug }, "application.slug",
			"taken by the application “" + other.Name + "”"},
		"the provider name": {func(s *link.Spec) { s.Provider.Name = new("Provider for " + other.Name) },
			"provider.name", "of the application “" + other.Name + "”"},
		"a flow": {func(s *link.Spec) { s.Provider.AuthorizationFlow = new("mine") },
			"provider.authorization_flow", "default-provider-authorization-implicit-consent"},
		"a group": {func(s *link.Spec) { s.Access = &link.Access{Groups: []string{"nobody"}} },
			"access.groups.0", "“nobody”"},
		"the collection": {func(s *link.Spec) { s.PocketBase.Collection = new("people") }, "pocketbase.collection",
			"users"},
		"a field of its own": {func(s *link.Spec) { s.PocketBase.MapName = new("surname") }, "pocketbase.map_name",
			"“surname”"},
	} {
		t.Run(name, func(t *testing.T) {
			s := b.minimal()
			test.edit(&s)
			_, err := b.engine.Plan(t.Context(), s)
			problems, ok := errors.AsType[report.Problems](err)
			if !ok || len(problems) != 1 || problems[0].Field != test.field || !strings.Contains(say.Of("%s%s",
				problems[0].Summary, problems[0].Todo).String(), test.says) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	if got := b.box.Authentik().Snapshot(); len(got.Applications) != 1 || len(got.Providers) != 1 {
		t.Error("something was written")
	}
}

func TestASpecThatCannotBeRightIsNotEvenObserved(t *testing.T) {
	e := engine.New(engine.Config{}) // nothing to call
	_, err := e.Plan(t.Context(), link.Spec{})
	if problems, ok := errors.AsType[report.Problems](err); !ok || problems[0].Field != "email" {
		t.Errorf("the error is %v", err)
	}
}

func TestASecondLinkStandsBesideTheFirst(t *testing.T) {
	b := newBench(t)
	first := b.minimal()
	b.link(first)
	second := b.minimal()
	second.Application = link.Application{Name: new("Shop"), Slug: new("shop")}
	second.Existing, second.Access = link.ExistingNew, &link.Access{Groups: []string{"staff"}}
	before := b.secretsInPocketBase()
	b.link(second)
	after := b.secretsInPocketBase()
	if len(after) != 3 || after["oidc"] != before["oidc"] || after["oidc2"] == "" ||
		after["google"] != before["google"] {
		t.Errorf("the secrets were %v and are %v", before, after)
	}
	first.Application.Slug = new(link.DefaultSlug)
	if plan := b.plan(first); !plan.Empty() {
		t.Errorf("the first link's plan is\n%s", show(plan))
	}
}

func TestTheLinkIsFoundUnderAnotherSlug(t *testing.T) {
	b := newBench(t)
	s := b.minimal()
	s.Application.Slug, s.Application.Name = new("shop"), new("Shop")
	b.link(s)
	plan := b.plan(b.minimal()) // which leaves the slug open
	if !plan.Empty() || plan.Desired.Application.Slug != "shop" || *plan.Spec.Application.Slug != "shop" {
		t.Errorf("the plan is of the slug %s\n%s", plan.Desired.Application.Slug, show(plan))
	}
}

func TestAnOrphanedProviderIsAdoptedBehindItsBindings(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	b.authentik("DELETE", "/core/applications/pocketbase/", nil)
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff", "admins"}}
	b.link(s)
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications) != 1 || len(sim.Providers) != 1 || len(sim.Bindings) != 2 ||
		sim.Applications[0].Provider != sim.Providers[0].PK {
		t.Errorf("there are %+v, %d providers, %d bindings", sim.Applications, len(sim.Providers), len(sim.Bindings))
	}
}

func TestAnApplicationWithoutProviderGetsOne(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	b.patchProvider(b.box.Authentik().Snapshot().Providers[0].ClientID, map[string]any{"client_id": "x"})
	b.authentik("PATCH", "/core/applications/pocketbase/", map[string]any{"provider": nil})
	for _, p := range b.box.Authentik().Snapshot().Providers {
		raw, _ := json.Marshal(p.PK)
		b.authentik("DELETE", "/providers/oauth2/"+string(raw)+"/", nil)
	}
	s := b.minimal()
	s.Existing = link.ExistingUse
	b.link(s)
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications) != 1 || len(sim.Providers) != 1 || sim.Applications[0].Provider != sim.Providers[0].PK {
		t.Errorf("there are %+v and %d providers", sim.Applications, len(sim.Providers))
	}
	if got := b.secretsInPocketBase(); got["oidc"] != sim.Providers[0].ClientSecret || len(got) != 2 {
		t.Errorf("PocketBase has the secrets %v", got)
	}
}

func TestANewClientSecretReachesBothSides(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	before := b.secretsInPocketBase()
	plan, err := b.engine.Rotation(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	if got := fieldNames(plan); !slices.Equal(got, []string{"provider: client_secret",
		"auth collection: oidc.clientSecret"}) {
		t.Errorf("the fields are %v", got)
	}
	b.apply(plan)
	after := b.secretsInPocketBase()
	if after["oidc"] == before["oidc"] || after["oidc"] != b.box.Authentik().Snapshot().Providers[0].ClientSecret ||
		after["google"] != before["google"] {
		t.Error("the secrets are not those wanted")
	}
}

func TestThereIsNothingToRotateBeforeThereIsALink(t *testing.T) {
	b := newBench(t)
	plan, err := b.engine.Rotation(t.Context(), b.minimal())
	if problems, ok := errors.AsType[report.Problems](err); !ok || len(problems) != 1 || !plan.Empty() {
		t.Errorf("the plan is\n%s%v", show(plan), err)
	}
}

func TestALinkIsTakenApart(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	plan, err := b.engine.Removal(t.Context(), b.minimal())
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications)+len(sim.Providers) != 0 || b.hasOwnMapping() {
		t.Errorf("there are %d applications and %d providers, and our mapping: %v", len(sim.Applications),
			len(sim.Providers), b.hasOwnMapping())
	}
	if got := b.secretsInPocketBase(); len(got) != 1 || got["google"] != "secret of Google" {
		t.Errorf("PocketBase has the secrets %v", got)
	}
	again, err := b.engine.Removal(t.Context(), b.minimal())
	if err != nil || !again.Empty() {
		t.Errorf("a second removal is\n%s%v", show(again), err)
	}
}

func (b *bench) hasOwnMapping() bool {
	for _, m := range b.box.Authentik().Snapshot().ScopeMappings {
		if mappings.Own(m.Name) {
			return true
		}
	}
	return false
}

func TestOfTwoAtOnceOneAppliesAndTheOtherIsTold(t *testing.T) {
	b := newBench(t)
	first, second := b.plan(b.minimal()), b.plan(b.minimal())
	b.apply(first)
	err := b.connect().Apply(t.Context(), second, func(e apply.Event) { t.Errorf("it begins %s", e.Change.ID()) })
	stopped, ok := errors.AsType[*report.Stopped](err)
	if !ok || !stopped.Stale || stopped.Written() != report.WrittenNone {
		t.Fatalf("the error is %v", err)
	}
	if sim := b.box.Authentik().Snapshot(); len(sim.Applications) != 1 || len(sim.Providers) != 1 {
		t.Errorf("there are %d applications and %d providers", len(sim.Applications), len(sim.Providers))
	}
}

func TestManyAtOnceLeaveOneLink(t *testing.T) {
	b := newBench(t)
	plan := b.plan(b.minimal())
	var group errgroup.Group
	for range 4 {
		e := b.connect()
		group.Go(func() error {
			if err := e.Apply(context.WithoutCancel(t.Context()), plan, func(apply.Event) {}); err != nil {
				t.Logf("one is told: %v", err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications) != 1 || len(sim.Providers) != 1 {
		t.Errorf("there are %d applications and %d providers", len(sim.Applications), len(sim.Providers))
	}
	b.apply(b.plan(b.minimal()))
	if plan := b.plan(b.minimal()); !plan.Empty() || len(b.secretsInPocketBase()) != 2 {
		t.Errorf("in the end the plan is\n%s", show(plan))
	}
}
