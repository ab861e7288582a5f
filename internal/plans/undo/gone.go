package undo

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// gone says that authentik no longer has the object of a change: one that was created is not there to be deleted, and
// one that was there before can't get its values back. hides reports whether it may be there and not be found.
func (u *undoer) gone(c *link.Change, before, hides bool) {
	lacks := say.Of("authentik has no %s.", c.Object)
	switch {
	case before && u.creates(c):
	case before:
		u.lost(report.Authentik, lacks)
	case hides:
		u.warnings.Add(report.WarnGone, report.Authentik, lacks, say.Of("So there is none to delete, unless it was "+
			"renamed and is no longer used for this link. Then delete it in authentik."))
	default:
		u.warnings.Add(report.WarnGone, report.Authentik, lacks, say.Of("So there is none to delete."))
	}
}

// lost says why values can't be restored, which is a problem unless force is set.
func (u *undoer) lost(system report.System, why say.Text) {
	if u.force {
		u.warnings.Add(report.WarnGone, system, why, say.Of("Its values can't be restored."))
		return
	}
	u.problems.Add("", why, say.Of("Its values can't be restored."),
		report.Way{Run: report.RunForce, For: say.Of("to take back the rest")})
}

// creates reports whether the changes to undo created the object of one of them.
func (u *undoer) creates(c *link.Change) bool {
	kinds := []link.Kind{c.Kind}
	if c.Kind == link.KindApplication || c.Kind == link.KindProvider {
		kinds = append(kinds, link.KindPair)
	}
	return slices.ContainsFunc(u.done, func(x link.Change) bool {
		return x.Before == nil && slices.Contains(kinds, x.Kind)
	})
}
