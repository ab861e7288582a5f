package plans

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// OldSlots returns the slots that the link has in the collection besides its own, if people can sign in there in no
// other way. A link that moved to another slot keeps them until a sign-in through the new one is proved.
func OldSlots(s *link.Spec, d *link.Desired, c link.CollectionState, clientIDs ...string) []string {
	ours := func(o link.OAuth2Provider) bool {
		return o.ClientID != "" && (o.ClientID == d.Provider.ClientID || slices.Contains(clientIDs, o.ClientID))
	}
	var old []string
	for _, o := range c.OAuth2.Providers {
		switch {
		case !ours(o):
			return nil
		case o.Slot != d.Slot.Slot && link.IsSlot(o.Slot) && !s.LeavesSlot(o.Slot):
			old = append(old, o.Slot)
		}
	}
	if !c.PasswordOff() || !c.OAuth2.Enabled {
		return nil
	}
	return old
}

// oldSlots plans the removal of the slots that the link had before, which needs a proof of the new one.
func (b *planner) oldSlots() {
	if b.p.Collection(b.d.Collection.Name) == nil {
		return
	}
	before, provider := b.d.Collection, b.a.ProviderByPK(b.d.Provider.PK)
	if provider == nil {
		return
	}
	for _, slot := range OldSlots(&b.s, &b.d, before, provider.ClientID) {
		was, left := before, before
		left.OAuth2.Providers = slices.Clone(before.OAuth2.Providers)
		at := link.SlotIndex(&left.OAuth2, slot)
		left.OAuth2.KeepSecrets(at, b.d.Provider.ClientSecret)
		left.OAuth2.Providers = slices.Delete(left.OAuth2.Providers, at, at+1)
		b.add(link.Change{System: report.PB, Kind: link.KindOldSlot, Object: words.OldSlot(slot, &before),
			Before: &was, After: &left, Needs: link.NeedProof, Why: say.Of(words.WhyOldSlot, slot, b.d.Slot.Slot)},
			was.OAuth2.Values(slot), left.OAuth2.Values(slot))
		before = left
	}
}
