package journal

import (
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Receipt records one apply. It is not safe for concurrent use. Holding the
// link's lock ensures that only one process writes it.
type Receipt struct {
	ID   string    `json:"id"`
	When time.Time `json:"when"` // start, in UTC
	Meta
	ClientID string    `json:"client_id"` // generated for the plan, empty if none was
	Spec     link.Spec `json:"-"`         // without its secret
	// SpecNotKept names the secrets that the spec had.
	SpecNotKept []string `json:"-"`
	// Changes are the plan's changes, followed by the compensating writes.
	Changes []Change `json:"-"`
	End     *End     `json:"-"` // nil if interrupted or still running

	store   *Store
	secrets []secret.Text // of the plan, which must not reach the disk
}

// Change is a change of the plan and its progress. Before and After are without
// their secrets.
type Change struct {
	link.Change
	// BeforeNotKept and AfterNotKept name the secrets that were left out, such
	// as "client_secret" or "oauth2.providers.oidc.client_secret".
	BeforeNotKept []string
	AfterNotKept  []string
	Steps         []Step
}

// State returns the progress of the change.
func (c *Change) State() State {
	if len(c.Steps) == 0 {
		return Waiting
	}
	return c.Steps[len(c.Steps)-1].State
}

// Written returns the change as it was written: what it created has its primary keys, as far as they are known.
func (c *Change) Written() link.Change {
	if len(c.Steps) == 0 {
		return c.Change
	}
	return c.WithKeys(c.Steps[len(c.Steps)-1].IDs)
}

// Step is one step in the progress of a change.
type Step struct {
	State State
	When  time.Time // in UTC
	Note            // on Done
	// AfterNotKept names the secrets that Note.After had.
	AfterNotKept []string
	// Summary and Todo are set on Failed, in words for people.
	Summary say.Text
	Todo    say.Text
}

// Note is what a write returned.
type Note struct {
	// IDs are the primary keys of new objects, by kind:
	// {"application": "…", "provider": "42"}.
	IDs map[link.Kind]string
	// After is the object as it was read back, or nil. Its secrets are not kept.
	After link.Object
	// Detail is for people, such as that the response was lost and the object
	// was found by its name.
	Detail string
}

// End is the end of an apply.
type End struct {
	When    time.Time `json:"when"` // in UTC
	Outcome Outcome   `json:"outcome"`
}

// Key returns the key of the receipt's two systems, for Lock.
func (r *Receipt) Key() string { return Key(r.AuthentikURL, r.PocketBaseURL) }

// fileName returns the receipt's file name. Names sort by time.
func (r *Receipt) fileName() string {
	return receiptPrefix + r.When.UTC().Format("20060102T150405Z") + "-" + r.ID + receiptSuffix
}
