package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/plans/words"
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
		Object: words.Methods(now), Why: say.Of(words.WhyMethods, now.Name)}
	if before.TurnsOff(&after) {
		c.Needs = link.NeedProof
		c.Why = say.Of(words.WhyOneWay)
	}
	b.add(c, before.FlatValues(link.KindMethods), after.FlatValues(link.KindMethods))
}
