package engine

import (
	"cmp"
	"context"
	"slices"

	"authpocket/internal/journal"
	"authpocket/internal/link"
)

// key names the two systems in the journal.
func (e *Engine) key() string { return journal.Key(e.meta.AuthentikURL, e.meta.PocketBaseURL) }

// ours tells whether a receipt is of these two systems.
func (e *Engine) ours(one journal.Summary) bool { return one.Key() == e.key() }

// concerns tells whether a receipt is of the link that spec is about.
func (e *Engine) concerns(one journal.Summary, spec link.Spec) bool {
	q := spec.Query()
	return e.ours(one) && one.Slug == q.Slug && one.Collection == q.Collection
}

// Newest returns the id of the link's newest receipt, which undo takes back.
// Where that one cannot be taken back the error says so, and names the one
// beneath. A spec that leaves the slug open is about every link of its
// collection.
func (e *Engine) Newest(spec link.Spec) (string, error) {
	nothing := &journal.Fault{Summary: "There is no receipt of this link to undo.",
		Todo: "authpocket receipts lists those there are."}
	if e.receipts == nil {
		return "", nothing
	}
	list, _, err := e.receipts.List()
	if err != nil {
		return "", err
	}
	undone, kinds := map[string]bool{}, map[string]journal.Kind{}
	for _, one := range list {
		kinds[one.ID] = one.Kind
	}
	rotated := false           // by a newer receipt, which cannot be taken back
	for _, one := range list { // the newest first, so an undo comes before what it took back
		switch {
		case !e.ours(one) || one.Collection != spec.Query().Collection || spec.Application.Slug != nil &&
			one.Slug != *spec.Application.Slug:
		case one.Kind == journal.Undo:
			undone[one.Of] = undone[one.Of] || one.Outcome == journal.Completed
		case (one.Kind == journal.Apply || one.Kind == journal.Remove) && undone[one.ID]:
			undone[one.Of] = undone[one.Of] || kinds[one.Of] == one.Kind // what it went on from, along with it
		case one.Kind == journal.Apply && one.Outcome != journal.Undone && (one.Wrote() || one.Outcome == ""):
			return one.ID, errIfRotated(rotated, one.ID)
		case one.Kind == journal.Remove && one.Outcome != journal.Undone && (one.Wrote() || one.Outcome == ""):
			return one.ID, nil
		case one.Kind == journal.Rotate && one.Wrote():
			rotated = true
		}
	}
	return "", nothing
}

// errIfRotated keeps an undo from skipping a newer rotation.
func errIfRotated(rotated bool, id string) error {
	if !rotated {
		return nil
	}
	return &journal.Fault{
		Summary: "The newest receipt of this link is of a rotation, which cannot be taken back: the old client " +
			"secret is kept nowhere.",
		Todo: "Name the receipt before it to undo that one, and the link with it: " + id +
			". For another client secret, rotate again.",
	}
}

// lock keeps everybody else from changing the same link.
func (e *Engine) lock(ctx context.Context) (unlock func(), err error) {
	if e.receipts == nil {
		return func() {}, nil
	}
	return e.receipts.Lock(ctx, e.key())
}

// SetAside returns the files that look like receipts and cannot be read as
// such: what they tell of an interrupted apply is not known.
func (e *Engine) SetAside() ([]journal.SetAside, error) {
	if e.receipts == nil {
		return nil, nil
	}
	_, aside, err := e.receipts.List()
	return aside, err
}

