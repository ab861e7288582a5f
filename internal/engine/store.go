package engine

import (
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/plans/words"
)

// key returns the journal's identifier of the two systems.
func (e *Engine) key() string { return journal.Key(e.meta.AuthentikURL, e.meta.PocketBaseURL) }

// ours reports whether a receipt belongs to these two systems.
func (e *Engine) ours(one *journal.Summary) bool { return one.Key() == e.key() }

// concerns reports whether a receipt is of a change of the link of spec. Proofs
// and sign-outs change no link.
func (e *Engine) concerns(one *journal.Summary, spec *link.Spec) bool {
	return e.isOf(one, spec) && ofLink(one.Kind)
}

// isOf reports whether a receipt is of the link of spec or its people.
func (e *Engine) isOf(one *journal.Summary, spec *link.Spec) bool {
	q := spec.Query()
	return e.ours(one) && one.Slug == q.Slug && one.Collection == q.Collection
}

// ofLink reports whether receipts of that kind are of changes of a link.
func ofLink(kind journal.Kind) bool { return kind != journal.Proof && kind != journal.SignOut }

// ErrNoReceipt is returned if these two systems have no receipt with that ID.
var ErrNoReceipt = journal.ErrNotFound

// Key returns an identifier of the two systems, for their receipts and jobs.
func Key(authentikURL, pocketbaseURL string) string { return journal.Key(authentikURL, pocketbaseURL) }

// load reads a receipt. Its words are texts again, as far as they are those of today.
func (e *Engine) load(id string) (*Receipt, error) {
	r, err := e.receipts.Load(id)
	if err != nil {
		return nil, err
	}
	for i := range r.Changes {
		r.Changes[i].Change = words.Reworded(r.Changes[i].Change)
	}
	return r, nil
}
