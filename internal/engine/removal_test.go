package engine_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/sandbox/authentiksim"
)

func TestARemovalIsTakenBackFieldByField(t *testing.T) {
	b, _ := kept(t)
	b.box.Authentik().AddGroup("staff")
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	s.Application.Name, s.Application.Publisher, s.Application.OpenInNewTab = new("Shop"), new("Us"), new(true)
	s.Provider.AccessTokenValidity, s.Provider.SubjectMode = new("hours=2"), new("user_uuid")
	s.PocketBase.Slot, s.PocketBase.MapName = new("oidc2"), new("name")
	b.link(s)
	before, secretBefore := b.box.Authentik().Snapshot(), b.secretsInPocketBase()["oidc2"]
	plan, err := b.engine.Removal(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	id, err := b.engine.Newest(&link.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := b.engine.Undo(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(back)
	after := b.box.Authentik().Snapshot()
	if secret := b.secretsInPocketBase()["oidc2"]; secret == "" || secret == secretBefore ||
		secret != after.Providers[0].ClientSecret {
		t.Error("the two sides do not have one new secret")
	}
	ours := func(s authentiksim.Snapshot) []any {
		app, provider, binding := s.Applications[0], s.Providers[0], s.Bindings[0]
		app.PK, app.Provider, provider.PK, provider.ClientSecret, provider.PropertyMappings = "", 0, 0, "", nil
		return []any{app, provider, len(s.Providers[0].PropertyMappings), len(s.Bindings), binding.Group,
			binding.Enabled}
	}
	if diff := cmp.Diff(ours(before), ours(after)); diff != "" {
		t.Errorf("it is not as it was:\n%s", diff)
	}
	if again := b.plan(s); !again.Empty() {
		t.Errorf("the link still needs\n%s", show(again))
	}
}

func TestAnUndoneRemovalNeverOpensWider(t *testing.T) {
	b, _ := kept(t)
	b.box.Authentik().AddGroup("staff")
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	b.authentik(http.MethodPatch, "/policies/bindings/"+b.box.Authentik().Snapshot().Bindings[0].PK+
		"/", map[string]any{"negate": true})
	s.Access = nil
	plan, err := b.engine.Removal(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	id, err := b.engine.Newest(&s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.engine.Undo(t.Context(), id, false)
	if problems, ok := errors.AsType[report.Problems](err); !ok ||
		!strings.Contains(problems[0].Summary.String(), "everyone but group staff") {
		t.Errorf("the error is %v", err)
	}
	if forced, err := b.engine.Undo(t.Context(), id, true); err != nil || forced.Empty() {
		t.Errorf("when it is told to: %v", err)
	}
}

// A disabled binding let nobody in before the removal.
func TestABindingThatIsOffIsNoLoss(t *testing.T) {
	b, _ := kept(t)
	b.box.Authentik().AddGroup("staff")
	b.box.Authentik().AddGroup("guests")
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff", "guests"}}
	b.link(s)
	b.authentik(http.MethodPatch, "/policies/bindings/"+b.box.Authentik().Snapshot().Bindings[1].PK+
		"/", map[string]any{"enabled": false})
	s.Access = nil
	plan, err := b.engine.Removal(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	id, err := b.engine.Newest(&s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := b.engine.Undo(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(back)
	if bindings := b.box.Authentik().Snapshot().Bindings; len(bindings) != 1 || !bindings[0].Enabled {
		t.Errorf("the bindings are %+v", bindings)
	}
}

func TestAStalePlanSaysWhoChangedWhat(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	s := b.minimal()
	s.Application.Publisher = new("Us")
	plan := b.plan(s)
	b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"meta_publisher": "Them"})
	err := b.engine.Apply(t.Context(), plan, func(apply.Event) {})
	summary := report.MessageOf(err).What()
	for _, part := range []string{"meta_publisher of application “PocketBase” was (empty) and is now Them",
		"By their logs, akadmin updated the application “PocketBase” at "} {
		if !strings.Contains(summary.String(), part) {
			t.Errorf("%q does not say %q", summary, part)
		}
	}
}

// kept returns a bench whose engine keeps receipts.
func kept(t *testing.T) (*bench, *journal.Store) {
	t.Helper()
	b := newBench(t)
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.engine = b.connectKeeping(store)
	return b, store
}

// cutShort cancels an apply after the plan's first change.
func (b *bench) cutShort(plan link.Plan) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	err := b.engine.Apply(ctx, plan, func(e apply.Event) {
		if e.State == apply.Done {
			cancel()
		}
	})
	if err == nil {
		b.t.Fatal("it was not cut short")
	}
}

func (b *bench) removal(s link.Spec) link.Plan {
	b.t.Helper()
	plan, err := b.engine.Removal(b.t.Context(), s)
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

func (b *bench) newest(s link.Spec) string {
	b.t.Helper()
	id, err := b.engine.Newest(&s)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestARemovalInTwoGoesIsTakenBackWhole(t *testing.T) {
	b, _ := kept(t)
	s := b.minimal()
	s.PocketBase.Slot, s.PocketBase.DisplayName = new("oidc2"), new("Company")
	b.link(s)
	open := b.minimal() // without a slot
	b.cutShort(b.removal(open))
	b.apply(b.removal(open))
	back, err := b.engine.Undo(t.Context(), b.newest(open), false)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(back)
	if got := b.secretsInPocketBase(); got["oidc2"] == "" || got["oidc"] != "" {
		t.Error("the slot is not the one that people know")
	}
	if id, err := b.engine.Newest(&open); err == nil {
		if plan, err := b.engine.Undo(t.Context(), id, false); err == nil && plan.Restores {
			t.Errorf("what was taken back is offered again:\n%s", show(plan))
		}
	}
}

func TestAnUndoneRemovalDoesNotOverwriteALinkMadeSince(t *testing.T) {
	b, _ := kept(t)
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	b.apply(b.removal(s))
	id := b.newest(s)
	anew := b.minimal()
	anew.Access, anew.Application.Publisher = &link.Access{Groups: []string{"admins"}}, new("New")
	b.link(anew)
	_, err := b.engine.Undo(t.Context(), id, false)
	if problems, ok := errors.AsType[report.Problems](err); !ok ||
		!strings.Contains(problems[0].Summary.String(), "recreated or changed since") {
		t.Errorf("the error is %v", err)
	}
	if _, err := b.engine.Undo(t.Context(), id, true); err == nil {
		t.Error("forced, it overwrites the link")
	}
}

func TestARotationDoesNotEndWhatWasInterrupted(t *testing.T) {
	b, _ := kept(t)
	b.link(b.minimal())
	s := b.minimal()
	s.Application.Publisher, s.Access = new("Us"), &link.Access{Groups: []string{"staff", "admins"}}
	b.cutShort(b.plan(s))
	rotation, err := b.engine.Rotation(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(rotation)
	if open, err := b.engine.Interrupted(); err != nil || len(open) != 1 {
		t.Errorf("interrupted are %d, %v", len(open), err)
	}
	b.apply(b.plan(s))
	if open, err := b.engine.Interrupted(); err != nil || len(open) != 0 {
		t.Errorf("after the rest, interrupted are %d, %v", len(open), err)
	}
}

func TestAnApplyThatMadeNothingIsNoneToUndo(t *testing.T) {
	m := newMemory()
	m.apply = func(context.Context, link.Change) error {
		return &report.Fault{System: report.Authentik, Kind: report.FaultRefused, Written: report.WrittenNone,
			Summary: say.Of("It was refused."), Todo: say.Of("Look.")}
	}
	e := keeping(m, openStore(t, t.TempDir()))
	if err := e.Apply(t.Context(), mustPlan(t, e), func(apply.Event) {}); err == nil {
		t.Fatal("it was applied")
	}
	if id, err := e.Newest(new(memorySpec())); err == nil {
		t.Errorf("the newest to undo is %s", id)
	}
}

func TestAStopOnTheWaySaysThatSomeWasWritten(t *testing.T) {
	b := newBench(t)
	s := b.minimal()
	s.PocketBase.CreateRule = new("nowhere = 1") // a field that the collection lacks
	s.Application.Publisher = new("Us")
	plan := b.plan(s)
	at := slices.IndexFunc(plan.Changes, func(c link.Change) bool { return c.Kind == link.KindRules })
	if at < 1 {
		t.Fatalf("the plan is\n%s", show(plan))
	}
	err := b.engine.Apply(t.Context(), plan, func(apply.Event) {})
	stopped, ok := errors.AsType[*report.Stopped](err)
	if !ok || stopped.Written() != report.WrittenSome || stopped.Made != at || stopped.Change != report.WrittenNone {
		t.Errorf("it says %+v: %v", stopped, err)
	}
}

// linkedTo links users with access for staff, and removes the link in two runs:
// first the slot, then the rest.
func (b *bench) takenApartInTwo() (first, second string) {
	b.t.Helper()
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	b.cutShort(b.removal(b.minimal()))
	first = b.newest(b.minimal())
	b.apply(b.removal(b.minimal()))
	return first, b.newest(b.minimal())
}

func TestUndoOfTheFirstPartOfARemovalTakesBackAllOfIt(t *testing.T) {
	b, _ := kept(t)
	first, second := b.takenApartInTwo()
	if first == second {
		t.Fatal("there is one receipt")
	}
	plan, err := b.engine.Undo(t.Context(), first, false)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	if sim := b.box.Authentik().Snapshot(); len(sim.Applications) != 1 || len(sim.Bindings) != 1 {
		t.Errorf("there are %d applications and %d bindings", len(sim.Applications), len(sim.Bindings))
	}
}

func TestASlotAloneBringsNoApplicationBack(t *testing.T) {
	b, _ := kept(t)
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	b.cutShort(b.removal(b.minimal()))
	id := b.newest(b.minimal())
	slot, err := b.engine.Undo(t.Context(), id, false)
	if err != nil || len(slot.Changes) != 1 || slot.Changes[0].Kind != link.KindOAuth2 {
		t.Fatalf("with the application there, it is\n%s%v", show(slot), err)
	}
	b.authentik(http.MethodDelete, "/core/applications/pocketbase/", nil)
	for _, p := range b.box.Authentik().Snapshot().Providers {
		b.authentik(http.MethodDelete, "/providers/oauth2/"+strconv.Itoa(p.PK)+"/", nil)
	}
	for _, force := range []bool{false, true} {
		if plan, err := b.engine.Undo(t.Context(), id, force); err == nil {
			t.Errorf("without it, forced %t, it is\n%s", force, show(plan))
		}
	}
}

func TestTheSlotOfSomebodyElseIsLeftAlone(t *testing.T) {
	b, _ := kept(t)
	b.link(b.minimal())
	b.cutShort(b.removal(b.minimal()))
	id := b.newest(b.minimal())
	users, err := b.box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.OAuth2.Enabled = true
	users.OAuth2.Providers = append(users.OAuth2.Providers, core.OAuth2ProviderConfig{Name: "oidc",
		ClientId: "keycloak", ClientSecret: "theirs", AuthURL: "https://k.example/a", TokenURL: "https://k.example/t",
		UserInfoURL: "https://k.example/u"})
	if err := b.box.PocketBase().App().Save(users); err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} {
		_, err := b.engine.Undo(t.Context(), id, force)
		if problems, ok := errors.AsType[report.Problems](err); !ok || problems[0].Field != "pocketbase.slot" {
			t.Errorf("forced %t: %v", force, err)
		}
	}
	if got := b.secretsInPocketBase(); got["oidc"] != "theirs" {
		t.Errorf("the secret is %q", got["oidc"])
	}
}

func TestAKilledRemovalIsTheOneToUndo(t *testing.T) {
	b, store := kept(t)
	b.link(b.minimal())
	plan := b.removal(b.minimal())
	receipt, err := store.Begin(&plan, journal.Meta{Kind: journal.Remove, AuthentikURL: b.authentikURL,
		PocketBaseURL: b.box.PocketBaseURL, Program: "test"})
	if err == nil {
		err = receipt.AboutTo(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if id := b.newest(b.minimal()); id != receipt.ID {
		t.Errorf("the newest is %s, want the removal %s", id, receipt.ID)
	}
}

func TestOwnEmailMappingsDoNotKeepARemovalFromBeingUndone(t *testing.T) {
	b, _ := kept(t)
	s := b.minimal()
	s.Email = link.EmailLeave
	b.link(s)
	own := b.box.Authentik().AddScopeMapping("Ours for e-mail", "email", "return {}")
	provider := b.box.Authentik().Snapshot().Providers[0]
	var keep []string
	for _, m := range provider.PropertyMappings {
		if m != b.mapping("authentik default OAuth Mapping: OpenID 'email'") {
			keep = append(keep, m)
		}
	}
	b.authentik(http.MethodPatch, "/providers/oauth2/"+strconv.Itoa(provider.PK)+
		"/", map[string]any{"property_mappings": append(keep, own)})
	b.apply(b.removal(s))
	plan, err := b.engine.Undo(t.Context(), b.newest(s), false)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool {
		return w.ID == "lost" &&
			strings.Contains(w.Detail.String(), "property_mappings")
	}) {
		t.Errorf("it does not say what is lost: %+v", plan.Warnings)
	}
	b.apply(plan)
}
