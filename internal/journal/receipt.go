package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// Kind is what an apply is.
type Kind string

// The kinds of apply.
const (
	Apply  Kind = "apply"
	Undo   Kind = "undo"
	Rotate Kind = "rotate"
	Remove Kind = "remove"
)

// State is how far a change has come, as far as the receipt knows.
type State string

// The states of a change. One that is AboutTo after a crash was written or
// was not: only the system itself can tell.
const (
	Waiting State = "waiting" // never written down: no step yet
	AboutTo State = "about to"
	Done    State = "done"
	Failed  State = "failed"
)

// Outcome is how an apply ended.
type Outcome string

// The outcomes. A receipt without one was interrupted, or is still running.
const (
	Completed Outcome = "completed" // every change was made
	Stopped   Outcome = "stopped"   // a change failed, and the admin was told
	Continued Outcome = "continued" // interrupted, and a later receipt went on from there
	Undone    Outcome = "undone"    // interrupted, and a later receipt took it back
	Dismissed Outcome = "dismissed" // interrupted, and the admin let it be
)

// Meta is what a receipt tells beside the plan.
type Meta struct {
	Kind Kind
	// Of is the id of the receipt that an undo takes back or that this apply
	// goes on from, empty for none.
	Of string
	// AuthentikURL and PocketBaseURL are the addresses that the systems are
	// written at, as link.ParseAddress returns them.
	AuthentikURL  string
	PocketBaseURL string
	Program       string // the version of authpocket
}

// Receipt tells of one apply. It is for one goroutine at a time; two must not
// write the same receipt at once, which holding the link's lock ensures.
type Receipt struct {
	ID   string
	When time.Time // begun, in UTC
	Meta
	ClientID string    // generated for the plan, empty where nothing was
	Spec     link.Spec // without its secret
	// SpecNotKept names the secrets that the spec had.
	SpecNotKept []string
	// Changes are the plan's, and after them the writes that were needed
	// beside those.
	Changes []Change
	End     *End // nil: interrupted, or still running

	store   *Store
	secrets []secret.Text // the plan's, to keep them out
}

// Change is a change of the plan and what became of it. Before and After are
// without their secrets.
type Change struct {
	link.Change
	// BeforeNotKept and AfterNotKept name the secrets that were left out, such
	// as "client_secret" or "oauth2.providers.oidc.client_secret".
	BeforeNotKept []string
	AfterNotKept  []string
	Steps         []Step
}

// State is how far the change has come.
func (c Change) State() State {
	if len(c.Steps) == 0 {
		return Waiting
	}
	return c.Steps[len(c.Steps)-1].State
}

// Step is one thing that happened to a change.
type Step struct {
	State State
	When  time.Time // in UTC
	Note            // on Done
	// AfterNotKept names the secrets that Note.After had.
	AfterNotKept []string
	// Summary and Todo are set on Failed, in words for people.
	Summary string
	Todo    string
}

// Note is what was learned from a write that was done.
type Note struct {
	// IDs are the keys that the system gave to what was made, by what it is:
	// {"application": "…", "provider": "42"}.
	IDs map[string]string
	// After is the object as it was read back, nil where it was not. Its
	// secrets are not kept.
	After link.Object
	// Detail is for people, such as that the answer was lost and the object
	// found by its name.
	Detail string
}

// End is how and when an apply ended.
type End struct {
	When    time.Time // in UTC
	Outcome Outcome
}

// Key names the receipt's link, for Lock.
func (r *Receipt) Key() string { return Key(r.AuthentikURL, r.PocketBaseURL) }

// Begin writes the receipt of an apply that is about to start. It returns once
// the receipt is synced; with an error, a *Fault, nothing may be written to
// either system. The link's lock must be held.
func (s *Store) Begin(plan link.Plan, meta Meta) (*Receipt, error) {
	r := &Receipt{
		ID: strings.ToLower(rand.Text()[:10]), When: s.stamp(), Meta: meta,
		ClientID: plan.Generated.ClientID, Spec: plan.Spec, store: s,
	}
	for _, c := range plan.Changes {
		r.Changes = append(r.Changes, Change{Change: c})
	}
	r.secrets = secretsOf(plan)
	data, err := r.settle()
	if err == nil {
		err = s.write(r.fileName(), data)
	}
	if err != nil {
		// Even a write that failed may have left the file behind.
		_ = s.disk.Remove(filepath.Join(s.dir, r.fileName()))
		return nil, cannotUse(s.dir, err)
	}
	return r, nil
}

