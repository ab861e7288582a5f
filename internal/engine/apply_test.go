package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// events records what a hook receives.
type events []string

func (e *events) hook(event apply.Event) {
	line := fmt.Sprintf("%d %s %s", event.Index, event.Change.Kind, event.State)
	for _, m := range event.Messages {
		line = say.Of("%s%s", line, say.Of(" %s", m.Summary)).String()
	}
	*e = append(*e, line)
}

func mustPlan(t *testing.T, e *engine.Engine) link.Plan {
	t.Helper()
	plan, err := e.Plan(t.Context(), memorySpec())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestApplyTellsEachStepInOrder(t *testing.T) {
	m := newMemory()
	e := m.engine()
	var told events
	if err := e.Apply(t.Context(), mustPlan(t, e), told.hook); err != nil {
		t.Fatal(err)
	}
	want := events{
		"0 scope mapping running", "0 scope mapping done", "1 application and provider running",
		"1 application and provider done",
		"2 auth collection running", "2 auth collection done",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the events (want -, got +):\n%s", diff)
	}
	if len(m.applied) != 3 {
		t.Errorf("applied are %v", m.applied)
	}
}

func TestApplyStopsAtTheFirstFailure(t *testing.T) {
	fault := &report.Fault{System: report.Authentik, Summary: say.Of("authentik refused it."),
		Todo: say.Of("Ask for the permission."),
		Err:  errors.New("403")}
	m := newMemory()
	m.apply = func(_ context.Context, c link.Change) error {
		if c.Kind == link.KindPair {
			return fault
		}
		return nil
	}
	e := m.engine()
	var told events
	err := e.Apply(t.Context(), mustPlan(t, e), told.hook)
	if got, ok := errors.AsType[*report.Fault](err); !ok || got != fault ||
		!strings.Contains(err.Error(), "applying authentik/application and provider") {
		t.Errorf("the error is %v", err)
	}
	want := events{"0 scope mapping running", "0 scope mapping done", "1 application and provider running",
		"1 application and provider failed authentik refused it."}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the events (want -, got +):\n%s", diff)
	}
	if len(m.applied) != 2 {
		t.Errorf("applied are %v", m.applied)
	}
}

func TestApplyRefusesAStalePlanAndNamesWhatChanged(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*memory)
		says []string
	}{
		"the application is there by now": {func(m *memory) {
			m.authentik.Application = &link.ApplicationState{PK: "a", Slug: "pocketbase", Name: "Somebody's",
				Provider: 0}
		}, []string{"The slug “pocketbase” is taken by the application “Somebody's”"}},
		"the slot is taken by now": {func(m *memory) {
			m.pocketbase.Collections[0].OAuth2.Providers = []link.OAuth2Provider{{Slot: "oidc", ClientID: "theirs",
				AuthURL: "https://elsewhere.company/"}}
		}, []string{"oidc2.displayName of OAuth2 of the collection “users” is now (none)",
			"oidc.clientId of OAuth2 of the collection “users” was set to"}},
		"our mapping is there by now": {func(m *memory) {
			m.authentik.Mappings = append(slices.Clone(m.authentik.Mappings),
				*withID(mappings.Email(link.EmailTrustAll), "m"))
		}, []string{"scope mapping “authpocket: trust every e-mail address” was changed already"}},
		"our mapping is there, but another": {func(m *memory) {
			other := withID(mappings.Email(link.EmailTrustAll), "m")
			other.Expression = "return {}"
			m.authentik.Mappings = append(slices.Clone(m.authentik.Mappings), *other)
		}, []string{"expression of scope mapping “authpocket: trust every e-mail address” was (none) and is now " +
			"return {}"}},
		"OAuth2 is on by now": {func(m *memory) { m.pocketbase.Collections[0].OAuth2.Enabled = true },
			[]string{"enabled of OAuth2 of the collection “users” was set to yes already"}},
		"the key is another": {
			func(m *memory) { m.authentik.Keys = []link.Key{{Ref: link.Ref{ID: "k", Name: "new key"}, Type: "ec"}} },
			[]string{"application and provider “PocketBase” was replaced"}},
		"there is no key": {func(m *memory) { m.authentik.Keys = nil },
			[]string{"signing key “authpocket signing key” now needs a change"}},
		"the collection is gone": {func(m *memory) { m.pocketbase.Collections = nil },
			[]string{"PocketBase has no auth collection “users”"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			e := m.engine()
			plan := mustPlan(t, e)
			m.set(func() { test.edit(m) })
			err := e.Apply(t.Context(), plan, func(event apply.Event) { t.Errorf("it begins %s", event.Change.ID()) })
			stopped, ok := errors.AsType[*report.Stopped](err)
			if !ok || !stopped.Stale || stopped.Written() != report.WrittenNone {
				t.Fatalf("the error is %v", err)
			}
			for _, part := range test.says {
				if what := report.MessageOf(err).What(); !strings.Contains(what.String(), part) {
					t.Errorf("%q does not say %q", what, part)
				}
			}
			if len(m.applied) != 0 {
				t.Errorf("applied are %v", m.applied)
			}
		})
	}
}

