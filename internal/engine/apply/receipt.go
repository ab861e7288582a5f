package apply

import (
	"errors"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// Receipt records what becomes of a plan's changes.
type Receipt struct {
	Kept *journal.Receipt // nil for none: the methods do nothing then
	Plan *link.Plan
	// Continued finishes the receipts of the interrupted applies that this one continues.
	Continued func(*link.Plan) error
}

// ID returns the ID of the receipt, empty for none.
func (r *Receipt) ID() string {
	if r.Kept == nil {
		return ""
	}
	return r.Kept.ID
}

// AboutTo announces the write of a change.
func (r *Receipt) AboutTo(i int) error {
	if r.Kept == nil {
		return nil
	}
	return r.Kept.AboutTo(i)
}

func (r *Receipt) done(i int) error { return r.DoneAs(i, nil) }

// DoneAs records a write and the object as it is now, nil for none.
func (r *Receipt) DoneAs(i int, now link.Object) error {
	if r.Kept == nil {
		return nil
	}
	return r.Kept.Done(i, journal.Note{After: now})
}

// created records a write and the primary keys of what it created.
func (r *Receipt) created(i int, keys map[link.Kind]string) error {
	if r.Kept == nil {
		return nil
	}
	return r.Kept.Done(i, journal.Note{IDs: keys})
}

// alsoAboutTo announces a write in addition to the plan's changes. The index is
// -1 if it is not recorded.
func (r *Receipt) alsoAboutTo(c *link.Change) (int, error) {
	if r.Kept == nil {
		return -1, nil
	}
	return r.Kept.AlsoAboutTo(c)
}

// Ended records the outcome of an announced write. One whose outcome is unknown
// stays announced.
func (r *Receipt) Ended(i int, err error) error {
	switch {
	case err == nil:
		return r.done(i)
	case r.Kept == nil || report.WrittenBy(err) != report.WrittenNone:
		return nil
	}
	return r.note(i, report.MessageOf(err))
}

func (r *Receipt) note(i int, m report.Message) error {
	return r.Kept.Failed(i, m.What(), m.Advice(report.OnPage))
}

// endUnwritten finishes the receipt of a plan that ends before its i-th change, if that is the first.
func (r *Receipt) endUnwritten(i int) error {
	if r.Kept == nil || i > 0 {
		return nil
	}
	return r.Kept.Finish(journal.Stopped)
}

// failed records a change that was not written and finishes the receipt. If the
// change may have been written it stays announced, and the receipt unfinished.
// The receipt also stays unfinished if the client secrets differ.
func (r *Receipt) failed(i int, failed *report.Stopped) error {
	if r.Kept == nil || failed.Change != report.WrittenNone {
		return nil
	}
	if err := r.note(i, failed.Messages()[0]); err != nil || failed.Secrets == report.SecretsDiffer ||
		goesOn(r.Plan, failed) {
		return err
	}
	return r.Kept.Finish(journal.Stopped)
}

// Finish finishes the receipt, and those of the interrupted applies that it
// continues.
func (r *Receipt) Finish(outcome journal.Outcome) error {
	if r.Kept == nil {
		return nil
	}
	if err := r.Kept.Finish(outcome); err != nil {
		return err
	}
	return r.Continued(r.Plan)
}

// goesOn reports whether a plan goes on after a change that was refused: an account that cannot be signed out keeps no
// other one from it.
func goesOn(plan *link.Plan, err error) bool {
	stopped, ok := errors.AsType[*report.Stopped](err)
	if !ok || plan.Purpose != link.PurposeSignOut || stopped.Change != report.WrittenNone {
		return false
	}
	fault, ok := errors.AsType[*report.Fault](stopped.Err)
	return ok && (fault.Kind == report.FaultStale || fault.Kind == report.FaultRefused)
}
