package protocol

import (
	"errors"
	"fmt"
	"slices"
)

// receipt is the journal's record of one change of the link, without secrets.
type receipt struct {
	clientID string
	before   world // as read, secrets left out
}

// journal survives a crash.
type journal struct {
	receipt *receipt
	open    bool // unfinished
}

// bug is a deliberate mistake in the protocol.
type bug string

const (
	sound           bug = ""
	pocketbaseFirst bug = "PocketBase first"
	prepend         bug = "prepend instead of append"
	idNotJournalled bug = "client id not journalled"
	chainForgotten  bug = "an apply that goes on forgets what was there before the first"
)

// process is one run of the program. A crash loses its state.
type process struct {
	n   *network
	w   *world
	j   *journal
	bug bug
	// made numbers generated values over all runs, so that all differ.
	made *int

	// asked are the client IDs of all requested pairs, over all runs.
	asked map[string]bool

	a authentik  // as read last
	b pocketbase // as read last
	// generated is the secret of the pair that this run created.
	generated string
}

// tries is how often a run makes a call before it gives up.
const tries = 4

func (p *process) makeUp(what string) string {
	*p.made++
	return fmt.Sprint(what, "-", *p.made)
}

// again repeats a read until there is a response.
func (p *process) again(look func() error) (err error) {
	for range tries {
		if err = p.n.call(read, look); !errors.Is(err, errUnknown) {
			return err
		}
	}
	return err
}

func (p *process) readAuthentik() error {
	return p.again(func() error { p.a = p.w.a.clone(); return nil })
}

func (p *process) readPocketBase() error {
	return p.again(func() error { p.b = p.w.p.read(); return nil })
}

func (p *process) observe() error {
	if err := p.readAuthentik(); err != nil {
		return err
	}
	return p.readPocketBase()
}

// accepted has PocketBase exchange a code that does not exist: the response shows
// whether authentik accepts PocketBase's client secret.
func (p *process) accepted() (ok bool, err error) {
	err = p.again(func() error { ok = p.w.works(); return nil })
	return ok, err
}

// settle repeats writes until a read shows that nothing is left to write. After an
// unknown outcome it reads before it writes again.
func (p *process) settle(look func() error, next func() (do func() error, err error)) error {
	for range tries {
		do, err := next()
		if do == nil || err != nil {
			return err
		}
		err = p.n.call(write, do)
		if errors.Is(err, errRefused) {
			return err
		}
		if err := look(); err != nil {
			return err
		}
	}
	if do, err := next(); do == nil {
		return err
	}
	return errUnknown
}

// note syncs the journal. It can fail like a call; then the announced write must
// not begin.
func (p *process) note(change func(*journal)) error {
	return p.n.call(local, func() error { change(p.j); return nil })
}

// begin records the intent. An apply that continues an interrupted one keeps the
// state before that.
func (p *process) begin(clientID string) error {
	r := receipt{clientID: clientID, before: world{p.a.clone(), p.b.clone()}}
	for i := range r.before.a.providers {
		r.before.a.providers[i].secret = ""
	}
	if p.j.open && p.bug != chainForgotten {
		r.before = p.j.receipt.before
	}
	if p.bug == idNotJournalled {
		r.clientID = ""
	}
	return p.note(func(j *journal) { j.receipt, j.open = &r, true })
}

func (p *process) finish() error { return p.note(func(j *journal) { j.open = false }) }

// clientID returns the link's client ID: the one that PocketBase has, the one whose
// redirect URI leads here, the one begun with, or a new one. Existing clients take
// precedence: if the journal was lost, a late write may have created a pair with an
// unrecorded ID.
func (p *process) clientID() string {
	if i := p.b.slot(slot); i >= 0 && p.b.elements[i].authURL == authURL {
		return p.b.elements[i].clientID
	}
	if found := p.a.of(slug); found != nil && found.redirect == redirect {
		return found.clientID
	}
	if p.j.open && p.j.receipt.clientID != "" {
		return p.j.receipt.clientID
	}
	return p.makeUp("client")
}

var errConflict = errors.New("the slug is somebody else's")

