package engine_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// memory implements both outside systems. Tests use it for what the sandbox
// cannot be made to do at a chosen moment.
type memory struct {
	mu         sync.Mutex
	authentik  link.AuthentikSnapshot
	pocketbase link.PocketBaseSnapshot
	applied    []string // IDs of changes, in order
	// Hooks of the test, nil for nothing.
	observe func(ctx context.Context, system report.System, q link.Query) error
	apply   func(ctx context.Context, c link.Change) error
	prepare func(ctx context.Context, c link.Change)
	probed  report.Check // of the client secret
}

type memoryAuthentik struct {
	*memory
	restOfAuthentik
}
type memoryPocketBase struct {
	*memory
	restOfPocketBase
}

// What memory lacks is nil: sign-ins and people are tested with the real adapters.
type (
	restOfAuthentik  struct{ engine.Authentik }
	restOfPocketBase struct{ engine.PocketBase }
)

func (m *memory) engine() *engine.Engine {
	return m.engineFor("", nil)
}

// engineFor returns an engine for the authentik at that address, with receipts
// in store.
func (m *memory) engineFor(authentikURL string, store *journal.Store) *engine.Engine {
	return engine.New(engine.Config{
		Authentik: memoryAuthentik{memory: m}, PocketBase: memoryPocketBase{memory: m},
		AuthentikURL: authentikURL, PocketBaseURL: "https://pocketbase.company", Receipts: store, Program: "test",
	})
}

func (m *memory) look(ctx context.Context, system report.System, q link.Query) error {
	if m.observe == nil {
		return nil
	}
	return m.observe(ctx, system, q)
}

func (m *memory) Apply(ctx context.Context, c link.Change) error {
	m.mu.Lock()
	m.applied = append(m.applied, c.ID())
	m.mu.Unlock()
	if m.apply == nil {
		return nil
	}
	return m.apply(ctx, c)
}

// Created returns nil: what is created has no primary key.
func (m *memory) Created(link.Change) map[link.Kind]string { return nil }

func (m *memory) Prepare(ctx context.Context, c link.Change) {
	if m.prepare != nil {
		m.prepare(ctx, c)
	}
}

// ChangedBy returns nil: there are no logs.
func (m *memory) ChangedBy(context.Context, time.Time, []link.Change) []say.Text { return nil }

func (m memoryAuthentik) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	err := m.look(ctx, report.Authentik, q)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.authentik, err
}

func (m memoryAuthentik) Check(_ context.Context, d link.Desired, person int) []report.Check {
	return []report.Check{{ID: "authentik.one", System: report.Authentik, Status: report.Pass}}
}

func (m memoryAuthentik) RedirectURIs(context.Context, link.Desired) ([]link.RedirectURI, error) {
	return nil, errors.New("they are not asked for")
}

func (m memoryAuthentik) Warnings(link.AuthentikSnapshot, []link.Change) []link.Warning {
	return []link.Warning{{ID: "of-authentik"}}
}

func (m memoryPocketBase) Observe(ctx context.Context, q link.Query) (link.PocketBaseSnapshot, error) {
	err := m.look(ctx, report.PB, q)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pocketbase, err
}

func (m memoryPocketBase) Check(context.Context, link.Desired) []report.Check {
	return []report.Check{{ID: "pocketbase.one", System: report.PB, Status: report.Pass}}
}

func (m memoryPocketBase) SaveAgain(context.Context, string) error { return nil }

func (m memoryPocketBase) Offers(context.Context, link.Desired) bool { return true }

func (m memoryPocketBase) Probe(context.Context, link.Desired) report.Check { return m.probed }

func (m memoryPocketBase) Warnings(link.PocketBaseSnapshot, link.Desired) []link.Warning {
	return []link.Warning{{ID: "of-pocketbase"}}
}

// newMemory returns an authentik and a PocketBase as they are right after
// installation.
func newMemory() *memory {
	named := func(id string) link.Ref { return link.Ref{ID: id, Name: id} }
	m := &memory{}
	m.authentik = link.AuthentikSnapshot{
		URL: "https://authentik.company", Version: "2026.5.0", Features: link.Features{GrantTypes: true},
		Flows: []link.Flow{{Ref: named(link.DefaultAuthorizationFlow), Designation: "authorization"},
			{Ref: named(link.DefaultInvalidationFlow), Designation: "invalidation"}},
		Keys: []link.Key{{Ref: named("key"), Type: "rsa"}}, Groups: []link.Ref{named("staff")},
	}
	for _, scope := range []string{"openid", "email", "profile"} {
		m.authentik.Mappings = append(m.authentik.Mappings, link.Mapping{Ref: named(scope), Scope: scope,
			Managed: "goauthentik.io/providers/oauth2/scope-" + scope})
	}
	m.pocketbase = link.PocketBaseSnapshot{URL: "https://pocketbase.company",
		Collections: []link.CollectionState{{ID: "pbc_users", Name: "users", CreateRule: new(""), AuthRule: new("")}}}
	return m
}

// set changes a system during a test.
func (m *memory) set(edit func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	edit()
}

// spec gives a plan with three changes: a mapping, application and provider, and
// the slot.
func memorySpec() link.Spec {
	return link.Spec{AuthentikURL: "https://authentik.company", PocketBaseURLs: []string{"https://pocketbase.company"},
		Email: link.EmailTrustAll}
}
