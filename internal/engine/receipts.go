package engine

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans/stale"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// UndoReason is why no receipt of a link can be undone.
type UndoReason string

// The reasons.
const (
	NoneToUndo    UndoReason = "none"    // the link has no receipt of a change
	UndoneAlready UndoReason = "undone"  // the newest one was undone
	UndoRotation  UndoReason = "rotated" // the newest one is of a rotation
)

// NothingToUndo is the error of Newest.
type NothingToUndo struct {
	Reason  UndoReason
	Receipt string // the newest one before a rotation, if any
	Empty   string // the state directory, if it has no receipt at all
}

// Error returns the messages in one line.
func (n *NothingToUndo) Error() string { return n.Messages()[0].Text(report.InFile).String() }

// Messages says why there is nothing to undo, and what to do.
func (n *NothingToUndo) Messages() []report.Message {
	m := report.Message{Summary: say.Of("There is no receipt of this link to undo."),
		Ways: []report.Way{{Run: report.RunReceipts, For: say.Of("to see those there are")}}}
	switch n.Reason {
	case NoneToUndo:
		if n.Empty != "" {
			m.Summary = say.Of("There is no receipt of this link to undo, nor any other in %s.", n.Empty)
			m.Todo, m.Ways = say.Of("Set the state directory that has it."), nil
		}
	case UndoneAlready:
		m.Summary = say.Of("There is nothing left to undo: the receipts of this link were undone.")
	case UndoRotation:
		m.Summary = say.Of("The newest receipt of this link is of a rotation, which cannot be undone: the old client " +
			"secret is not kept.")
		m.Todo, m.Ways = say.Of("For another client secret, rotate again."), nil
		if n.Receipt != "" {
			m.Todo = say.Of("Name the previous receipt to undo that one, and the link with it: %s. %s", n.Receipt,
				m.Todo)
		}
	}
	return []report.Message{m}
}

// Newest returns the ID of the link's newest receipt that undo can take back.
// The error is a *NothingToUndo if there is none, or if a rotation is newer. A
// spec without a slug covers every link of its collection that no other file describes.
func (e *Engine) Newest(spec *link.Spec) (string, error) {
	id, _, err := e.newest(spec, map[string]bool{})
	return id, err
}

// newest is Newest without the receipts that are undone already. ended reports whether neither it nor an undo of it was
// interrupted or stopped halfway.
func (e *Engine) newest(spec *link.Spec, undone map[string]bool) (id string, ended bool, err error) {
	none := &NothingToUndo{Reason: NoneToUndo}
	if e.receipts == nil {
		return "", false, none
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		return "", false, err
	}
	if len(list) == 0 {
		none.Empty = e.receipts.Dir()
	}
	kinds, halfway, collection := map[string]journal.Kind{}, map[string]bool{}, spec.Query().Collection
	for i := range list {
		kinds[list[i].ID] = list[i].Kind
	}
	for i := range list { // newest first, so an undo precedes what it undid
		one := &list[i]
		switch {
		case !e.ours(one) || !ofLink(one.Kind) || one.Collection != collection || !e.mayHave(spec, one.Slug):
		case one.Kind == journal.Undo:
			undone[one.Of] = undone[one.Of] || one.Outcome == journal.Completed
			halfway[one.Of] = halfway[one.Of] || one.Outcome == "" || one.Outcome == journal.Stopped && one.Wrote()
		case (one.Kind == journal.Apply || one.Kind == journal.Remove) && undone[one.ID]:
			undone[one.Of] = undone[one.Of] || kinds[one.Of] == one.Kind // including what it continued
			none.Reason = UndoneAlready                                  // also of a rotation of that link
		case one.Kind == journal.Rotate:
			if one.Wrote() && !one.Restored && !one.Restores {
				none.Reason = UndoRotation
			}
		case one.Outcome == journal.Undone || !one.Wrote() && one.Outcome != "":
		case one.Kind == journal.Apply && none.Reason == UndoRotation:
			none.Receipt = one.ID
			return one.ID, true, none
		default:
			return one.ID, one.Outcome != "" && !halfway[one.ID], nil
		}
	}
	return "", false, none
}

