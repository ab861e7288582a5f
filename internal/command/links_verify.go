package command

import (
	"slices"
	"strings"
	"sync"

	"authpocket/internal/link"
)

// verifications are those of several links, in the order of their names.
type verifications struct {
	mu   sync.Mutex
	list []verification
}

func (v *verifications) add(r verification) {
	v.mu.Lock()
	defer v.mu.Unlock()
	at, _ := slices.BinarySearchFunc(v.list, r, func(a, b verification) int {
		return strings.Compare(a.name(), b.name())
	})
	v.list = slices.Insert(v.list, at, r)
}

// summary returns what became of the link.
func (r verification) summary() summary {
	if r.Err != nil {
		return failed(r.Err)
	}
	if !r.Checks.Failed() {
		return summary{Outcome: "passed"}
	}
	first := link.Find(r.Checks, func(c link.Check) bool { return c.Status == link.Fail })
	return summary{Outcome: "checks failed", Count: r.Checks.Count(link.Fail), code: exitFailed,
		Cause: first.Title + ": " + first.Evidence}
}
