package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// unseen returns the planner of the link of memorySpec.
func unseen(e *engine.Engine) engine.Planner {
	return func(ctx context.Context) (link.Plan, error) { return e.Plan(ctx, memorySpec()) }
}

func TestAPlanThatNobodySawIsMadeOnce(t *testing.T) {
	m := newMemory()
	var looks atomic.Int32
	m.observe = func(context.Context, report.System, link.Query) error {
		looks.Add(1)
		return nil
	}
	e := keeping(m, openStore(t, t.TempDir()))
	var shown link.Plan
	show := func(plan link.Plan) {
		if shown = plan; len(m.applied) > 0 {
			t.Error("it is shown after the first write")
		}
	}
	if err := e.ApplyUnseen(t.Context(), unseen(e), show, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if looks.Load() != 2 || len(shown.Changes) != 3 || len(m.applied) != 3 {
		t.Errorf("both systems are observed %d times, shown are %d changes, applied %d", looks.Load(),
			len(shown.Changes), len(m.applied))
	}
}

// What another apply is writing must not be planned from.
func TestAPlanThatNobodySawIsNotMadeWhileAnotherIsApplied(t *testing.T) {
	store := openStore(t, t.TempDir())
	m := newMemory()
	first, second := keeping(m, store), keeping(m, openStore(t, store.Dir()))
	var err error
	m.apply = func(ctx context.Context, _ link.Change) error {
		err = second.ApplyUnseen(ctx, func(context.Context) (link.Plan, error) {
			t.Error("it plans")
			return link.Plan{}, nil
		}, func(link.Plan) {}, func(apply.Event) {})
		return nil
	}
	if err := first.ApplyUnseen(t.Context(), unseen(first), func(link.Plan) {}, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if stopped, ok := errors.AsType[*report.Stopped](err); !ok || stopped.Written() != report.WrittenNone {
		t.Errorf("the second is told %v", err)
	}
}

// holding connects an engine while the lock of its two systems is held. It returns nil if that can't be.
func holding(t *testing.T, m *memory, store *journal.Store) *engine.Engine {
	t.Helper()
	const authentik, pocketBase = "https://authentik.company", "https://pocketbase.company"
	held := engine.Hold(t.Context(), store, authentik, pocketBase)
	if held == nil {
		return nil
	}
	if unlock, err := openStore(t, store.Dir()).Lock(t.Context(), journal.Key(authentik, pocketBase)); err == nil {
		unlock()
		t.Error("another gets the lock that is held")
	}
	return engine.New(engine.Config{Authentik: memoryAuthentik{memory: m}, PocketBase: memoryPocketBase{memory: m},
		AuthentikURL: authentik, PocketBaseURL: pocketBase, Receipts: store, Held: held})
}

func TestAnApplyHasTheLockFromBeforeItConnects(t *testing.T) {
	store, m := openStore(t, t.TempDir()), newMemory()
	e := holding(t, m, store)
	if e == nil {
		t.Fatal("the lock can't be had")
	}
	m.apply = func(context.Context, link.Change) error {
		if holding(t, newMemory(), openStore(t, store.Dir())) != nil {
			t.Error("another gets the lock during the apply")
		}
		return errors.New("refused")
	}
	if err := e.ApplyUnseen(t.Context(), unseen(e), func(link.Plan) {}, func(apply.Event) {}); err == nil {
		t.Fatal("it applies")
	}
	if holding(t, m, store) != nil {
		t.Error("the lock is had although an apply was interrupted")
	}
	m.apply = nil
	if err := e.ApplyUnseen(t.Context(), unseen(e), func(link.Plan) {}, func(apply.Event) {}); err != nil {
		t.Fatalf("the lock is not free after the apply: %v", err)
	}
	if holding(t, m, store) == nil {
		t.Error("the lock can't be had after all is done")
	}
}
