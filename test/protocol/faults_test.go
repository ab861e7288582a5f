package protocol

import "errors"

// kind is a kind of fault of one call.
type kind int

// The seven kinds. A zombie is a write that the network delays until after its
// timeout.
const (
	none kind = iota
	lostBefore
	lostAfter
	refused
	crashBefore
	crashAfter
	zombie
	garbage
	kinds = 7
)

// fault is what happens to one call. delay is how many calls later a zombie lands,
// or late.
type fault struct {
	kind  kind
	delay int
}

// late zombies land after the first run that ended well.
const late = -1

// variants returns all faults of a call.
func variants() []fault {
	list := []fault{{kind: lostBefore}, {kind: lostAfter}, {kind: refused}, {kind: crashBefore}, {kind: crashAfter},
		{kind: garbage}}
	for _, delay := range []int{1, 2, 4, late} {
		list = append(list, fault{kind: zombie, delay: delay})
	}
	return list
}

// errUnknown is the client's view of a call without a readable response.
var errUnknown = errors.New("the outcome is not known")

// crash ends a run like a kill.
type crash struct{}

// network carries calls, numbered over all runs of a scenario from 1.
type network struct {
	faults  map[int]fault
	calls   int
	fired   int
	pending []pending
	// watch is called after everything that changes a system.
	watch func()
}

type pending struct {
	at int
	do func() error
}

// sort is the sort of a call. Only a remote write can take effect late.
type sort int

const (
	read sort = iota
	write
	local // a write of the journal
)

// call sends one request. do is its effect on the system; a definite refusal is its
// error.
func (n *network) call(of sort, do func() error) error {
	n.calls++
	n.land(false)
	f := n.faults[n.calls]
	if f.kind != none {
		n.fired++
	}
	switch f.kind {
	case refused:
		return errRefused
	case lostBefore:
		return errUnknown
	case crashBefore:
		panic(crash{})
	case zombie:
		if of == write {
			n.delay(f.delay, do)
		}
		return errUnknown
	}
	err := n.commit(do)
	switch f.kind {
	case lostAfter, garbage:
		return errUnknown
	case crashAfter:
		panic(crash{})
	}
	return err
}

func (n *network) commit(do func() error) error {
	err := do()
	n.watch()
	return err
}

func (n *network) delay(by int, do func() error) {
	at := late
	if by != late {
		at = n.calls + by
	}
	n.pending = append(n.pending, pending{at, do})
}

// land lets due zombies arrive, or all of them.
func (n *network) land(all bool) (landed int) {
	waiting := n.pending[:0]
	for _, z := range n.pending {
		if all || (z.at != late && z.at <= n.calls) {
			_ = n.commit(z.do) // the response is lost
			landed++
			continue
		}
		waiting = append(waiting, z)
	}
	n.pending = waiting
	return landed
}
