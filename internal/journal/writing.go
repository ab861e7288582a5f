package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Begin writes the receipt of an apply that is about to start. The link's lock
// must be held. Begin returns once the receipt is synced. If it returns an
// error, a *Fault, nothing may be written to either system.
func (s *Store) Begin(plan *link.Plan, meta Meta) (*Receipt, error) {
	r := &Receipt{
		ID: newID(), When: s.stamp(), Meta: meta,
		ClientID: plan.Generated.ClientID, Spec: plan.Spec, store: s,
	}
	for _, c := range plan.Changes {
		r.Changes = append(r.Changes, Change{Change: c})
	}
	r.secrets = secretsOf(*plan)
	data, err := r.normalise()
	if err == nil {
		err = s.create(r.fileName(), data)
	}
	if err != nil {
		return nil, cannotUse(s.dir, err)
	}
	return r, nil
}

// normaliseStep replaces the last step of a change like normalise. All else in r is normalised already, which would
// take most of the time of an apply to do again.
func (r *Receipt) normaliseStep(change int) error {
	steps := r.Changes[change].Steps
	last := &steps[len(steps)-1]
	rec, err := toStepRecord(*last)
	if err != nil {
		return err
	}
	data, err := encodeJSON(rec)
	if err != nil {
		return fmt.Errorf("writing a step: %w", err)
	}
	if err := refuseSecrets(data, r); err != nil {
		return err
	}
	var kept stepRecord
	if err := decodeJSON(data, &kept); err != nil {
		return fmt.Errorf("reading back a step: %w", err)
	}
	*last, err = fromStepRecord(kept)
	return err
}

// normalise encodes r and replaces it by what a later process will read, so that
// both work with the same values.
func (r *Receipt) normalise() ([]byte, error) {
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
// returns once that is synced. After an error the write must not be sent.
func (r *Receipt) AboutTo(i int) error {
	return r.step(i, Step{State: AboutTo}, Waiting, AboutTo, Failed)
}

// AlsoAboutTo announces a compensating write and returns its index. It is listed
// after the plan's changes and has the ID of one of them.
func (r *Receipt) AlsoAboutTo(c *link.Change) (int, error) {
	next := *r
	next.Changes = append(slices.Clip(r.Changes),
		Change{Change: *c, Steps: []Step{{State: AboutTo, When: r.store.stamp()}}})
	next.secrets = append(slices.Clip(r.secrets), secretsOf(*c)...)
	if _, err := next.normalise(); err != nil {
		return -1, cannotWrite(r.store.dir, err)
	}
	if err := r.save(&next); err != nil {
		return -1, err
	}
	return len(r.Changes) - 1, nil
}

// Done records that the announced write of a change was made, and what it
// returned.
func (r *Receipt) Done(i int, note Note) error {
	note.Detail = secret.Hide(note.Detail, r.secrets...)
	return r.step(i, Step{State: Done, Note: note}, AboutTo)
}

// Failed records that the announced write of a change was not made, with the
// admin's message. A write whose outcome is unknown has not failed: it stays
// announced.
func (r *Receipt) Failed(i int, summary, todo say.Text) error {
	return r.step(i, Step{State: Failed, Summary: hidden(summary, r.secrets), Todo: hidden(todo, r.secrets)}, AboutTo)
}

// step writes the receipt with one more step. r only changes once the step is on
// disk.
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
	if err := next.normaliseStep(i); err != nil {
		return cannotWrite(r.store.dir, err)
	}
	return r.save(&next)
}

// Finish records the outcome of the apply. Interrupted receipts are finished
// once they are dealt with.
func (r *Receipt) Finish(outcome Outcome) error {
	if !slices.Contains(outcomes(), outcome) {
		return fmt.Errorf("finishing a receipt: there is no outcome %q", outcome)
	}
	next := *r
	next.End = &End{When: r.store.stamp(), Outcome: outcome}
	return r.save(&next)
}

var errEnded = errors.New("the receipt is already finished")

// save writes next, which is normalised, to disk and then replaces r by it.
func (r *Receipt) save(next *Receipt) error {
	if r.End != nil {
		return errEnded
	}
	data, err := encode(next)
	if err == nil {
		err = r.store.write(r.fileName(), data)
	}
	if err != nil {
		return cannotWrite(r.store.dir, err)
	}
	*r = *next
	return nil
}

func newID() string { return strings.ToLower(rand.Text()[:10]) }

func (s *Store) stamp() time.Time { return s.now().UTC().Round(0) }
