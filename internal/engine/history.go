package engine

import (
	"slices"

	"authpocket/internal/journal"
)

// The journal's types, as pages and commands see them.
type (
	Store      = journal.Store
	Receipt    = journal.Receipt
	StoreFault = journal.Fault // an error of the directory for receipts
)

// The kinds of receipt.
const (
	ReceiptApply  = journal.Apply
	ReceiptUndo   = journal.Undo
	ReceiptRotate = journal.Rotate
	ReceiptRemove = journal.Remove
)

// ErrNoReceipt says that there is no receipt with that id, or only one of
// other systems.
var ErrNoReceipt = journal.ErrNotFound

// Key names two systems: receipts and jobs of one link have the same.
func Key(authentikURL, pocketbaseURL string) string { return journal.Key(authentikURL, pocketbaseURL) }

// Past is a receipt in the list of all.
type Past struct {
	journal.Summary
	TakenBack bool // by a later receipt, to its end
}

// History is what was done to the two systems, the newest first.
type History struct {
	Receipts []Past
	Others   int      // receipts of other systems
	Aside    []string // why files that look like receipts are not read as such
	Dir      string
}

// History returns what was done to the two systems, nil where no receipts are
// kept.
func (e *Engine) History() (*History, error) {
	if e.receipts == nil {
		return nil, nil
	}
	list, aside, err := e.receipts.List()
	if err != nil {
		return nil, err
	}
	h := &History{Dir: e.receipts.Dir()}
	for _, one := range list {
		if e.ours(one) {
			h.Receipts = append(h.Receipts, Past{one, takenBack(list, one.ID)})
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

// Receipt returns the receipt with that id. The error is ErrNoReceipt where it
// is of other systems.
func (e *Engine) Receipt(id string) (WholePast, error) {
	if e.receipts == nil {
		return WholePast{}, ErrNoReceipt
	}
	r, err := e.receipts.Load(id)
	if err != nil {
		return WholePast{}, err
	}
	h, err := e.History()
	if err != nil {
		return WholePast{}, err
	}
	i := slices.IndexFunc(h.Receipts, func(one Past) bool { return one.ID == id })
	if i < 0 {
		return WholePast{}, ErrNoReceipt
	}
	return WholePast{h.Receipts[i], r}, nil
}

// Interrupted returns the receipts of these two systems that have no end and
// that nobody is carrying out: a kill, or a write whose outcome could not be
// found out. The newest is first.
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
		r, err := e.receipts.Load(one.ID)
		if err != nil {
			return nil, err
		}
		open = append(open, WholePast{one, r})
	}
	return open, nil
}

// takenBack reports whether the receipt with that id was undone to its end.
func takenBack(list []journal.Summary, id string) bool {
	return slices.ContainsFunc(list, func(later journal.Summary) bool {
		return later.Kind == journal.Undo && later.Of == id && later.Outcome == journal.Completed
	})
}
