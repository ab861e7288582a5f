package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// foreseen reports whether a write is one of the plan's changes or of its
// IfNeeded writes.
func foreseen(plan link.Plan, c link.Change) bool {
	return slices.ContainsFunc(slices.Concat(plan.Changes, plan.IfNeeded()), func(x link.Change) bool {
		return x.ID() == c.ID() && x.Action == c.Action &&
			slices.EqualFunc(x.Fields, c.Fields, func(a, b link.Field) bool { return a.Name == b.Name })
	})
}

// setSecret gives authentik's provider another client secret.
func (m *memory) setSecret(s secret.Text) {
	m.set(func() {
		provider := m.authentik.Providers[0]
		provider.ClientSecret = s
		m.authentik.Providers = []link.ProviderState{provider}
	})
}

// TestWritesBesideTheChangesAreAnnounced breaks a rotation in each way that needs
// a compensating write, and interrupts it there.
func TestWritesBesideTheChangesAreAnnounced(t *testing.T) {
	refused := &report.Fault{System: report.PB, Kind: report.FaultRefused, Written: report.WrittenNone,
		Summary: say.Of("PocketBase refused it."), Todo: say.Of("Look.")}
	for name, test := range map[string]struct {
		fails error // of PocketBase's first write
		other bool  // authentik's secret changes meanwhile
		end   error // of the compensating write
		want  []journal.State
		ended bool
	}{
		"given back": {fails: refused, want: []journal.State{journal.Done, journal.Failed,
			journal.Done}, ended: true},
		"given back, refused": {fails: refused, end: refused, want: []journal.State{journal.Done,
			journal.Failed, journal.Failed}},
		"given back, outcome unknown": {fails: refused, end: &report.Fault{Kind: report.FaultUnknown},
			want: []journal.State{journal.Done, journal.Failed, journal.AboutTo}},
		"written again": {other: true, want: []journal.State{journal.Done, journal.Done,
			journal.Done}, ended: true},
		"written again, refused": {other: true, end: refused, want: []journal.State{journal.Done,
			journal.AboutTo, journal.Failed}},
		"written again, outcome not known": {other: true, end: &report.Fault{Kind: report.FaultUnknown},
			want: []journal.State{journal.Done, journal.AboutTo, journal.AboutTo}},
	} {
		t.Run(name, func(t *testing.T) {
			m, store := newMemory(), openStore(t, t.TempDir())
			linkMemory(m)
			e := keeping(m, store)
			plan, err := e.Rotation(t.Context(), memorySpec())
			if err != nil {
				t.Fatal(err)
			}
			writes := 0
			m.apply = func(_ context.Context, c link.Change) error {
				if writes++; !foreseen(plan, c) {
					t.Errorf("the plan does not name %s %v", c.ID(), c.Fields)
				}
				r := newest(t, store)
				if n := len(r.Changes); n < writes || r.Changes[writes-1].State() != journal.AboutTo {
					t.Errorf("write %d is not announced: %v", writes, states(r))
				}
				switch {
				case writes == 2 && test.other:
					m.setSecret(secret.New("of another program"))
				case writes == 2:
					return test.fails
				case writes == 3:
					return test.end
				}
				if p, ok := c.After.(*link.ProviderState); ok {
					m.setSecret(p.ClientSecret)
				}
				return nil
			}
			err = e.Apply(t.Context(), plan, func(apply.Event) {})
			if failed := test.fails != nil || test.end != nil; (err != nil) != failed {
				t.Errorf("the error is %v", err)
			}
			r := newest(t, store)
			if got := states(r); !slices.Equal(got, test.want) || (r.End != nil) != test.ended {
				t.Errorf("the receipt says %v, %+v", got, r.End)
			}
			list, _, err := store.List()
			if err != nil || list[0].Changes != 2 {
				t.Errorf("the list says %d changes, %v", list[0].Changes, err)
			}
			// The unfinished receipt is continued: the secret is written once more.
			m.apply = nil
			again, err := keeping(m, openStore(t, store.Dir())).Plan(t.Context(), memorySpec())
			if err != nil || again.Empty() != test.ended {
				t.Errorf("the next plan is\n%s%v", show(again), err)
			}
		})
	}
}

