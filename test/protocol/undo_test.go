package protocol

import (
	"errors"
	"slices"
)

var errShifts = errors.New("taking ours away would shift others' secrets")

// undo undoes the receipt, PocketBase first.
func (p *process) undo() error {
	if p.j.receipt == nil {
		return nil
	}
	if err := p.observe(); err != nil {
		return err
	}
	for _, step := range []func() error{p.takeButton, p.takeApplication, p.takeProvider, p.restorePair} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := p.observe(); err != nil {
		return err
	}
	return p.finish()
}

// takeButton restores our element's previous values, or removes it.
func (p *process) takeButton() error {
	return p.settle(p.readPocketBase, func() (func() error, error) {
		was := p.j.receipt.before.p
		at, before := p.b.slot(slot), was.slot(slot)
		list := slices.Clone(p.b.elements)
		switch {
		case at < 0 || before >= 0 && list[at] == was.elements[before]:
			return nil, nil
		case before >= 0:
			list[at] = was.elements[before] // the secret stays
		case at != len(list)-1 && !p.b.byName:
			return nil, errShifts
		default:
			list = slices.Delete(list, at, at+1)
		}
		return func() error { return p.w.p.patch(list) }, nil
	})
}

// made reports whether the apply created the pair rather than adopted it.
func (p *process) madePair() bool { return p.j.receipt.before.a.of(slug) == nil }

// takeApplication deletes the application if it has the receipt's client ID:
// otherwise it may not be ours.
func (p *process) takeApplication() error {
	return p.settle(p.readAuthentik, func() (func() error, error) {
		now := p.a.of(slug)
		if !p.madePair() || now == nil || now.clientID != p.j.receipt.clientID {
			return nil, nil
		}
		return func() error { return p.w.a.deleteApplication(slug) }, nil
	})
}

func (p *process) takeProvider() error {
	return p.settle(p.readAuthentik, func() (func() error, error) {
		now := p.a.byClient(p.j.receipt.clientID)
		if !p.madePair() || now == nil {
			return nil, nil
		}
		pk := now.pk
		return func() error { return p.w.a.deleteProvider(pk) }, nil
	})
}

func (p *process) restorePair() error {
	return p.settle(p.readAuthentik, func() (func() error, error) {
		was, now := p.j.receipt.before.a.of(slug), p.a.of(slug)
		if was == nil || now == nil || now.redirect == was.redirect {
			return nil, nil
		}
		return func() error { return p.w.a.update(was.pk, func(x *provider) { x.redirect = was.redirect }) }, nil
	})
}
