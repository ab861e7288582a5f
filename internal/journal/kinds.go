package journal

import (
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Kind is the kind of an apply.
type Kind string

// The kinds of apply.
const (
	Apply  Kind = "apply"
	Undo   Kind = "undo"
	Rotate Kind = "rotate"
	Remove Kind = "remove"
	Proof  Kind = "proof"
	// SignOut is of people who can no longer sign in.
	SignOut Kind = "sign-out"
)

// Purpose returns the purpose of the plan that was applied.
func (k Kind) Purpose() link.Purpose {
	if k == Apply {
		return link.PurposeLink
	}
	return link.Purpose(k)
}

// State is the progress of a change, as far as the receipt knows.
type State string

// The states of a change. One that is AboutTo after a crash may have been
// written: only the system itself shows that.
const (
	Waiting State = "waiting" // no step yet, so never in a file
	AboutTo State = "about to"
	Done    State = "done"
	Failed  State = "failed"
)

// Outcome is how an apply ended.
type Outcome string

// The outcomes. A receipt without one was interrupted, or is still running.
const (
	Completed Outcome = "completed" // every change was written
	Stopped   Outcome = "stopped"   // a change failed, and the admin was told
	Continued Outcome = "continued" // interrupted, then continued by a later receipt
	Undone    Outcome = "undone"    // interrupted, then undone by a later receipt, or a proof by the next run
	Dismissed Outcome = "dismissed" // interrupted, then dismissed by the admin
)

// Meta is what a receipt records in addition to the plan.
type Meta struct {
	Kind Kind `json:"kind"`
	// Of is the ID of the receipt that this one undoes or continues, if any. A rotation that restores the client secret
	// from before another undoes that.
	Of string `json:"of"`
	// AuthentikURL and PocketBaseURL are the base URLs of the systems, as
	// addresses.Parse returns them.
	AuthentikURL  string `json:"authentik_url"`
	PocketBaseURL string `json:"pocketbase_url"`
	Program       string `json:"program"` // the version of authpocket
	// Proof is the sign-in that the plan needed, nil if it needed none.
	Proof *link.Proof `json:"proof,omitempty"`
}

func kinds() []Kind { return []Kind{Apply, Undo, Rotate, Remove, Proof, SignOut} }

func outcomes() []Outcome { return []Outcome{Completed, Stopped, Continued, Undone, Dismissed} }

// Key returns the key of two systems, for Lock. Addresses are compared as they
// are, so they must come from addresses.Parse.
func Key(authentikURL, pocketbaseURL string) string {
	return strings.TrimRight(authentikURL, "/") + " " + strings.TrimRight(pocketbaseURL, "/")
}

// Summary is a receipt in a list.
type Summary struct {
	ID   string
	When time.Time // start, in UTC
	Meta
	// Slug and Collection identify a link between the two systems.
	Slug, Collection string
	Changes          int      // in the plan
	Done             int      // of these, changes that were written
	Open             int      // of these, changes that may have been written
	Did              say.Text // what the changes that were or may have been written did, as words.Did says it
	Created          bool     // these created the link
	Outcome          Outcome  // empty if interrupted or still running
	// Restored is set on a rotation that was taken back: both systems have the client secret from before it.
	// Restores is set on the one that did so, unless that rotation did so itself.
	Restored, Restores bool
	// Running is set if the receipt is unfinished and a process, perhaps this
	// one, holds the link's lock.
	Running bool
}

// Wrote reports whether a change was written or may have been.
func (s *Summary) Wrote() bool { return s.Done+s.Open > 0 }

// Key returns the key of the receipt's two systems, for Lock.
func (s Summary) Key() string { return Key(s.AuthentikURL, s.PocketBaseURL) }
