package signins

import (
	"context"
	"encoding/json"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// Authentik is authentik's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type Authentik interface {
	// Preview returns the claims that authentik would send about a person. 0 is
	// the token's own account.
	Preview(ctx context.Context, d link.Desired, person int) (map[string]json.RawMessage, error)
	// FindUser returns the user with a username, an e-mail address or a primary
	// key.
	FindUser(ctx context.Context, named string) (link.Ref, error)
	// Access reports whether the person may use the application, with
	// authentik's messages.
	Access(ctx context.Context, d link.Desired, person int) (bool, []string, error)
	// RedirectURIs returns the provider's current redirect URIs.
	RedirectURIs(ctx context.Context, d link.Desired) ([]link.RedirectURI, error)
	// Events returns the events about the link's client since a time of this
	// machine's clock.
	Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail
	// Check runs authentik's checks, which may name the cause of a sign-in that fails.
	Check(ctx context.Context, d link.Desired, person int) []report.Check
	// SignIn signs a person in and returns what authentik sends to the redirect
	// URI, which is not opened. The error is a *signin.LoginError.
	SignIn(context.Context, link.Desired, signin.Opening, signin.Credentials) (signin.Return, error)
	// Person returns what authentik's user tells of a sign-in to the link. The
	// error is a *report.Fault.
	Person(ctx context.Context, d link.Desired, pk int) (signin.Person, error)
	// OnlySignIn reports whether the sign-in with that state is in authentik's
	// log, and no other one of the person to the link's application since then.
	// The error is a *report.Fault.
	OnlySignIn(ctx context.Context, since time.Time, d link.Desired, person int, state string) (bool, error)
}

// PocketBase is PocketBase's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type PocketBase interface {
	// AuthMethods returns how to begin a sign-in, as a guest sees it.
	AuthMethods(ctx context.Context, d link.Desired) (authURL string, verifier secret.Text, err error)
	// Exchange has PocketBase exchange the code of a sign-in, as a guest.
	Exchange(context.Context, link.Desired, signin.Code) (signin.Exchanged, error)
	// Collection returns the current state of the link's collection.
	Collection(context.Context, link.Desired) (link.CollectionState, error)
	// Accounts returns the record linked with the subject, and the one with the
	// e-mail address, nil for none.
	Accounts(ctx context.Context, d link.Desired, subject, email string) (bySubject, byEmail *signin.Account, err error)
	// Finds is Accounts, but also returns an account that is gone while its link is
	// still there.
	Finds(ctx context.Context, d link.Desired, subject, email string) (bySubject, byEmail *signin.Account, err error)
	// Holds reports whether a record of the link's collection has the value in the
	// field.
	Holds(ctx context.Context, d link.Desired, field, value string, anyCase bool) (bool, error)
	// Exists reports whether a collection, given by its ID, has a record.
	Exists(ctx context.Context, collection, record string) (bool, error)
	// Versions returns the oldest and the newest version that this PocketBase may
	// be, which are the same if it is known. An empty one is not bounded.
	Versions() (oldest, newest string)
	// Trail returns what PocketBase's log shows of a sign-in.
	Trail(context.Context, signin.TrailQuery) signin.PocketBaseTrail
	// MadeSince returns nil if the account was created since then, by a sign-in
	// through the link's slot.
	MadeSince(ctx context.Context, d link.Desired, id string, since time.Time) error
	// MadeBetween returns the IDs of accounts that sign-ins through the link's slot
	// created between two times of this machine's clock.
	MadeBetween(ctx context.Context, d link.Desired, from, to time.Time) ([]string, error)
	// DeleteAccount deletes an account that a test sign-in created since then.
	// reported means that PocketBase itself reported the account as new.
	DeleteAccount(ctx context.Context, d link.Desired, id string, since time.Time, reported bool) error
	// Realtime measures whether events of the stream arrive without delay.
	Realtime(context.Context, link.Desired) report.Check
	// Check runs PocketBase's checks, which may name the cause of a sign-in that fails.
	Check(context.Context, link.Desired) []report.Check
}
