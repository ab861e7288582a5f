package engine

import (
	"context"
	"encoding/json"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// Authentik is a connected authentik.
type Authentik interface {
	Observe(context.Context, link.Query) (link.AuthentikSnapshot, error)
	Apply(context.Context, link.Change) error
	// Created returns the primary keys of what the last Apply of the change
	// created, by kind.
	Created(link.Change) map[link.Kind]string
	Check(ctx context.Context, d link.Desired, person int) []report.Check
	// Warnings returns what may go wrong with the changes, judging by the
	// snapshot.
	Warnings(link.AuthentikSnapshot, []link.Change) []link.Warning
	// ChangedBy says who changed the changes' objects since then, as far as
	// its log tells.
	ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text

	AuthentikProof
	AuthentikPeople
}

// PocketBase is a connected PocketBase.
type PocketBase interface {
	Observe(context.Context, link.Query) (link.PocketBaseSnapshot, error)
	Apply(context.Context, link.Change) error
	// Prepare reads what Apply reads first, so that an Apply in the same moment finds it.
	Prepare(context.Context, link.Change)
	// SaveAgain saves a collection as it is.
	SaveAgain(ctx context.Context, id string) error
	// Offers reports whether guests are offered the link as it is desired.
	Offers(context.Context, link.Desired) bool
	Check(context.Context, link.Desired) []report.Check
	Probe(context.Context, link.Desired) report.Check
	// Warnings returns what may go wrong with sign-ins, judging by the
	// snapshot.
	Warnings(link.PocketBaseSnapshot, link.Desired) []link.Warning
	// ChangedBy says who changed the changes' objects since then, as far as
	// its log tells.
	ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text

	PocketBaseProof
	PocketBasePeople
}

// Snapshots hold both systems, read at the same time.
type Snapshots struct {
	Authentik  link.AuthentikSnapshot
	PocketBase link.PocketBaseSnapshot
}

// AuthentikProof is authentik's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type AuthentikProof interface {
	// Preview returns the claims that authentik would send about a person. 0 is
	// the token's own account.
	Preview(ctx context.Context, d link.Desired, person int) (map[string]json.RawMessage, error)
	// FindUser returns the user with a username, an e-mail address or a primary
	// key.
	FindUser(ctx context.Context, named string) (link.Ref, error)
	// Access reports whether the person may use the application, with
	// authentik's messages.
	Access(ctx context.Context, d link.Desired, person int) (bool, []string, error)
	// Superusers reports whether the members of a group are superusers, because of
	// the group or of one that it is in.
	Superusers(ctx context.Context, group string) (bool, error)
	// RedirectURIs returns the provider's current redirect URIs.
	RedirectURIs(ctx context.Context, d link.Desired) ([]link.RedirectURI, error)
	// Events returns the events about the link's client since a time of this
	// machine's clock.
	Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail
	// ClockOffset returns how far authentik's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)

	AuthentikLogin
}

// PocketBaseProof is PocketBase's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type PocketBaseProof interface {
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
	// ClockOffset returns how far PocketBase's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)
}

// AuthentikLogin is authentik's part in a sign-in that no browser makes.
type AuthentikLogin interface {
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

// AuthentikPeople is authentik's part in finding people who left.
type AuthentikPeople interface {
	// EachUser visits all users, one at a time. steady is false if the list
	// changed meanwhile.
	EachUser(ctx context.Context, visit func(people.User)) (steady bool, err error)
	// GroupParents returns the groups that each group is in.
	GroupParents(context.Context) (map[string][]string, error)
}

// PocketBasePeople is PocketBase's part in finding people who left.
type PocketBasePeople interface {
	// EachLinked visits the accounts that are linked through the link's slot.
	EachLinked(ctx context.Context, d link.Desired, visit func(account, subject string)) error
	// LinkedAccounts returns those of the accounts that exist and are linked.
	LinkedAccounts(ctx context.Context, d link.Desired, ids []string) ([]people.Account, error)
}
