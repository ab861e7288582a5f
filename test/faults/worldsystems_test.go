package faults_test

import (
	"context"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// trouble is the failure of one write or observation of a run.
type trouble string

const (
	lostBefore  trouble = "lost before"  // no response, and nothing was written
	lostAfter   trouble = "lost after"   // no response, though it was written
	refusal     trouble = "refused"      // a clear no
	unreachable trouble = "unreachable"  // never sent
	crashBefore trouble = "crash before" // the process ends
	crashAfter  trouble = "crash after"  // the process ends after the write
	blind       trouble = "blind"        // an observation that fails
)

func troubles() []trouble {
	return []trouble{lostBefore, lostAfter, refusal, unreachable, crashBefore, crashAfter, blind}
}

// crash is the panic value for the end of the process.
type crash struct{}

// systems presents a world to the engine, with the troubles of one run by number of
// the write, or of the observation for blind ones.
type systems struct {
	mu       sync.Mutex
	w        *world
	troubles map[int]trouble
	blinds   map[int]bool
	writes   int
	looks    int
	links    bool  // the run creates or changes the link
	broken   error // a state that must never exist, but did
}

type authentikIn struct {
	*systems
	restOfAuthentik
}

type pocketbaseIn struct {
	*systems
	restOfPocketBase
}

// What the world lacks is nil: no sign-in is tested here.
type (
	restOfAuthentik  struct{ engine.Authentik }
	restOfPocketBase struct{ engine.PocketBase }
)

// engineOver returns an engine for the world, with receipts in store.
func engineOver(s *systems, store *journal.Store) *engine.Engine {
	return engine.New(engine.Config{
		Authentik: authentikIn{systems: s}, PocketBase: pocketbaseIn{systems: s},
		AuthentikURL: worldAuthentik, PocketBaseURL: worldPocketBase, Receipts: store, Program: "test",
	})
}

func (s *systems) look() error {
	s.looks++
	if s.blinds[s.looks] {
		return &report.Fault{System: report.Authentik, Kind: report.FaultUnreachable,
			Summary: say.Of("authentik cannot be reached."),
			Todo:    say.Of("Try again.")}
	}
	return nil
}

// ChangedBy returns nil: the world has no log.
func (a authentikIn) ChangedBy(context.Context, time.Time, []link.Change) []say.Text { return nil }

func (p pocketbaseIn) ChangedBy(context.Context, time.Time, []link.Change) []say.Text { return nil }

// Nobody is in the world to leave it.

func (authentikIn) EachUser(context.Context, func(people.User)) (bool, error) { return true, nil }

func (authentikIn) GroupParents(context.Context) (map[string][]string, error) { return nil, nil }

func (pocketbaseIn) EachLinked(context.Context, link.Desired, func(account, subject string)) error {
	return nil
}

func (pocketbaseIn) LinkedAccounts(context.Context, link.Desired, []string) ([]people.Account, error) {
	return nil, nil
}

func (a authentikIn) Observe(_ context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.w.observeAuthentik(q), a.look()
}

// Created returns nil: as receipts of older versions, those of this test have no primary keys.
func (authentikIn) Created(link.Change) map[link.Kind]string { return nil }

// Prepare does nothing: the world is in memory.
func (pocketbaseIn) Prepare(context.Context, link.Change) {}

func (pocketbaseIn) SaveAgain(context.Context, string) error { return nil }

func (pocketbaseIn) Offers(context.Context, link.Desired) bool { return true }

func (p pocketbaseIn) Observe(context.Context, link.Query) (link.PocketBaseSnapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.w.observePocketBase(), nil
}

// Apply carries out a change of either system, or fails with its trouble.
func (s *systems) Apply(_ context.Context, c link.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	trouble := s.troubles[s.writes]
	refuse := func(kind report.FaultKind, written report.Written) error {
		return &report.Fault{System: c.System, Kind: kind, Written: written,
			Summary: say.Of("%s: %s.", c.System.Label(),
				string(trouble)), Todo: say.Of("Try again.")}
	}
	switch trouble {
	case lostBefore:
		return refuse(report.FaultUnknown, report.WrittenUnknown)
	case refusal:
		return refuse(report.FaultRefused, report.WrittenNone)
	case unreachable:
		return refuse(report.FaultUnreachable, report.WrittenNone)
	case crashBefore:
		panic(crash{})
	}
	if err := s.w.write(c); err != nil {
		return &report.Fault{System: c.System, Kind: report.FaultRefused, Written: report.WrittenNone,
			Summary: say.Of("The world refused: %s.", err.Error()), Todo: say.Of("Look.")}
	}
	if c.Kind == link.KindOAuth2 && s.links && s.broken == nil {
		s.broken = s.w.broken()
	}
	switch trouble {
	case lostAfter:
		return refuse(report.FaultUnknown, report.WrittenUnknown)
	case crashAfter:
		panic(crash{})
	}
	return nil
}

func (authentikIn) Check(context.Context, link.Desired, int) []report.Check { return nil }

func (authentikIn) Warnings(link.AuthentikSnapshot, []link.Change) []link.Warning { return nil }

func (pocketbaseIn) Check(context.Context, link.Desired) []report.Check { return nil }

func (pocketbaseIn) Probe(context.Context, link.Desired) report.Check { return report.Check{} }

func (pocketbaseIn) Warnings(link.PocketBaseSnapshot, link.Desired) []link.Warning { return nil }
