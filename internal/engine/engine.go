// Package engine observes both systems, and plans, applies and verifies links.
// It knows the systems only through two interfaces.
package engine

import (
	"log/slog"

	"authpocket/internal/engine/apply"
	"authpocket/internal/engine/signins"
	"authpocket/internal/journal"
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
)

// Config holds two connected systems and the store for receipts.
type Config struct {
	Authentik  Authentik
	PocketBase PocketBase
	// AuthentikURL and PocketBaseURL are the base URLs of the systems. They
	// identify the receipts that belong to these two.
	AuthentikURL  string
	PocketBaseURL string
	Receipts      *Store // nil keeps no receipts
	// Joint holds the lock of the two systems for several links of one run, nil for a link alone.
	Joint *lock.Joint
	// Held releases the lock of the two systems, which the first apply then need not take. nil: it is not held.
	Held func()
	// Others are the other links of the link file to this PocketBase.
	Others  []link.Other
	Program string       // authpocket's version, for the receipts
	Log     *slog.Logger // nil discards all messages
}

// Engine works on one authentik and one PocketBase.
type Engine struct {
	authentik  Authentik
	pocketbase PocketBase
	log        *slog.Logger
	receipts   *Store // nil keeps no receipts
	joint      *lock.Joint
	held       func()
	others     []link.Other
	meta       journal.Meta
	writer     apply.Writer

	SignIns *signins.Tester // makes test sign-ins
}

// New returns an engine for two connected systems.
func New(cfg Config) *Engine {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{
		authentik: cfg.Authentik, pocketbase: cfg.PocketBase, log: cfg.Log, receipts: cfg.Receipts, joint: cfg.Joint,
		held: cfg.Held, others: cfg.Others,
		meta: journal.Meta{AuthentikURL: cfg.AuthentikURL, PocketBaseURL: cfg.PocketBaseURL, Program: cfg.Program},
		writer: apply.Writer{Authentik: cfg.Authentik, PocketBase: cfg.PocketBase, PocketBaseURL: cfg.PocketBaseURL,
			Joint: cfg.Joint, Log: cfg.Log},
		SignIns: &signins.Tester{Authentik: cfg.Authentik, PocketBase: cfg.PocketBase,
			AuthentikURL: cfg.AuthentikURL, PocketBaseURL: cfg.PocketBaseURL, Notes: cfg.Receipts, Log: cfg.Log},
	}
}

// The journal's types, for pages and commands.
type (
	Store      = journal.Store
	Receipt    = journal.Receipt
	StoreFault = journal.Fault // an error of the receipts directory
)