// apply creates or repairs the link.
func (p *process) apply() error {
	if err := p.observe(); err != nil {
		return err
	}
	id := p.clientID()
	if done, err := p.nothingLeft(id); err != nil || done {
		return err
	}
	if err := p.begin(id); err != nil {
		return err
	}
	steps := []func(string) error{p.pair, p.button}
	if p.bug == pocketbaseFirst {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if err := step(id); err != nil {
			return err
		}
	}
	if err := p.verify(id); err != nil {
		return err
	}
	return p.finish()
}

// nothingLeft reports whether the link is already as wanted, and finishes the
// interrupted apply that got it there.
func (p *process) nothingLeft(id string) (bool, error) {
	now, at := p.a.of(slug), p.b.slot(slot)
	want := element{slot: slot, clientID: id, label: label, authURL: authURL}
	if now == nil || now.clientID != id || now.redirect != redirect || at < 0 || p.b.elements[at] != want {
		return false, nil
	}
	ok, err := p.accepted()
	if err == nil && ok && p.j.open {
		err = p.finish()
	}
	return ok, err
}

// pair writes authentik's side.
func (p *process) pair(id string) error {
	return p.settle(p.readAuthentik, func() (func() error, error) {
		now := p.a.of(slug)
		switch {
		case now == nil:
			if p.generated == "" {
				p.generated = p.makeUp("secret")
			}
			made := provider{name: name, clientID: id, secret: p.generated, redirect: redirect}
			p.asked[id] = true
			return func() error { return p.w.a.createPair(slug, made) }, nil
		case now.clientID != id:
			return nil, errConflict
		case now.redirect != redirect:
			pk := now.pk
			return func() error { return p.w.a.update(pk, func(x *provider) { x.redirect = redirect }) }, nil
		}
		return nil, nil
	})
}

// button writes PocketBase's side. It is the commit point.
func (p *process) button(id string) error {
	return p.settle(p.readPocketBase, func() (func() error, error) {
		want := element{slot: slot, clientID: id, label: label, authURL: authURL}
		at := p.b.slot(slot)
		if at >= 0 && p.b.elements[at] == want {
			if ok, err := p.accepted(); ok || err != nil || p.bug == pocketbaseFirst {
				return nil, err
			}
		}
		want.secret = p.secret()
		list := slices.Clone(p.b.elements)
		switch {
		case at >= 0:
			list[at] = want
		case p.bug == prepend:
			list = append([]element{want}, list...)
		default:
			list = append(list, want)
		}
		return func() error { return p.w.p.patch(list) }, nil
	})
}

// secret returns authentik's secret as read back: another run or a late write may
// have set it.
func (p *process) secret() string {
	if now := p.a.of(slug); now != nil {
		return now.secret
	}
	if p.generated == "" { // only a protocol that writes PocketBase first comes here
		p.generated = p.makeUp("secret")
	}
	return p.generated
}

func (p *process) verify(id string) error {
	if err := p.observe(); err != nil {
		return err
	}
	now, at := p.a.of(slug), p.b.slot(slot)
	if now == nil || now.clientID != id || at < 0 || p.b.elements[at].clientID != id {
		return errors.New("what was written is not there")
	}
	return nil
}

// rotate sets a new secret on both sides, and restores authentik's old one if
// PocketBase rejects the new one.
func (p *process) rotate() error {
	if err := p.observe(); err != nil {
		return err
	}
	now := p.a.of(slug)
	if now == nil {
		return errConflict
	}
	id, old, fresh := now.clientID, now.secret, p.makeUp("secret")
	if err := p.begin(id); err != nil {
		return err
	}
	if err := p.setSecret(fresh); err != nil {
		return err
	}
	if err := p.button(id); err != nil {
		if errors.Is(err, errRefused) {
			return errors.Join(err, p.setSecret(old))
		}
		return err
	}
	return p.finish()
}

func (p *process) setSecret(s string) error {
	return p.settle(p.readAuthentik, func() (func() error, error) {
		now := p.a.of(slug)
		if now == nil {
			return nil, errConflict
		}
		if now.secret == s {
			return nil, nil
		}
		pk := now.pk
		return func() error { return p.w.a.update(pk, func(x *provider) { x.secret = s }) }, nil
	})
}
