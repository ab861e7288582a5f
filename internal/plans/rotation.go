package plans

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// AsRotation turns a plan for a spec with a new client secret into one that writes only that secret to both
// systems, and in PocketBase to every slot that signs in with the same application. Other differences from the spec
// stay. The plan is empty unless both systems have the link.
func AsRotation(p link.Plan, pb *link.PocketBaseSnapshot) link.Plan {
	var changes []link.Change
	for _, c := range p.Changes {
		if c.Action != link.Update || addsSlot(&p, &c) || c.Kind != link.KindProvider && c.Kind != link.KindOAuth2 {
			continue
		}
		if c = narrowChange(&p, c, []string{"client_secret", ".clientSecret"}); len(c.Fields) == 0 {
			continue
		}
		c.Step = ""
		c.Why = say.Of(words.WhyNewSecret)
		if c.System == report.PB {
			c.Why = say.Of(words.WhySameSecret)
		}
		changes = append(changes, c)
	}
	p.Warnings = slices.DeleteFunc(slices.Clone(p.Warnings),
		func(w link.Warning) bool { return !w.ID.AboutTransport() })
	p.Purpose, p.Changes = link.PurposeRotate, nil
	if slices.ContainsFunc(changes, func(c link.Change) bool { return c.System == report.PB }) {
		p.Changes = changes
		return renewSharing(p, pb)
	}
	return p
}

// renewSharing also writes the new client secret to the other slots of this PocketBase that sign in with the same
// application. The warning of a shared application stays if one of them gets its tokens elsewhere.
func renewSharing(p link.Plan, pb *link.PocketBaseSnapshot) link.Plan {
	at := slices.IndexFunc(p.Changes, func(c link.Change) bool { return c.Changed("client_secret") })
	if at < 0 {
		return p
	}
	provider := link.As[link.ProviderState](p.Changes[at].After)
	left := false
	for _, c := range pb.Collections {
		var slots []string
		for _, o := range c.OAuth2.Providers {
			own := c.Name == p.Desired.Collection.Name && o.Slot == p.Desired.Slot.Slot
			if !link.IsSlot(o.Slot) || o.ClientID != provider.ClientID || own {
				continue
			}
			if !resolve.EndpointsOf(p.Desired.AuthentikURL, &p.Spec).HasToken(&o) {
				left = true
				continue
			}
			slots = append(slots, o.Slot)
		}
		if len(slots) > 0 {
			p.Changes = renewSlots(p.Changes, &c, slots, provider)
		}
	}
	if !left {
		p.Warnings = slices.DeleteFunc(p.Warnings,
			func(w link.Warning) bool { return w.ID == report.WarnSharedApplication })
	}
	return p
}

// renewSlots adds the writes of the client secret to slots of a collection, to the change that it already has or as one
// of its own.
func renewSlots(changes []link.Change, c *link.CollectionState, slots []string,
	provider *link.ProviderState) []link.Change {
	object := words.OAuth2(c)
	at := slices.IndexFunc(changes, func(x link.Change) bool { return x.Kind == link.KindOAuth2 && x.Object == object })
	if at < 0 {
		before, after := *c, *c
		changes, at = append(changes, link.Change{System: report.PB, Kind: link.KindOAuth2, Object: object,
			Action: link.Update, Before: &before, After: &after,
			Why:  say.Of(words.WhyAlsoSecret),
			Lost: say.Of(words.LostSecret)}), len(changes)
	}
	now := *link.As[link.CollectionState](changes[at].After)
	now.OAuth2.Providers = slices.Clone(now.OAuth2.Providers)
	for _, slot := range slots {
		now.OAuth2.Providers[link.SlotIndex(&now.OAuth2, slot)].ClientSecret = provider.ClientSecret
		changes[at].Fields = append(changes[at].Fields, link.SecretAgain(slot))
	}
	changes[at].After = &now
	return changes
}
