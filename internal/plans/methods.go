package plans

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// methods plans the change of the collection's own ways to sign in. One that turns a way off needs a proof.
func (b *planner) methods() {
	now := b.p.Collection(b.d.Collection.Name)
	if now == nil {
		return
	}
	before, after := *now, *now
	after.PasswordAuth, after.OTP = b.d.Collection.PasswordAuth, b.d.Collection.OTP
	c := link.Change{System: report.PB, Kind: link.KindMethods, Before: &before, After: &after,
		Object: methodsObject(now), Why: say.Of(whyMethods, now.Name)}
	if turnsOff(&before, &after) {
		c.Needs = link.NeedProof
		c.Why = say.Of(whyOneWay)
	}
	b.add(c, methodValues(&before), methodValues(&after))
}

func methodsObject(c *link.CollectionState) say.Text {
	return say.Of("sign-in methods of the collection “%s”", c.Name)
}

func methodValues(c *link.CollectionState) []link.FieldValue {
	return link.Values(link.MethodAttrs(), c, link.Features{})
}

// turnsOff reports whether a change takes a way in away.
func turnsOff(before, after *link.CollectionState) bool {
	return slices.ContainsFunc(link.MethodAttrs(), func(a *link.Attr[*link.PocketBase, *link.CollectionState]) bool {
		return a.Answer(before) != "" && a.Answer(after) == ""
	})
}

// checkMethods adds a problem if nobody could sign in to the collection any more, or if PocketBase would refuse it.
func checkMethods(now, then *link.CollectionState, problems *report.Problems) {
	field := "pocketbase.enabled"
	if turnsOff(now, then) {
		field = "pocketbase.otp"
		if password := link.MethodAttrs()[0]; password.Answer(now) != "" && password.Answer(then) == "" {
			field = password.Spec
		}
	}
	switch {
	case then.Closed() && !now.Closed():
		problems.Add(field, say.Of("Nobody could sign in to %s any more: passwords, one-time passwords and OAuth2 "+
			"would all be off.", then.Name), say.Of("Leave one of them on."))
	case then.MFAEnabled && then.WaysIn() < 2 && then.WaysIn() < now.WaysIn():
		problems.Add(field, say.Of("Multi-factor authentication is on in %s and needs two ways to sign in. Only one "+
			"would be left, so PocketBase would refuse the change.", then.Name),
			say.Of("Turn multi-factor authentication off in PocketBase first, or leave another way on."))
	}
}

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
	u.add(&link.Change{System: report.PB, Kind: link.KindMethods, Object: methodsObject(c)}, &before, &after,
		methodValues(&before), methodValues(&after))
	if i := len(u.changes) - 1; i >= 0 {
		u.changes[i].Why = say.Of(whyAnotherWay)
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
	if !slices.ContainsFunc(u.warnings, func(w link.Warning) bool { return w.ID == link.WarnOnlyWay }) {
		u.warnings.add(link.WarnOnlyWay, report.PB, onlyWords(is), say.Of("Passwords and one-time passwords are off "+
			"there, so nobody can sign in afterwards."))
	}
}
