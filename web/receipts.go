package web

import (
	"slices"

	"authpocket/internal/journal"
	"authpocket/web/view"
)

// key names the link between the two connected systems.
func (p progress) key() string { return journal.Key(p.authentik.login.url, p.pocketbase.login.url) }

// interrupted are the applies to this link that have no end and that nobody
// is carrying out, the newest first.
func (s *Server) interrupted(p progress) ([]view.Receipt, error) {
	if s.cfg.Receipts == nil {
		return nil, nil
	}
	list, _, err := s.cfg.Receipts.Interrupted()
	if err != nil {
		return nil, err
	}
	var open []view.Receipt
	for _, one := range list {
		if one.Key() != p.key() {
			continue
		}
		r, err := s.cfg.Receipts.Load(one.ID)
		if err != nil {
			return nil, err
		}
		open = append(open, wholeReceipt(r, one, nil))
	}
	return open, nil
}

// receipt returns the receipt with that id if it is of the connected link.
func (s *Server) receipt(p progress, id string) (*journal.Receipt, error) {
	if s.cfg.Receipts == nil {
		return nil, journal.ErrNotFound
	}
	r, err := s.cfg.Receipts.Load(id)
	if err == nil && r.Key() != p.key() {
		return nil, journal.ErrNotFound
	}
	return r, err
}

// shortReceipt is a receipt's line in a list.
func shortReceipt(one journal.Summary, all []journal.Summary) view.Receipt {
	return view.Receipt{
		ID: one.ID, When: one.When, Kind: string(one.Kind), Outcome: string(one.Outcome), Running: one.Running,
		Of: one.Of, Count: one.Changes, Done: one.Done, TakenBack: takenBack(one, all), Program: one.Program,
		Slug: one.Slug, Collection: one.Collection,
	}
}

// takenBack tells whether a later receipt has undone this one.
func takenBack(one journal.Summary, all []journal.Summary) bool {
	return slices.ContainsFunc(all, func(later journal.Summary) bool {
		return later.Kind == journal.Undo && later.Of == one.ID && later.Outcome == journal.Completed
	})
}

// wholeReceipt is a receipt with its changes.
func wholeReceipt(r *journal.Receipt, one journal.Summary, all []journal.Summary) view.Receipt {
	v := shortReceipt(one, all)
	for _, c := range r.Changes {
		change := view.ReceiptChange{Change: c.Change, State: string(c.State())}
		if n := len(c.Steps); n > 0 {
			last := c.Steps[n-1]
			change.Summary, change.Todo, change.Detail = last.Summary, last.Todo, last.Detail
		}
		v.Changes = append(v.Changes, change)
	}
	return v
}