func withID(m *link.Mapping, id string) *link.Mapping { m.ID = id; return m }

func TestStaleNamesTheSystem(t *testing.T) {
	m := newMemory()
	e := m.engine()
	plan := mustPlan(t, e)
	m.set(func() { m.pocketbase.Collections[0].OAuth2.Enabled = true })
	if fault, _ := errors.AsType[*report.Fault](e.Apply(t.Context(), plan, nil)); fault == nil ||
		fault.System != report.PB {
		t.Errorf("the fault is %v", fault)
	}
}

func TestWhatDoesNotConcernThePlanDoesNotMakeItStale(t *testing.T) {
	m := newMemory()
	e := m.engine()
	plan := mustPlan(t, e)
	m.set(func() {
		m.authentik.Groups = nil
		m.authentik.Providers = []link.ProviderState{{PK: 7, Name: "Somebody's", ClientID: "theirs"}}
		m.pocketbase.Collections[0].Updated = "later"
		m.pocketbase.Collections = append(m.pocketbase.Collections, link.CollectionState{Name: "members"})
	})
	if err := e.Apply(t.Context(), plan, func(apply.Event) {}); err != nil || len(m.applied) != 3 {
		t.Errorf("applied are %v, %v", m.applied, err)
	}
}

func TestAnEmptyPlanWritesNothing(t *testing.T) {
	m := newMemory()
	plan := link.Plan{Spec: memorySpec()}
	m.set(func() { m.pocketbase.Collections[0].OAuth2.Enabled = true })
	if err := m.engine().Apply(t.Context(), plan, nil); err == nil || len(m.applied) != 0 {
		t.Errorf("a plan that is no longer empty: %v, applied are %v", err, m.applied)
	}
}

func TestASignalLetsTheRunningChangeFinish(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newMemory()
	m.apply = func(own context.Context, c link.Change) error {
		if c.Kind == link.KindPair {
			cancel()
			return own.Err() // it goes on
		}
		return nil
	}
	e := m.engine()
	plan := mustPlan(t, e)
	var told events
	err := e.Apply(ctx, plan, told.hook)
	if !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "told to stop before it began to update OAuth2 of the collection “users”") {
		t.Errorf("the error is %v", err)
	}
	if want := "1 application and provider done"; len(told) == 0 || told[len(told)-1] != want {
		t.Errorf("the events are %v", told)
	}
}

// A receipt of nothing would say that there is something to continue or undo.
func TestASignalBeforeTheFirstChangeLeavesNothingToContinue(t *testing.T) {
	for name, among := range map[string]engine.Among{"while it is confirmed": {}, "after that": {Fresh: true}} {
		store, err := journal.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		m := newMemory()
		e := m.engineFor("https://authentik.company", store)
		plan := mustPlan(t, e)
		m.observe = func(own context.Context, _ report.System, _ link.Query) error { cancel(); return own.Err() }
		among.Ready = func(link.Plan) error { cancel(); return nil }
		if err = e.ApplyAmong(ctx, &plan, among, func(apply.Event) {}); !errors.Is(err, context.Canceled) ||
			!strings.Contains(err.Error(), "told to stop before it began") {
			t.Errorf("%s: the error is %v", name, err)
		}
		if open, _, err := store.Interrupted(); err != nil || len(open) > 0 || len(m.applied) > 0 {
			t.Errorf("%s: applied are %v, and interrupted %v, %v", name, m.applied, open, err)
		}
	}
}

func TestTheOldCredentialsComeBackWhenPocketBaseRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		back error
		want report.Secrets
	}{
		"and authentik takes them": {nil, report.SecretsBack},
		"and authentik does not":   {errors.New("503"), report.SecretsDiffer},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			linkMemory(m)
			var given []string
			m.apply = func(_ context.Context, c link.Change) error {
				if c.Kind == link.KindOAuth2 {
					return &report.Fault{System: report.PB, Kind: report.FaultRefused, Written: report.WrittenNone,
						Summary: say.Of("PocketBase refused it."), Todo: say.Of("Look.")}
				}
				given = append(given, c.After.(*link.ProviderState).ClientSecret.Reveal())
				if len(given) == 2 {
					return test.back
				}
				return nil
			}
			e := m.engine()
			plan, err := e.Rotation(t.Context(), memorySpec())
			if err != nil {
				t.Fatal(err)
			}
			var told []apply.Event
			err = e.Apply(t.Context(), plan, func(event apply.Event) { told = append(told, event) })
			stopped, ok := errors.AsType[*report.Stopped](err)
			if !ok || stopped.Secrets != test.want || stopped.Written() != report.WrittenSome {
				t.Errorf("the error is %v, %+v", err, stopped)
			}
			if diff := cmp.Diff(report.Messages(err), told[len(told)-1].Messages); diff != "" {
				t.Errorf("error and event differ:\n%s", diff)
			}
			if len(given) != 2 || given[1] != "the old secret" || given[0] == given[1] {
				t.Errorf("authentik was given %d secrets", len(given))
			}
		})
	}
}
