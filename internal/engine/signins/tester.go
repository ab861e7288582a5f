// Package signins makes test sign-ins: it predicts what comes of one, starts and finishes it, explains why it failed
// and deletes the account that it created.
package signins

import (
	"log/slog"

	"authpocket/internal/journal"
)

// Tester makes test sign-ins through the links of one authentik and one PocketBase.
type Tester struct {
	Authentik  Authentik
	PocketBase PocketBase
	// AuthentikURL and PocketBaseURL are the base URLs of the systems.
	AuthentikURL  string
	PocketBaseURL string
	Notes         *journal.Store // of tests that are running, nil keeps none
	Log           *slog.Logger
}

// key returns the journal's identifier of the two systems.
func (t *Tester) key() string { return journal.Key(t.AuthentikURL, t.PocketBaseURL) }
