package engine

import (
	"context"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/engine/signins"
	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Authentik is a connected authentik.
type Authentik interface {
	// Warnings returns what may go wrong with the changes, judging by the
	// snapshot.
	Warnings(link.AuthentikSnapshot, []link.Change) []link.Warning
	// ChangedBy says who changed the changes' objects since then, as far as
	// its log tells.
	ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text
	// Superusers reports whether the members of a group are superusers, because of
	// the group or of one that it is in.
	Superusers(ctx context.Context, group string) (bool, error)
	// ClockOffset returns how far authentik's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)

	apply.Authentik
	signins.Authentik
	AuthentikPeople
}

// PocketBase is a connected PocketBase.
type PocketBase interface {
	// SaveAgain saves a collection as it is.
	SaveAgain(ctx context.Context, id string) error
	// Offers reports whether guests are offered the link as it is desired.
	Offers(context.Context, link.Desired) bool
	Probe(context.Context, link.Desired) report.Check
	// Warnings returns what may go wrong with sign-ins, judging by the
	// snapshot.
	Warnings(link.PocketBaseSnapshot, link.Desired) []link.Warning
	// ChangedBy says who changed the changes' objects since then, as far as
	// its log tells.
	ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text
	// ClockOffset returns how far PocketBase's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)

	apply.PocketBase
	signins.PocketBase
	PocketBasePeople
}

// Snapshots hold both systems, read at the same time.
type Snapshots struct {
	Authentik  link.AuthentikSnapshot
	PocketBase link.PocketBaseSnapshot
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
