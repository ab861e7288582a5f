package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func openStore(t *testing.T, dir string) *journal.Store {
	t.Helper()
	store, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// keeping connects an engine that keeps receipts.
func keeping(m *memory, store *journal.Store) *engine.Engine {
	return m.engineFor("https://authentik.company", store)
}

// newest returns the receipt of the last apply.
func newest(t *testing.T, store *journal.Store) *journal.Receipt {
	t.Helper()
	list, _, err := store.List()
	if err != nil || len(list) == 0 {
		t.Fatalf("there are %d receipts, %v", len(list), err)
	}
	r, err := store.Load(list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func states(r *journal.Receipt) []journal.State {
	var list []journal.State
	for _, c := range r.Changes {
		list = append(list, c.State())
	}
	return list
}

func TestEachWriteIsAnnouncedBeforeItIsSent(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	sent := 0
	m.apply = func(context.Context, link.Change) error {
		want := slices.Repeat([]journal.State{journal.Done}, sent)
		want = append(want, journal.AboutTo)
		if got := states(newest(t, store)); !slices.Equal(got[:sent+1], want) {
			t.Errorf("before write %d the receipt says %v", sent, got)
		}
		sent++
		return nil
	}
	e := keeping(m, store)
	if err := e.Apply(t.Context(), mustPlan(t, e), func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	r := newest(t, store)
	if got := states(r); !slices.Equal(got, slices.Repeat([]journal.State{journal.Done}, 3)) || r.End == nil ||
		r.End.Outcome != journal.Completed {
		t.Errorf("in the end the receipt says %v, %+v", got, r.End)
	}
}

func TestAFailureEndsTheReceipt(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	m.apply = func(_ context.Context, c link.Change) error {
		if c.Kind == link.KindPair {
			return &report.Fault{System: report.Authentik, Kind: report.FaultRefused, Written: report.WrittenNone,
				Summary: say.Of("It was refused."), Todo: say.Of("Look.")}
		}
		return nil
	}
	e := keeping(m, store)
	if err := e.Apply(t.Context(), mustPlan(t, e), func(apply.Event) {}); err == nil {
		t.Fatal("there is no error")
	}
	r := newest(t, store)
	if got := states(r); got[0] != journal.Done || got[1] != journal.Failed || r.End == nil ||
		r.End.Outcome != journal.Stopped {
		t.Errorf("the receipt says %v, %+v", got, r.End)
	}
	if open, err := e.Interrupted(); err != nil || len(open) != 0 {
		t.Errorf("interrupted are %d, %v", len(open), err)
	}
}

func TestAnUnknownOutcomeIsGoneOnFrom(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	linkMemory(m)
	m.apply = func(_ context.Context, c link.Change) error {
		if c.Kind == link.KindOAuth2 {
			return &report.Fault{System: report.PB, Kind: report.FaultUnknown, Summary: say.Of("Nobody knows."),
				Todo: say.Of("Apply again.")}
		}
		after := c.After.(*link.ProviderState)
		m.set(func() {
			provider := m.authentik.Providers[0]
			provider.ClientSecret = after.ClientSecret
			m.authentik.Providers = []link.ProviderState{provider}
		})
		return nil
	}
	e := keeping(m, store)
	plan, err := e.Rotation(t.Context(), memorySpec())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), plan, func(apply.Event) {}); err == nil {
		t.Fatal("there is no error")
	}
	open, err := e.Interrupted()
	if err != nil || len(open) != 1 || open[0].End != nil {
		t.Fatalf("interrupted are %v, %v", open, err)
	}
	// authentik has the new secret; whether PocketBase has it is unknown. Another
	// process has to write it again.
	m.apply = nil
	next := keeping(m, openStore(t, store.Dir()))
	again, err := next.Plan(t.Context(), memorySpec())
	if err != nil || !slices.Equal(fieldNames(again), []string{"auth collection: oidc.clientSecret"}) {
		t.Fatalf("the plan is\n%s%v", show(again), err)
	}
	if err := next.Apply(t.Context(), again, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if open, err := next.Interrupted(); err != nil || len(open) != 0 {
		t.Errorf("interrupted are %d, %v", len(open), err)
	}
	if plan, err := next.Plan(t.Context(), memorySpec()); err != nil || !plan.Empty() {
		t.Errorf("in the end the plan is\n%s%v", show(plan), err)
	}
}

func TestReceiptsOfAnotherLinkAreNotThisOnes(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	m.apply = func(context.Context, link.Change) error { return &report.Fault{Kind: report.FaultUnknown} }
	other := m.engineFor("https://other.company", store)
	_ = other.Apply(t.Context(), mustPlan(t, other), func(apply.Event) {}) // it is interrupted on purpose
	e := keeping(m, store)
	if open, err := e.Interrupted(); err != nil || len(open) != 0 {
		t.Errorf("interrupted are %d, %v", len(open), err)
	}
	if id, err := e.Newest(&link.Spec{}); err == nil {
		t.Errorf("the newest is %s", id)
	}
	if open, err := other.Interrupted(); err != nil || len(open) != 1 {
		t.Errorf("of the other link interrupted are %d, %v", len(open), err)
	}
}

func TestWithoutARoomForTheReceiptNothingIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	store := openStore(t, dir)
	m := newMemory()
	e := keeping(m, store)
	plan := mustPlan(t, e)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // no longer a directory
		t.Fatal(err)
	}
	err := e.Apply(t.Context(), plan, func(e apply.Event) { t.Errorf("it begins %s", e.Change.ID()) })
	if _, ok := errors.AsType[*journal.Fault](err); !ok || len(m.applied) != 0 {
		t.Errorf("the error is %v, applied are %v", err, m.applied)
	}
}

func TestTwoProcessesDoNotApplyAtOnce(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	inside, leave := make(chan struct{}), make(chan struct{})
	m.apply = func(_ context.Context, c link.Change) error {
		if c.Kind == link.KindMapping {
			close(inside)
			<-leave
		}
		return nil
	}
	first, second := keeping(m, store), keeping(newMemory(), openStore(t, store.Dir()))
	plan := mustPlan(t, first)
	done := make(chan error, 1)
	go func() { done <- first.Apply(context.WithoutCancel(t.Context()), plan, func(apply.Event) {}) }()
	<-inside
	err := second.Apply(t.Context(), mustPlan(t, second),
		func(e apply.Event) { t.Errorf("it begins %s", e.Change.ID()) })
	close(leave)
	if err == nil || !strings.Contains(err.Error(), "authpocket") {
		t.Errorf("the second is told %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnApplyIsUndoneTheWholeWay(t *testing.T) {
	b := newBench(t)
	store := openStore(t, t.TempDir())
	b.engine = b.connectKeeping(store)
	b.link(b.minimal())
	b.link(b.everythingBut()) // changes nearly every field
	for range 2 {
		id, err := b.engine.Newest(new(b.minimal()))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := b.engine.Undo(t.Context(), id, false)
		if err != nil {
			t.Fatal(err)
		}
		b.apply(plan)
		sim := b.box.Authentik().Snapshot()
		if len(sim.Applications) == 0 {
			break
		}
		if plan := b.plan(b.minimal()); !plan.Empty() || sim.Applications[0].Name != "PocketBase" {
			t.Errorf("after the first undo the application is %+v, the plan\n%s", sim.Applications[0], show(plan))
		}
	}
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications)+len(sim.Providers) != 0 || b.hasOwnMapping() {
		t.Errorf("there are %d applications and %d providers, and our mapping: %v", len(sim.Applications),
			len(sim.Providers), b.hasOwnMapping())
	}
	if got := b.secretsInPocketBase(); len(got) != 1 || got["google"] != "secret of Google" {
		t.Errorf("PocketBase has the secrets %v", got)
	}
	id, err := b.engine.Newest(new(b.minimal()))
	if why, _ := errors.AsType[*engine.NothingToUndo](err); why == nil || why.Reason != engine.UndoneAlready {
		t.Errorf("to undo there is %q, %v", id, err)
	}
}

func TestUndoSaysWhyThereIsNothingToUndo(t *testing.T) {
	b := newBench(t)
	holds := func(want engine.UndoReason, named bool) {
		t.Helper()
		_, err := b.engine.Newest(new(b.minimal()))
		why, _ := errors.AsType[*engine.NothingToUndo](err)
		if why == nil || why.Reason != want || (why.Receipt != "") != named {
			t.Errorf("the error is %v, %+v, want %s", err, why, want)
		}
	}
	b.link(b.minimal())
	b.engine = b.connectKeeping(openStore(t, t.TempDir())) // where the link has no receipt yet
	holds(engine.NoneToUndo, false)
	rotate := func() {
		t.Helper()
		plan, err := b.engine.Rotation(t.Context(), b.minimal())
		if err != nil {
			t.Fatal(err)
		}
		b.apply(plan)
	}
	rotate()
	holds(engine.UndoRotation, false)
	b.link(b.everythingBut())
	rotate()
	holds(engine.UndoRotation, true)
}

// everythingBut returns everything except what cannot change on the link that
// minimal made.
func (b *bench) everythingBut() link.Spec {
	s := b.everything()
	s.Application.Slug, s.Provider.ClientID, s.Provider.ClientSecret = new(link.DefaultSlug), nil, nil
	s.Access = nil
	return s
}

func TestUndoGoesOnToTheReceiptBefore(t *testing.T) {
	b := newBench(t)
	b.keeping()
	spec := b.minimal()
	b.link(spec)
	first := b.newest(spec)
	again := spec
	again.PocketBase.RewriteSecret = true
	b.apply(b.plan(again))
	plan, err := b.engine.UndoNewest(t.Context(), &spec, false)
	if err != nil || plan.Of != first || plan.Empty() {
		t.Fatalf("undone is %s, not %s, %v:\n%s", plan.Of, first, err, show(plan))
	}
	b.apply(plan)
	if plan, err = b.engine.UndoNewest(t.Context(), &spec, false); err != nil || !plan.Empty() {
		t.Errorf("then there is %v to undo:\n%s", err, show(plan))
	}
}

func TestUndoDoesNotGoOnPastARotation(t *testing.T) {
	b := newBench(t)
	b.keeping()
	spec := b.minimal()
	b.link(spec)
	plan, err := b.engine.Rotation(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	again := spec
	again.PocketBase.RewriteSecret = true
	b.apply(b.plan(again))
	plan, err = b.engine.UndoNewest(t.Context(), &spec, false)
	if why, _ := errors.AsType[*engine.NothingToUndo](err); why == nil || why.Reason != engine.UndoRotation {
		t.Errorf("the error is %v, the plan\n%s", err, show(plan))
	}
}

// A spec that names no slug is of the link that is there, not of another one that was removed.
func TestUndoIsOfTheOwnLink(t *testing.T) {
	b := newBench(t)
	b.keeping()
	own := b.minimal()
	b.link(own)
	first := b.newest(own)
	shop := b.minimal()
	shop.Application.Slug, shop.PocketBase.Slot, shop.Existing = new("shop"), new("oidc2"), link.ExistingNew
	shop.Application.Name = new("Shop")
	b.link(shop)
	b.apply(b.removal(shop))
	plan, err := b.engine.UndoNewest(t.Context(), &own, false)
	if err != nil || plan.Of != first || plan.Restores {
		t.Fatalf("undone is %s, not %s, %v:\n%s", plan.Of, first, err, show(plan))
	}
	b.apply(b.removal(own))
	if plan, err = b.engine.UndoNewest(t.Context(), &own, false); err != nil || !plan.Restores {
		t.Errorf("without a link there is %v to undo:\n%s", err, show(plan))
	}
}

func TestNothingIsLeftToUndoOfALinkThatWasRotatedAndUndone(t *testing.T) {
	b := newBench(t)
	b.keeping()
	spec := b.minimal()
	b.link(spec)
	first := b.newest(spec)
	rotation, err := b.engine.Rotation(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(rotation)
	plan, err := b.engine.Undo(t.Context(), first, true)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	plan, err = b.engine.UndoNewest(t.Context(), &spec, false)
	if why, _ := errors.AsType[*engine.NothingToUndo](err); why == nil || why.Reason != engine.UndoneAlready {
		t.Errorf("the error is %v, the plan\n%s", err, show(plan))
	}
}