func TestAPlanNamesWhatIsWrittenOnlyIfNeeded(t *testing.T) {
	m := newMemory()
	e := m.engine()
	if more := new(mustPlan(t, e)).IfNeeded(); len(more) > 0 {
		t.Errorf("a new link may need %v", more)
	}
	linkMemory(m)
	plan, err := e.Rotation(t.Context(), memorySpec())
	if err != nil {
		t.Fatal(err)
	}
	more := link.Plan{Changes: plan.IfNeeded()}
	if got := fieldNames(more); !slices.Equal(got, []string{"provider: client_secret",
		"auth collection: oidc.clientSecret"}) {
		t.Errorf("a rotation may need %v", got)
	}
}

// authentik cannot be read after PocketBase was given its secret.
func TestTheSystemThatWasAskedIsBlamed(t *testing.T) {
	for name, test := range map[string]struct {
		read, write error
		want        report.System
	}{
		"authentik":  {read: errors.New("reset"), want: report.Authentik},
		"PocketBase": {write: errors.New("reset"), want: report.PB},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			linkMemory(m)
			e := m.engine()
			plan, err := e.Rotation(t.Context(), memorySpec())
			if err != nil {
				t.Fatal(err)
			}
			writes := 0
			m.apply = func(_ context.Context, c link.Change) error {
				if writes++; writes == 2 {
					m.setSecret(secret.New("of another program"))
					m.observe = func(_ context.Context, system report.System, _ link.Query) error { return test.read }
				}
				if writes == 3 {
					return test.write
				}
				return nil
			}
			fault, ok := errors.AsType[*report.Fault](e.Apply(t.Context(), plan, func(apply.Event) {}))
			if !ok || fault.System != test.want || fault.Kind != report.FaultUnknown {
				t.Errorf("the fault is %+v", fault)
			}
		})
	}
}

