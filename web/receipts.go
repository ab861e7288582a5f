package web

import (
	"authpocket/internal/engine"
	"authpocket/web/view/changes"
)

// interrupted are the applies to this link that have no end and that nobody
// is carrying out, the newest first.
func interrupted(e *engine.Engine) ([]changes.Receipt, error) {
	list, err := e.Interrupted()
	var open []changes.Receipt
	for _, one := range list {
		open = append(open, wholeReceipt(one))
	}
	return open, err
}

// shortReceipt is a receipt's line in a list.
func shortReceipt(one engine.Past) changes.Receipt {
	return changes.Receipt{
		ID: one.ID, When: one.When, Kind: string(one.Kind), Outcome: string(one.Outcome), Running: one.Running,
		Of: one.Of, Count: one.Changes, Done: one.Done, TakenBack: one.TakenBack, Program: one.Program,
		Slug: one.Slug, Collection: one.Collection,
	}
}

// wholeReceipt is a receipt with its changes.
func wholeReceipt(r engine.WholePast) changes.Receipt {
	v := shortReceipt(r.Past)
	for _, c := range r.Changes {
		change := changes.ReceiptChange{Change: c.Change, State: string(c.State())}
		if n := len(c.Steps); n > 0 {
			last := c.Steps[n-1]
			change.Summary, change.Todo, change.Detail = last.Summary, last.Todo, last.Detail
		}
		v.Changes = append(v.Changes, change)
	}
	return v
}
