package undo

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// turnOn plans to turn on the ways in that the spec wants on, before the link goes.
func (u *undoer) turnOn(s link.Spec) {
	c := u.p.Collection(u.own)
	if c == nil {
		return
	}
	before, after := *c, *c
	for _, a := range link.MethodAttrs() {
		if on, wanted := a.Given(&s.PocketBase); wanted && on != "" {
			link.Resolve([]*link.Attr[*link.PocketBase, *link.CollectionState]{a}, &after, &s.PocketBase, &before)
		}
	}
	u.add(&link.Change{System: report.PB, Kind: link.KindMethods, Object: words.Methods(c)}, &before, &after,
		before.FlatValues(link.KindMethods), after.FlatValues(link.KindMethods))
	if i := len(u.changes) - 1; i >= 0 {
		u.changes[i].Why = say.Of(words.WhyAnotherWay)
	}
}

// keepsAWayIn adds a problem if the changes leave nobody a way to sign in to the link's collection that was there
// before, unless force is set.
func (u *undoer) keepsAWayIn(before link.PocketBaseSnapshot, force bool, run report.Run) {
	was, is := before.Collection(u.own), u.p.Collection(u.own)
	if was == nil || is == nil || was.Closed() || !is.Closed() {
		return
	}
	if !force {
		u.problems.Add("pocketbase.password_auth", say.Of("Nobody could sign in to %s any more: authentik is the only "+
			"way in.", is.Name), say.Of("Undo first what turned passwords off."),
			report.KeepPasswords(say.Of("to leave another way in")),
			report.Way{Run: run, For: say.Of("to close the collection")})
		return
	}
	if !slices.ContainsFunc(u.warnings, func(w link.Warning) bool { return w.ID == report.WarnOnlyWay }) {
		u.warnings.Add(report.WarnOnlyWay, report.PB, words.OnlyWay(is),
			say.Of("Passwords and one-time passwords are off "+
				"there, so nobody can sign in afterwards."))
	}
}