// mayHave reports whether the link of spec, which may leave its slug open, may have that slug.
func (e *Engine) mayHave(spec *link.Spec, slug string) bool {
	if spec.Application.Slug != nil {
		return slug == *spec.Application.Slug
	}
	return !link.AmongOthers(e.others, slug)
}

// lock locks the two systems against other processes and requests.
func (e *Engine) lock(ctx context.Context) (unlock func(), err error) {
	if e.held != nil {
		unlock, e.held = e.held, nil
		return unlock, nil
	}
	if e.receipts == nil {
		return func() {}, nil
	}
	if e.joint != nil {
		return e.joint.Lock(ctx, e.key())
	}
	return e.receipts.Lock(ctx, e.key())
}

// Hold locks the two systems for an ApplyUnseen, as Config.Held, so that what is read while connecting to them is read
// under its lock. It returns nil if another has the lock, or if something was interrupted, which is dealt with first.
func Hold(ctx context.Context, store *Store, authentikURL, pocketbaseURL string) (unlock func()) {
	key := journal.Key(authentikURL, pocketbaseURL)
	unlock, err := store.Lock(ctx, key)
	if err != nil {
		return nil
	}
	list, aside, err := store.List()
	if err != nil || len(aside) > 0 || slices.ContainsFunc(list, func(one journal.Summary) bool {
		return one.Outcome == "" && one.Key() == key
	}) {
		unlock()
		return nil
	}
	return unlock
}

// SetAside returns the files that look like receipts but cannot be read. They
// may hide an interrupted apply.
func (e *Engine) SetAside() ([]journal.SetAside, error) {
	if e.receipts == nil {
		return nil, nil
	}
	_, aside, err := e.receipts.Index()
	return aside, err
}

