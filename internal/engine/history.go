package engine

import (
	"slices"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// The kinds of receipt.
const (
	ReceiptApply   = journal.Apply
	ReceiptUndo    = journal.Undo
	ReceiptRotate  = journal.Rotate
	ReceiptRemove  = journal.Remove
	ReceiptProof   = journal.Proof
	ReceiptSignOut = journal.SignOut
)

// Past is a receipt in a History.
type Past struct {
	journal.Summary
	TakenBack bool // completely undone by a later receipt, or restored
}

// History lists the receipts of the two systems, newest first.
type History struct {
	Receipts []Past
	Others   int        // number of receipts of other systems
	Aside    []say.Text // why files that look like receipts cannot be read
	Dir      string
}

// History returns the receipts of the two systems, or nil if no receipts are
// kept.
func (e *Engine) History() (*History, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, aside, err := e.receipts.Index()
	if err != nil {
		return nil, err
	}
	h := &History{Dir: e.receipts.Dir()}
	for _, one := range list {
		if e.ours(&one) {
			h.Receipts = append(h.Receipts, Past{one, one.Restored || takenBack(list, one.ID)})
		} else {
			h.Others++
		}
	}
	for _, one := range aside {
		h.Aside = append(h.Aside, one.Reason)
	}
	return h, nil
}

// WholePast is a receipt with its changes.
type WholePast struct {
	Past
	*Receipt
}

// Receipt returns the receipt with that ID. The error is ErrNoReceipt if it
// belongs to other systems.
func (e *Engine) Receipt(id string) (WholePast, error) {
	if e.receipts == nil {
		return WholePast{}, ErrNoReceipt
	}
	r, err := e.load(id)
	if err != nil {
		return WholePast{}, err
	}
	h, err := e.History()
	if err != nil {
		return WholePast{}, err
	}
	if one := link.Find(h.Receipts, func(one Past) bool { return one.ID == id }); one != nil {
		return WholePast{*one, r}, nil
	}
	return WholePast{}, ErrNoReceipt
}

// Interrupted returns the unfinished receipts of these two systems that are not
// running, newest first. authpocket was killed, or the outcome of a write is
// unknown.
func (e *Engine) Interrupted() ([]WholePast, error) {
	h, err := e.History()
	if h == nil || err != nil {
		return nil, err
	}
	var open []WholePast
	for _, one := range h.Receipts {
		if one.Outcome != "" || one.Running {
			continue
		}
		r, err := e.load(one.ID)
		if err != nil {
			return nil, err
		}
		open = append(open, WholePast{one, r})
	}
	return open, nil
}

// Undoable returns the receipts that Undo takes, in the order of the list, which is newest first.
func Undoable(list []journal.Summary) []journal.Summary {
	return slices.DeleteFunc(slices.Clone(list), func(one journal.Summary) bool {
		applied := one.Kind == journal.Apply || one.Kind == journal.Remove
		return !applied || one.Running || one.Outcome == journal.Undone || takenBack(list, one.ID) ||
			!one.Wrote() && one.Outcome != ""
	})
}

// takenBack reports whether the receipt with that ID was completely undone.
func takenBack(list []journal.Summary, id string) bool {
	return slices.ContainsFunc(list, func(later journal.Summary) bool {
		return later.Kind == journal.Undo && later.Of == id && later.Outcome == journal.Completed
	})
}
