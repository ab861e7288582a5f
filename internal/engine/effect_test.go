package engine_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// failing makes the change with the given index fail.
func failing(m *memory, at int, err error) {
	n := 0
	m.apply = func(context.Context, link.Change) error {
		n++
		if n == at+1 {
			return err
		}
		return nil
	}
}

// An adapter only knows about its own change; one that says nothing leaves the
// outcome open.
func TestAStoppedApplySaysWhatWasWritten(t *testing.T) {
	refused := &report.Fault{System: report.Authentik, Kind: report.FaultRefused, Written: report.WrittenNone,
		Summary: say.Of("It was refused."), Todo: say.Of("Look.")}
	unreachable := &report.Fault{System: report.Authentik, Kind: report.FaultUnreachable, Written: report.WrittenNone,
		Summary: say.Of("It is gone."), Todo: say.Of("Look.")}
	stale := &report.Fault{System: report.Authentik, Kind: report.FaultStale, Written: report.WrittenNone,
		Summary: say.Of("It is another."), Todo: say.Of("Look.")}
	otherwise := &report.Fault{System: report.Authentik, Kind: report.FaultUnknown, Written: report.WrittenSome,
		Summary: say.Of("It reads otherwise."), Todo: say.Of("Look.")}
	unknown := &report.Fault{System: report.Authentik, Kind: report.FaultUnknown, Summary: say.Of("Nobody knows."),
		Todo: say.Of("Look.")}
	for name, test := range map[string]struct {
		at    int
		err   error
		want  report.Written
		stale bool
		state journal.State
	}{
		"refused at once":               {0, refused, report.WrittenNone, false, journal.Failed},
		"refused later":                 {1, refused, report.WrittenSome, false, journal.Failed},
		"unreachable later":             {2, unreachable, report.WrittenSome, false, journal.Failed},
		"stale at once":                 {0, stale, report.WrittenNone, true, journal.Failed},
		"stale later":                   {1, stale, report.WrittenSome, true, journal.Failed},
		"unknown at once":               {0, unknown, report.WrittenUnknown, false, journal.AboutTo},
		"written, but reads otherwise":  {0, otherwise, report.WrittenSome, false, journal.AboutTo},
		"an error that does not say so": {0, errors.New("x"), report.WrittenUnknown, false, journal.AboutTo},
	} {
		t.Run(name, func(t *testing.T) {
			store := openStore(t, t.TempDir())
			m := newMemory()
			failing(m, test.at, test.err)
			e := keeping(m, store)
			var last apply.Event
			err := e.Apply(t.Context(), mustPlan(t, e), func(event apply.Event) { last = event })
			stopped, ok := errors.AsType[*report.Stopped](err)
			if !ok || stopped.Written() != test.want || stopped.Stale != test.stale || stopped.Made != test.at ||
				stopped.Between {
				t.Fatalf("it stopped with %+v: %v", stopped, err)
			}
			if diff := cmp.Diff(report.Messages(err), last.Messages); diff != "" {
				t.Errorf("error and event differ:\n%s", diff)
			}
			change := newest(t, store).Changes[test.at]
			if change.State() != test.state {
				t.Errorf("the receipt says %q, want %q", change.State(), test.state)
			}
			if said := last.Messages[0]; test.state == journal.Failed && (!change.Steps[1].Summary.Equal(said.What()) ||
				!change.Steps[1].Todo.Equal(said.Advice(report.OnPage))) {
				t.Errorf("the receipt says %+v, the event %+v", change.Steps[1], said)
			}
		})
	}
}

// Before the first change, nothing was written.
func TestAnApplyThatStopsBetweenChangesSaysWhatWasWritten(t *testing.T) {
	for made, want := range map[int]report.Written{0: report.WrittenNone, 1: report.WrittenSome} {
		ctx, cancel := context.WithCancel(t.Context())
		m := newMemory()
		e := m.engine()
		plan := mustPlan(t, e)
		hook := func(apply.Event) { cancel() }
		if made == 0 {
			m.observe = func(context.Context, report.System, link.Query) error { cancel(); return nil }
		}
		stopped, ok := errors.AsType[*report.Stopped](e.Apply(ctx, plan, hook))
		if !ok || stopped.Written() != want || !stopped.Between || stopped.Made != made || len(m.applied) != made {
			t.Errorf("after %d changes: %+v", made, stopped)
		}
	}
}

// Each way to fail at the state directory, before and after a write.
func TestAReceiptThatCannotBeWrittenIsNotTakenForTheSystems(t *testing.T) {
	for name, test := range map[string]struct {
		after int // the number of writes after which the directory is gone
		want  report.Effect
	}{
		"before the first": {0, report.Effect{Between: true}},
		"after the first":  {1, report.Effect{Change: report.WrittenSome}},
		"after the second": {2, report.Effect{Made: 1, Change: report.WrittenSome}},
	} {
		t.Run(name, func(t *testing.T) {
			store := openStore(t, t.TempDir()+"/state")
			lose := func() {
				if err := os.RemoveAll(store.Dir()); err != nil {
					t.Error(err)
				}
				if err := os.WriteFile(store.Dir(), nil, 0o600); err != nil {
					t.Error(err)
				}
			}
			m := newMemory()
			writes := 0
			m.apply = func(context.Context, link.Change) error {
				if writes++; writes == test.after {
					lose()
				}
				return nil
			}
			e := keeping(m, store)
			plan := mustPlan(t, e)
			if test.after == 0 {
				lose()
			}
			err := e.Apply(t.Context(), plan, func(apply.Event) {})
			stopped, ok := errors.AsType[*report.Stopped](err)
			if !ok || stopped.Effect != test.want {
				t.Errorf("it stopped with %+v: %v", stopped, err)
			}
		})
	}
}