// unfinishedOf returns the unfinished receipts of one link.
func (e *Engine) unfinishedOf(spec *link.Spec) ([]*journal.Receipt, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, _, err := e.receipts.Index()
	var found []*journal.Receipt
	for _, one := range list {
		if one.Outcome != "" || !e.concerns(&one, spec) {
			continue
		}
		r, err := e.load(one.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, err
}

// resume returns spec with what an interrupted apply left open, and its client
// ID. PocketBase never shows its client secret, so one that it may lack is
// written again. The generated client ID is reused, so that a provider whose
// creation arrives late is recognised. All else shows in the systems.
func (e *Engine) resume(spec link.Spec) (resumed link.Spec, clientID string, err error) {
	open, err := e.unfinishedOf(&spec)
	for _, r := range open {
		clientID = cmp.Or(clientID, r.ClientID)
	}
	spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || slices.ContainsFunc(open, mayDiffer)
	return spec, clientID, err
}

// mayDiffer reports whether it is unknown, after this receipt, which client
// secret PocketBase has.
func mayDiffer(r *journal.Receipt) bool {
	return slices.ContainsFunc(r.Changes,
		func(c journal.Change) bool { return c.Kind == link.KindOAuth2 && c.State() != journal.Done })
}

// hasTornSecrets reports whether any unfinished receipt of the link, except id,
// may have left two different client secrets.
func (e *Engine) hasTornSecrets(id string, spec *link.Spec) (bool, error) {
	open, err := e.unfinishedOf(spec)
	return slices.ContainsFunc(open, func(r *journal.Receipt) bool { return r.ID != id && mayDiffer(r) }), err
}

// checkInterrupted rejects a plan that is older than an interrupted apply which
// may have left two client secrets: finishing that receipt would hide the fact.
func (e *Engine) checkInterrupted(plan *link.Plan) error {
	if plan.Spec.PocketBase.RewriteSecret || plan.Purpose == link.PurposeRemove ||
		plan.Purpose == link.PurposeSignOut {
		return nil
	}
	torn, err := e.hasTornSecrets(plan.Of, &plan.Spec)
	if err != nil || !torn {
		return err
	}
	return stale.Changed(report.PB, say.Of("PocketBase: an apply was interrupted and may have left another client "+
		"secret in authentik than in PocketBase."))
}

// closeInterrupted finishes every interrupted receipt of the link, now that plan
// is done. A plan for a part of the link finishes none.
func (e *Engine) closeInterrupted(plan *link.Plan) error {
	if plan.Purpose == link.PurposeSignOut {
		return e.closeSignOuts(&plan.Spec)
	}
	open, err := e.unfinishedOf(&plan.Spec)
	if err != nil {
		return err
	}
	outcome := journal.Continued
	if plan.Purpose == link.PurposeUndo {
		outcome = journal.Undone
	}
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

// endEmpty ends a plan without changes. An undo that finds everything done by one that stopped is kept as completed, so
// that the next one goes on from there.
func (e *Engine) endEmpty(plan *link.Plan) error {
	if e.receipts == nil || plan.Purpose != link.PurposeUndo {
		return e.closeInterrupted(plan)
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		return err
	}
	if last := link.Find(list, func(one journal.Summary) bool {
		return one.Kind == journal.Undo && one.Of == plan.Of
	}); last == nil || last.Outcome != journal.Stopped {
		return e.closeInterrupted(plan)
	}
	r, err := e.begin(plan)
	if err != nil {
		return err
	}
	return r.Finish(journal.Completed)
}

// closeSignOuts finishes the interrupted sign-outs of the link, now that a new
// one is done: it had whoever was not signed out yet.
func (e *Engine) closeSignOuts(spec *link.Spec) error {
	if e.receipts == nil {
		return nil
	}
	list, _, err := e.receipts.Index()
	for _, one := range list {
		if one.Outcome != "" || one.Kind != journal.SignOut || !e.isOf(&one, spec) {
			continue
		}
		r, err := e.receipts.Load(one.ID)
		if err != nil {
			return err
		}
		if err := r.Finish(journal.Continued); err != nil {
			return err
		}
	}
	return err
}

func (e *Engine) begin(plan *link.Plan) (*apply.Receipt, error) {
	if e.receipts == nil {
		return &apply.Receipt{}, nil
	}
	meta := e.meta
	meta.Kind, meta.Of = kindOf(plan), plan.Of
	if plan.NeedsProof() {
		meta.Proof = plan.Proof
	}
	if meta.Of == "" && ofLink(meta.Kind) {
		var err error
		if meta.Of, err = e.continued(meta.Kind, &plan.Spec); err != nil {
			return nil, err
		}
	}
	kept, err := e.receipts.Begin(plan, meta)
	return &apply.Receipt{Kept: kept, Plan: plan, Continued: e.closeInterrupted}, err
}

// receiptOf returns the ID of the link's last receipt if it is of a completed plan with that purpose, and else nothing.
func (e *Engine) receiptOf(ctx context.Context, purpose link.Purpose, spec *link.Spec) string {
	if e.receipts == nil {
		return ""
	}
	list, _, err := e.receipts.Index()
	if err != nil {
		e.log.ErrorContext(ctx, "looking for the receipt of an apply", slog.Any("error", err))
	}
	own := link.Find(list, func(one journal.Summary) bool { return e.concerns(&one, spec) })
	if own == nil || own.Kind.Purpose() != purpose || own.Outcome != journal.Completed {
		return ""
	}
	return own.ID
}

// continued returns the ID of the receipt that a new one continues: the previous
// one if an error stopped it, else the newest unfinished one, if any. Undo takes
// them back together.
func (e *Engine) continued(kind journal.Kind, spec *link.Spec) (string, error) {
	list, _, err := e.receipts.Index()
	if err != nil {
		return "", err
	}
	ours := slices.DeleteFunc(list, func(one journal.Summary) bool { return !e.concerns(&one, spec) })
	if len(ours) > 0 && ours[0].Kind == kind && ours[0].Outcome == journal.Stopped {
		return ours[0].ID, nil
	}
	if i := slices.IndexFunc(ours, func(one journal.Summary) bool { return one.Outcome == "" }); i >= 0 {
		return ours[i].ID, nil
	}
	return "", nil
}

func kindOf(plan *link.Plan) journal.Kind {
	return map[link.Purpose]journal.Kind{link.PurposeLink: journal.Apply, link.PurposeUndo: journal.Undo,
		link.PurposeRemove: journal.Remove, link.PurposeRotate: journal.Rotate,
		link.PurposeProof: journal.Proof, link.PurposeSignOut: journal.SignOut}[plan.Purpose]
}