// open returns the receipts without an end that are meant.
func (e *Engine) open(meant func(journal.Summary) bool) ([]*journal.Receipt, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, _, err := e.receipts.List()
	if err != nil {
		return nil, err
	}
	var found []*journal.Receipt
	for _, one := range list {
		if one.Outcome != "" || !meant(one) {
			continue
		}
		r, err := e.receipts.Load(one.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, nil
}

// openOf are those of one link.
func (e *Engine) openOf(spec link.Spec) ([]*journal.Receipt, error) {
	return e.open(func(one journal.Summary) bool { return e.concerns(one, spec) })
}

// resume makes sure that what was interrupted is ended. A client secret that
// PocketBase may not have been given is written again, for PocketBase never
// shows the one it has. The client id that was made up is used again, so that
// a create that lands late is known. Everything else shows in the systems.
func (e *Engine) resume(spec link.Spec) (resumed link.Spec, clientID string, err error) {
	open, err := e.openOf(spec)
	for _, r := range open {
		clientID = cmp.Or(clientID, r.ClientID)
	}
	spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || slices.ContainsFunc(open, mayDiffer)
	return spec, clientID, err
}

// mayDiffer tells whether a receipt leaves it open which client secret
// PocketBase has.
func mayDiffer(r *journal.Receipt) bool {
	return slices.ContainsFunc(r.Changes, func(c journal.Change) bool {
		return c.Kind == link.KindOAuth2 &&
			c.State() != journal.Done
	})
}

// hasTornSecrets reports whether any unfinished receipt of the link but id may
// have left two different client secrets.
func (e *Engine) hasTornSecrets(id string, spec link.Spec) (bool, error) {
	open, err := e.openOf(spec)
	return slices.ContainsFunc(open, func(r *journal.Receipt) bool { return r.ID != id && mayDiffer(r) }), err
}

// checkInterrupted refuses a plan that was made before an apply was interrupted
// that may have left two client secrets: ending its receipt would forget it.
func (e *Engine) checkInterrupted(plan link.Plan) error {
	if plan.Spec.PocketBase.RewriteSecret || plan.Purpose == link.PurposeRemove {
		return nil
	}
	torn, err := e.hasTornSecrets(plan.Of, plan.Spec)
	if err != nil || !torn {
		return err
	}
	return changedSince(link.PB, "PocketBase: an apply was interrupted, and may have left another client secret in "+
		"authentik than in PocketBase.")
}

// closeInterrupted gives every interrupted receipt of the link the outcome that
// the plan means for it. A plan for a part of the link ends none.
func (e *Engine) closeInterrupted(plan link.Plan) error {
	open, err := e.openOf(plan.Spec)
	if err != nil {
		return err
	}
	outcome := endOfOthers(plan)
	for _, r := range open {
		if plan.Only != "" || plan.Purpose == link.PurposeRotate && r.Kind != journal.Rotate {
			continue
		}
		if err := r.Finish(outcome); err != nil {
			return err
		}
	}
	return nil
}

// receipt is a journal's receipt, or none.
type receipt struct {
	kept *journal.Receipt
	e    *Engine
	plan link.Plan
}

func (e *Engine) begin(plan link.Plan) (receipt, error) {
	if e.receipts == nil {
		return receipt{}, nil
	}
	meta := e.meta
	meta.Kind, meta.Of = kindOf(plan), plan.Of
	if meta.Of == "" {
		var err error
		if meta.Of, err = e.goesOnFrom(meta.Kind, plan.Spec); err != nil {
			return receipt{}, err
		}
	}
	kept, err := e.receipts.Begin(plan, meta)
	return receipt{kept: kept, e: e, plan: plan}, err
}

// goesOnFrom is the id of the receipt that a new one goes on from: the one
// before, where that was interrupted or stopped by an error, or an older one
// that has no end yet; empty for none. Undo takes them back together.
func (e *Engine) goesOnFrom(kind journal.Kind, spec link.Spec) (string, error) {
	list, _, err := e.receipts.List()
	if err != nil {
		return "", err
	}
	ours := slices.DeleteFunc(list, func(one journal.Summary) bool { return !e.concerns(one, spec) })
	if len(ours) > 0 && ours[0].Kind == kind && ours[0].Outcome == journal.Stopped {
		return ours[0].ID, nil
	}
	if i := slices.IndexFunc(ours, func(one journal.Summary) bool { return one.Outcome == "" }); i >= 0 {
		return ours[i].ID, nil
	}
	return "", nil
}

func kindOf(plan link.Plan) journal.Kind {
	switch plan.Purpose {
	case link.PurposeUndo:
		return journal.Undo
	case link.PurposeRemove:
		return journal.Remove
	case link.PurposeRotate:
		return journal.Rotate
	default:
		return journal.Apply
	}
}

func (r receipt) id() string {
	if r.kept == nil {
		return ""
	}
	return r.kept.ID
}

func (r receipt) aboutTo(i int) error {
	if r.kept == nil {
		return nil
	}
	return r.kept.AboutTo(i)
}

func (r receipt) done(i int) error {
	if r.kept == nil {
		return nil
	}
	return r.kept.Done(i, journal.Note{})
}

// alsoAboutTo announces a write beside the plan's changes. The index is -1
// where that is not kept.
func (r receipt) alsoAboutTo(c link.Change) (int, error) {
	if r.kept == nil {
		return -1, nil
	}
	return r.kept.AlsoAboutTo(c)
}

// ended notes what came of an announced write. One whose outcome is not known
// stays announced.
func (r receipt) ended(i int, err error) error {
	switch {
	case err == nil:
		return r.done(i)
	case r.kept == nil || link.WrittenBy(err) != link.WrittenNone:
		return nil
	}
	return r.note(i, link.MessageOf(err))
}

func (r receipt) note(i int, m link.Message) error {
	return r.kept.Failed(i, m.What(), m.Advice(link.OnPage))
}

// failed notes a change that was not made and ends the receipt. A change that
// may have been made stays announced, and the receipt without an end; so does
// that of an apply that left two different client secrets behind.
func (r receipt) failed(i int, failed *link.Stopped) error {
	if r.kept == nil || failed.Change != link.WrittenNone {
		return nil
	}
	if err := r.note(i, failed.Messages()[0]); err != nil || failed.Secrets == link.SecretsDiffer {
		return err
	}
	return r.kept.Finish(journal.Stopped)
}

// finish ends the receipt, and those of the interrupted applies that this one
// went on from.
func (r receipt) finish(outcome journal.Outcome) error {
	if r.kept == nil {
		return nil
	}
	if err := r.kept.Finish(outcome); err != nil {
		return err
	}
	return r.e.closeInterrupted(r.plan)
}

// endOfOthers is what becomes of interrupted receipts once the plan is done.
func endOfOthers(plan link.Plan) journal.Outcome {
	if plan.Purpose == link.PurposeUndo {
		return journal.Undone
	}
	return journal.Continued
}