// TestUndoAfterCredentialsWereGivenBack undoes an apply that was already partly
// undone.
func TestUndoAfterCredentialsWereGivenBack(t *testing.T) {
	m, store := newMemory(), openStore(t, t.TempDir())
	linkMemory(m)
	e := keeping(m, store)
	spec := memorySpec()
	spec.Provider.ClientID, spec.Provider.SubjectMode = new("another"), new("user_uuid")
	plan, err := e.Plan(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	m.apply = func(_ context.Context, c link.Change) error {
		if c.Kind == link.KindOAuth2 {
			return &report.Fault{System: report.PB, Kind: report.FaultRefused, Written: report.WrittenNone,
				Summary: say.Of("PocketBase refused it."), Todo: say.Of("Look.")}
		}
		m.set(func() { m.authentik.Providers = []link.ProviderState{*c.After.(*link.ProviderState)} })
		return nil
	}
	if err := e.Apply(t.Context(), plan, func(apply.Event) {}); err == nil {
		t.Fatal("there is no error")
	}
	undo, err := e.Undo(t.Context(), newest(t, store).ID, false)
	if got := fieldNames(undo); err != nil || !slices.Contains(got, "provider: sub_mode") ||
		slices.Contains(got, "provider: client_id") {
		t.Errorf("undo: %v, %v", got, err)
	}
}

// TestNewestIsWhatMayHaveBeenWritten loses the response to the only change, which a later run finds done.
func TestNewestIsWhatMayHaveBeenWritten(t *testing.T) {
	m, store := newMemory(), openStore(t, t.TempDir())
	linkMemory(m)
	e := keeping(m, store)
	spec := memorySpec()
	spec.Provider.SubjectMode = new("user_uuid")
	plan, err := e.Plan(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	m.apply = func(_ context.Context, c link.Change) error {
		m.set(func() { m.authentik.Providers = []link.ProviderState{*c.After.(*link.ProviderState)} })
		return &report.Fault{System: report.Authentik, Kind: report.FaultUnknown,
			Summary: say.Of("The answer was lost."),
			Todo:    say.Of("Look.")}
	}
	if err := e.Apply(t.Context(), plan, func(apply.Event) {}); err == nil {
		t.Fatal("there is no error")
	}
	lost := newest(t, store).ID
	m.apply = nil
	again, err := e.Plan(t.Context(), spec)
	if err != nil || !again.Empty() {
		t.Fatalf("the next plan is\n%s%v", show(again), err)
	}
	if err := e.Apply(t.Context(), again, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if id, err := e.Newest(&spec); id != lost || err != nil {
		t.Errorf("the newest to undo is %q, %v, want %q", id, err, lost)
	}
	undo, err := e.Undo(t.Context(), lost, false)
	if got := fieldNames(undo); err != nil || !slices.Equal(got, []string{"provider: sub_mode"}) {
		t.Errorf("undo: %v, %v", got, err)
	}
}

// A rotation that shares its application stops after the first collection.
func TestARotationThatStopsHalfwaySaysThatSecretsDiffer(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		m := newMemory()
		linkMemory(m)
		members := m.pocketbase.Collections[0]
		members.ID, members.Name = "members", "members"
		m.pocketbase.Collections = append(m.pocketbase.Collections, members)
		e := m.engine()
		plan, err := e.Rotation(t.Context(), memorySpec())
		if err != nil || len(plan.Changes) != 3 {
			t.Fatalf("%s%v", show(plan), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		writes := 0
		m.apply = func(_ context.Context, c link.Change) error {
			writes++
			if p, ok := c.After.(*link.ProviderState); ok {
				m.setSecret(p.ClientSecret)
			}
			switch {
			case writes == 2 && cancelled:
				cancel()
			case writes == 3 && !cancelled:
				return &report.Fault{System: report.PB, Kind: report.FaultRefused, Written: report.WrittenNone,
					Summary: say.Of("No.")}
			}
			return nil
		}
		err = e.Apply(ctx, plan, func(apply.Event) {})
		cancel()
		stopped, ok := errors.AsType[*report.Stopped](err)
		if cancelled && err != nil || !cancelled && (!ok || stopped.Secrets != report.SecretsDiffer) || writes != 3 {
			t.Errorf("cancelled %v: %d writes, %v", cancelled, writes, err)
		}
	}
}

// Another program replaces the client secret that a rotation has just written,
// as an authpocket on another machine does.
func TestTheSecretOfAnotherProgramIsLeftThere(t *testing.T) {
	m, others := newMemory(), secret.New("of another program")
	linkMemory(m)
	e := m.engine()
	plan, err := e.Rotation(t.Context(), memorySpec())
	if err != nil {
		t.Fatal(err)
	}
	var written []link.Change
	m.apply = func(_ context.Context, c link.Change) error {
		written = append(written, c)
		if len(written) > 1 {
			return nil
		}
		m.setSecret(others)
		return &report.Fault{System: report.Authentik, Kind: report.FaultUnknown, Written: report.WrittenSome,
			Summary: say.Of("authentik stored it with different values."), Todo: say.Of("Look.")}
	}
	stopped, ok := errors.AsType[*report.Stopped](e.Apply(t.Context(), plan, func(apply.Event) {}))
	if !ok || stopped.Secrets != report.SecretsReplaced {
		t.Errorf("the apply ends with %+v", stopped)
	}
	if len(written) != 2 || written[1].System != report.PB || !foreseen(plan, written[1]) {
		t.Fatalf("after the provider, %v was written", written[1:])
	}
	slots := link.As[link.CollectionState](written[1].After).OAuth2
	if got := slots.Providers[link.SlotIndex(&slots, "oidc")].ClientSecret; !got.Equal(others) {
		t.Error("PocketBase did not get the client secret that authentik has")
	}
}
