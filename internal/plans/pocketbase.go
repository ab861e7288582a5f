package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func (b *planner) settings() {
	if !b.s.PocketBase.ShowControls || !b.p.Settings.HideControls {
		return
	}
	before, after := b.p.Settings, b.p.Settings
	after.HideControls = false
	b.add(link.Change{System: report.PB, Kind: link.KindSettings, Object: words.Settings(), Before: &before,
		After: &after,
		Why:   say.Of(words.WhyControls),
		Step:  stepControls},
		before.Values(), after.Values())
}

func (b *planner) rules() {
	now := b.p.Collection(b.d.Collection.Name)
	if now == nil {
		return
	}
	before, after := *now, b.d.Collection
	c := link.Change{System: report.PB, Kind: link.KindRules, Before: &before, After: &after,
		Object: words.Rules(now),
		Why:    say.Of(words.WhyRules)}
	if !link.SameRule(before.AuthRule, after.AuthRule) {
		c.Lost = say.Of(words.LostSignIns, now.Name)
	}
	b.add(c, before.FlatValues(link.KindRules), after.FlatValues(link.KindRules))
}

// oauth2 plans the change that makes the sign-in available, so it comes last.
func (b *planner) oauth2() {
	now := b.p.Collection(b.d.Collection.Name)
	if now == nil {
		return
	}
	before, after := *now, b.d.Collection
	c := link.Change{System: report.PB, Kind: link.KindOAuth2, Object: words.OAuth2(now),
		Before: &before, After: &after, Step: stepOAuth2,
		Why: say.Of(words.WhyOAuth2)}
	at := link.SlotIndex(&now.OAuth2, b.d.Slot.Slot)
	b.add(c, now.OAuth2.Values(b.d.Slot.Slot), after.OAuth2.Values(b.d.Slot.Slot))
	b.secret(c, at)
}

// secret adds the client secret to the last change if it has to be written. PocketBase never shows the current
// one, so a preview can only say that one is set.
func (b *planner) secret(c link.Change, at int) {
	written := len(b.changes) > 0 && b.changes[len(b.changes)-1].Kind == link.KindOAuth2
	if !written && !b.secretChanges() {
		return
	}
	if !written {
		c.Action, c.Why = link.Update, say.Of(words.WhySameSecret)
		b.changes = append(b.changes, c)
	}
	target := &b.changes[len(b.changes)-1]
	slot := b.d.Slot.Slot
	switch {
	case at < 0:
		target.Fields = append(target.Fields, link.NewSecret(slot))
	case b.secretChanges() || target.Changed(slot+".clientId"): // else it is written again, presumably unchanged
		target.Fields = append(target.Fields, link.SecretAgain(slot))
		target.Lost = say.Of(words.LostSecret)
	}
}

// secretChanges reports whether authentik's client secret will differ from the one that PocketBase was given,
// as far as that is known.
func (b *planner) secretChanges() bool {
	if b.s.PocketBase.RewriteSecret {
		return true
	}
	now := b.a.ProviderByPK(b.d.Provider.PK)
	return now == nil || !now.ClientSecret.Equal(b.d.Provider.ClientSecret)
}
