package engine_test

import (
	"context"
	"errors"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// keepWrites makes the memory keep what is written to authentik and PocketBase.
func (m *memory) keepWrites(fails func(c link.Change) error) {
	m.apply = func(_ context.Context, c link.Change) error {
		if err := fails(c); err != nil {
			return err
		}
		m.set(func() {
			switch after := c.After.(type) {
			case *link.ProviderState:
				m.authentik.Providers = []link.ProviderState{*after}
			case *link.CollectionState:
				m.pocketbase.Collections = []link.CollectionState{*after}
			}
		})
		return nil
	}
}

// A rotation that is taken back, because PocketBase refuses the new client secret or authentik does, is one that is
// marked so, and undo goes on to what was before it.
func TestARotationThatIsTakenBackIsOneAndKeepsNoUndo(t *testing.T) {
	for name, refusedBy := range map[string]report.System{"by itself": report.PB, "by another": report.Authentik} {
		t.Run(name, func(t *testing.T) {
			m, store := newMemory(), openStore(t, t.TempDir())
			linkMemory(m)
			before := m.authentik.Providers[0].ClientSecret
			e := keeping(m, store)
			m.keepWrites(func(link.Change) error { return nil })
			spec := memorySpec()
			spec.Provider.SubjectMode = new("user_uuid")
			applied(t, e, spec)
			first := newest(t, store).ID
			if refusedBy == report.PB {
				m.keepWrites(func(c link.Change) error {
					if c.System == report.PB {
						return &report.Fault{System: report.PB, Kind: report.FaultRefused, Written: report.WrittenNone,
							Summary: say.Of("PocketBase refused it."), Todo: say.Of("Look.")}
					}
					return nil
				})
			}
			m.probed = report.Check{Status: report.Fail, Cause: report.CauseInvalidClient}
			rotation, err := e.Rotation(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			err = e.Apply(t.Context(), rotation, func(apply.Event) {})
			if err == nil {
				_, err = e.ProveCredentials(t.Context(), &rotation)
			}
			if err == nil || !m.authentik.Providers[0].ClientSecret.Equal(before) {
				t.Fatalf("the rotation is not taken back: %v", err)
			}
			list, _, err := store.List()
			if err != nil {
				t.Fatal(err)
			}
			var restored, others int
			for _, one := range list {
				switch {
				case one.Restored:
					restored++
				case one.Kind == journal.Rotate && !one.Restores:
					others++
				}
			}
			if restored != 1 || others != 0 {
				t.Errorf("%d rotations are taken back, %d are not: %+v", restored, others, list)
			}
			if undo, err := e.UndoNewest(t.Context(), &spec, false); err != nil || undo.Of != first || undo.Empty() {
				t.Errorf("undo is of %q, not of %q, %v:\n%s", undo.Of, first, err, show(undo))
			}
		})
	}
}

// What took a rotation back can be taken back too, which leaves a new client secret.
func TestARotationThatIsTakenBackAndComesAgainKeepsUndoOff(t *testing.T) {
	m, store := newMemory(), openStore(t, t.TempDir())
	linkMemory(m)
	m.keepWrites(func(link.Change) error { return nil })
	e, spec := keeping(m, store), memorySpec()
	spec.Provider.SubjectMode = new("user_uuid")
	applied(t, e, spec)
	rotation, err := e.Rotation(t.Context(), spec)
	for range 3 {
		if err == nil {
			err = e.Apply(t.Context(), rotation, func(apply.Event) {})
		}
		if err == nil {
			rotation, err = e.RotationBack(t.Context(), &spec, rotation.SecretBefore())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.UndoNewest(t.Context(), &spec, false)
	if why, _ := errors.AsType[*engine.NothingToUndo](err); why == nil || why.Reason != engine.UndoRotation {
		t.Errorf("the error is %v", err)
	}
	h, err := e.History()
	if err != nil || len(h.Receipts) != 4 || h.Receipts[0].TakenBack || !h.Receipts[1].Restores ||
		!h.Receipts[2].TakenBack {
		t.Errorf("the history is %+v, %v", h, err)
	}
}

// An apply that gave another client ID, and nothing else, is undone where that is taken back.
func TestAnApplyWhoseCredentialsAreTakenBackIsUndone(t *testing.T) {
	m, store := newMemory(), openStore(t, t.TempDir())
	linkMemory(m)
	m.keepWrites(func(link.Change) error { return nil })
	e, spec := keeping(m, store), memorySpec()
	spec.Provider.ClientID = new("another")
	plan := applied(t, e, spec)
	m.probed = report.Check{Status: report.Fail, Cause: report.CauseInvalidClient}
	if _, err := e.ProveCredentials(t.Context(), &plan); err == nil || m.authentik.Providers[0].ClientID != "ours" {
		t.Fatalf("the client ID is not taken back: %v", err)
	}
	h, err := e.History()
	if err != nil || len(h.Receipts) != 2 || !h.Receipts[1].TakenBack {
		t.Errorf("the history is %+v, %v", h, err)
	}
}

// applied applies a spec and returns the plan.
func applied(t *testing.T, e *engine.Engine, spec link.Spec) link.Plan {
	t.Helper()
	plan, err := e.Plan(t.Context(), spec)
	if err == nil {
		err = e.Apply(t.Context(), plan, func(apply.Event) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// After an undo that wrote everything and then stopped, the next one ends it, and only the one after that goes on to
// the receipt before. test/faults kills an undo there.
func TestAnUndoThatStoppedAtItsEndIsEndedFirst(t *testing.T) {
	m, store := newMemory(), openStore(t, t.TempDir())
	linkMemory(m)
	m.keepWrites(func(link.Change) error { return nil })
	e, spec := keeping(m, store), memorySpec()
	spec.Provider.SubjectMode = new("user_uuid")
	applied(t, e, spec)
	first := newest(t, store).ID
	spec.Provider.SubjectMode = new("user_email")
	applied(t, e, spec)
	second := newest(t, store).ID

	keep := m.apply
	m.apply = func(ctx context.Context, c link.Change) error {
		_ = keep(ctx, c)
		return &report.Fault{System: report.Authentik, Written: report.WrittenSome,
			Summary: say.Raw("stored otherwise")}
	}
	undo, err := e.UndoNewest(t.Context(), &spec, false)
	if err != nil || undo.Of != second {
		t.Fatalf("undo is of %q, not of %q, %v", undo.Of, second, err)
	}
	if err = e.Apply(t.Context(), undo, func(apply.Event) {}); err == nil {
		t.Fatal("it did not stop")
	}
	m.apply = keep
	undo, err = e.UndoNewest(t.Context(), &spec, false)
	if err != nil || undo.Of != second || !undo.Empty() {
		t.Fatalf("undo is of %q, %v:\n%s", undo.Of, err, show(undo))
	}
	if err = e.Apply(t.Context(), undo, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if undo, err = e.UndoNewest(t.Context(), &spec, false); err != nil || undo.Of != first || undo.Empty() {
		t.Errorf("then undo is of %q, not of %q, %v", undo.Of, first, err)
	}
}
