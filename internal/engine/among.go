package engine

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/stale"
)

// Among says how a link is applied among others, which may have written objects of its plan since it was made. The
// zero value is for a link alone.
type Among struct {
	// Fresh means that the plan was made while the link was held, and that no other link has written its objects since.
	// Then it is not compared with both systems again.
	Fresh bool
	// Unseen means that nobody has seen the plan, so that it may differ in anything.
	Unseen bool
	// Written reports whether another of the links has written the object of a change. Then as much as it has written
	// may be missing from the plan. nil means that none has.
	Written func(link.Change) bool
	// Ready receives the plan before anything is written. Its error ends the apply. nil accepts it.
	Ready func(link.Plan) error
}

// explain reports whether the other links explain how fresh differs from plan.
func (a Among) explain(plan, fresh *link.Plan) bool {
	if a.Unseen || a.Written == nil {
		return a.Unseen
	}
	for _, now := range fresh.Changes {
		old := stale.With(plan, now.ID())
		if old == nil || !stale.Same(old, &now) && !(a.Written(now) && stale.PartOf(now, *old)) {
			return false
		}
	}
	return !slices.ContainsFunc(plan.Changes, func(old link.Change) bool {
		return stale.With(fresh, old.ID()) == nil && !a.Written(old)
	})
}