// settle encodes r and takes over what a later process will read from that, so
// that both go by the same.
func (r *Receipt) settle() ([]byte, error) {
	data, err := encode(r)
	if err != nil {
		return nil, err
	}
	if err := refuseSecrets(data, r); err != nil {
		return nil, err
	}
	kept, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("reading back a receipt: %w", err)
	}
	kept.store, kept.secrets = r.store, r.secrets
	*r = *kept
	return data, nil
}

// AboutTo announces the write of the change with that index in the plan. It
// returns once that is synced; with an error the write must not be sent.
func (r *Receipt) AboutTo(i int) error {
	return r.step(i, Step{State: AboutTo}, Waiting, AboutTo, Failed)
}

// AlsoAboutTo announces a write that is no change of the plan, such as giving
// back what was there before, and returns its index. It comes after the plan's
// changes and has the id of one of them.
func (r *Receipt) AlsoAboutTo(c link.Change) (int, error) {
	next := *r
	next.Changes = append(slices.Clip(r.Changes),
		Change{Change: c, Steps: []Step{{State: AboutTo, When: r.store.stamp()}}})
	next.secrets = append(slices.Clip(r.secrets), secretsOf(c)...)
	if err := r.become(&next); err != nil {
		return -1, err
	}
	return len(r.Changes) - 1, nil
}

// Done tells that the announced write of a change was made, and what was
// learned from it.
func (r *Receipt) Done(i int, note Note) error {
	note.Detail = secret.Hide(note.Detail, r.secrets...)
	return r.step(i, Step{State: Done, Note: note}, AboutTo)
}

// Failed tells that the announced write of a change was not made, in the words
// that the admin is told. A write whose outcome is not known is not failed: it
// stays announced.
func (r *Receipt) Failed(i int, summary, todo string) error {
	return r.step(i, Step{State: Failed, Summary: secret.Hide(summary, r.secrets...),
		Todo: secret.Hide(todo, r.secrets...)}, AboutTo)
}

// step writes the receipt with one step more. Only a step that is on disk is
// in r.
func (r *Receipt) step(i int, step Step, from ...State) error {
	if i < 0 || i >= len(r.Changes) {
		return fmt.Errorf("noting %q: the plan has no change %d", step.State, i)
	}
	if state := r.Changes[i].State(); !slices.Contains(from, state) {
		return fmt.Errorf("noting %q: change %d is %q", step.State, i, state)
	}
	step.When = r.store.stamp()
	next := *r
	next.Changes = slices.Clone(r.Changes)
	next.Changes[i].Steps = append(slices.Clip(r.Changes[i].Steps), step)
	return r.become(&next)
}

// Finish tells how the apply ended. An interrupted receipt is finished too,
// once it was dealt with.
func (r *Receipt) Finish(outcome Outcome) error {
	if !slices.Contains(outcomes(), outcome) {
		return fmt.Errorf("finishing a receipt: there is no outcome %q", outcome)
	}
	next := *r
	next.End = &End{When: r.store.stamp(), Outcome: outcome}
	return r.become(&next)
}

var errEnded = errors.New("the receipt has an end already")

// become writes next and takes it over.
func (r *Receipt) become(next *Receipt) error {
	if r.End != nil {
		return errEnded
	}
	data, err := next.settle()
	if err == nil {
		err = r.store.write(r.fileName(), data)
	}
	if err != nil {
		return cannotWrite(r.store.dir, err)
	}
	*r = *next
	return nil
}

func (s *Store) stamp() time.Time { return s.now().UTC().Round(0) }

func kinds() []Kind { return []Kind{Apply, Undo, Rotate, Remove} }

func outcomes() []Outcome { return []Outcome{Completed, Stopped, Continued, Undone, Dismissed} }
