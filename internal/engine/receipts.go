package engine

import (
	"cmp"
	"context"
	"errors"

	"authpocket/internal/journal"
	"authpocket/internal/link"
)

// For names the addresses that the systems are written at, which tell one
// link's receipts from another's.
func (e *Engine) For(authentikURL, pocketbaseURL string) *Engine {
	e.meta.AuthentikURL, e.meta.PocketBaseURL = authentikURL, pocketbaseURL
	return e
}

// KeepReceipts makes the engine write a receipt of every apply to store.
// program is authpocket's version.
func (e *Engine) KeepReceipts(store *journal.Store, program string) {
	e.receipts, e.meta.Program = store, program
}

// Newest returns the id of the link's newest receipt that undo can take back.
func (e *Engine) Newest() (string, error) {
	nothing := &journal.Fault{Summary: "There is no receipt of this link to undo.", Todo: "authpocket receipts lists those there are."}
	if e.receipts == nil {
		return "", nothing
	}
	list, _, err := e.receipts.List()
	if err != nil {
		return "", err
	}
	undone := map[string]bool{}
	for _, one := range list { // the newest first, so an undo comes before what it took back
		switch {
		case one.Key() != journal.Key(e.meta.AuthentikURL, e.meta.PocketBaseURL):
		case one.Kind == journal.Undo:
			undone[one.Of] = undone[one.Of] || one.Outcome == journal.Completed
		case one.Kind == journal.Apply && one.Outcome != journal.Undone && !undone[one.ID]:
			return one.ID, nil
		}
	}
	return "", nothing
}

// lock keeps everybody else from changing the same link.
func (e *Engine) lock(ctx context.Context) (unlock func(), err error) {
	if e.receipts == nil {
		return func() {}, nil
	}
	return e.receipts.Lock(ctx, journal.Key(e.meta.AuthentikURL, e.meta.PocketBaseURL))
}

// Interrupted returns the receipts of this link that have no end: a kill, or
// a write whose outcome could not be found out. The newest is first.
func (e *Engine) Interrupted() ([]*journal.Receipt, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, _, err := e.receipts.List()
	if err != nil {
		return nil, err
	}
	var found []*journal.Receipt
	for _, one := range list {
		if one.Outcome != "" || one.Key() != journal.Key(e.meta.AuthentikURL, e.meta.PocketBaseURL) {
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

// resume makes sure that what was interrupted is ended. A client secret that
// PocketBase may not have been given is written again, for PocketBase never
// shows the one it has. The client id that was made up is used again, so that
// a create that lands late is known. Everything else shows in the systems.
func (e *Engine) resume(spec link.Spec) (resumed link.Spec, clientID string, err error) {
	open, err := e.Interrupted()
	for _, r := range open {
		clientID = cmp.Or(clientID, r.ClientID)
		for _, c := range r.Changes {
			if c.Kind == link.KindOAuth2 && c.State() != journal.Done {
				spec.PocketBase.RewriteSecret = true
			}
		}
	}
	return spec, clientID, err
}

// settle gives every interrupted receipt of the link its end.
func (e *Engine) settle(outcome journal.Outcome) error {
	open, err := e.Interrupted()
	if err != nil {
		return err
	}
	for _, r := range open {
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
	if open, err := e.Interrupted(); err != nil {
		return receipt{}, err
	} else if len(open) > 0 && meta.Of == "" {
		meta.Of = open[0].ID
	}
	kept, err := e.receipts.Begin(plan, meta)
	return receipt{kept: kept, e: e, plan: plan}, err
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

// failed notes a change that was not made and ends the receipt. A change whose
// outcome is not known stays announced, and the receipt without an end.
func (r receipt) failed(i int, err error) error {
	if r.kept == nil {
		return nil
	}
	if f, ok := errors.AsType[*link.Fault](err); ok && f.Kind == link.FaultUnknown {
		return nil
	}
	summary, todo := link.Words(err)
	return errors.Join(r.kept.Failed(i, summary, todo), r.kept.Finish(journal.Stopped))
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
	before := journal.Continued
	if r.plan.Purpose == link.PurposeUndo {
		before = journal.Undone
	}
	return r.e.settle(before)
}
