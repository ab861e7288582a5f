package undo

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/say"
)

// giveSecret sets authentik's client secret on a restored element: PocketBase requires one. The provider has the
// element's client ID, its current one or the one that was written.
func (u *undoer) giveSecret(now link.OAuth2State, back *link.OAuth2State, slot, written string) {
	i, at := link.SlotIndex(back, slot), link.SlotIndex(&now, slot)
	if i < 0 {
		return
	}
	clientIDs := []string{back.Providers[i].ClientID}
	if at >= 0 {
		clientIDs = append(clientIDs, now.Providers[at].ClientID)
	}
	for _, clientID := range append(clientIDs, written) {
		if p := u.a.ProviderByClient(clientID); p != nil {
			back.Providers[i].ClientSecret = p.ClientSecret
			return
		}
	}
}

// rewriteSecret plans to write authentik's client secret again to the slot that the changes wrote, if slot and
// provider stay. It is used when PocketBase's current secret is unknown.
func (u *undoer) rewriteSecret(done []link.Change) {
	for _, c := range done {
		after := link.As[link.CollectionState](c.After)
		if c.Kind != link.KindOAuth2 || after == nil {
			continue
		}
		now, slot := u.p.Collection(after.Name), slotOf(&c)
		if now == nil || link.SlotIndex(&now.OAuth2, slot) < 0 {
			continue
		}
		back := *now
		back.OAuth2.Providers = slices.Clone(now.OAuth2.Providers)
		u.giveSecret(now.OAuth2, &back.OAuth2, slot, "")
		if back.OAuth2.Providers[link.SlotIndex(&back.OAuth2, slot)].ClientSecret.IsSet() {
			u.addSecret(&c, now, &back, slot)
			return
		}
	}
}

func (u *undoer) addSecret(c *link.Change, before, after *link.CollectionState, slot string) {
	field := link.SecretAgain(slot)
	i := slices.IndexFunc(u.changes, func(x link.Change) bool { return x.ID() == c.ID() })
	if i < 0 {
		u.changes = append(u.changes, link.Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: link.Update,
			Before: before, After: after,
			Fields: []link.Field{field}, Why: say.Of(words.WhySecretAgain)})
		return
	}
	u.changes[i].After, u.changes[i].Fields = after, append(u.changes[i].Fields, field)
}

// movesSecrets reports whether removing element i would give its client secret to the elements after it, and
// adds a problem if so. PocketBase before 0.40.1 does this. Those that have the same client get its secret in c.
func (u *undoer) movesSecrets(c *link.CollectionState, i int) bool {
	if !u.p.SecretsByPlace || i == len(c.OAuth2.Providers)-1 {
		return false
	}
	if p := u.a.ProviderByClient(c.OAuth2.Providers[i].ClientID); p != nil {
		c.OAuth2.KeepSecrets(i, p.ClientSecret)
	}
	var later []string
	for _, p := range c.OAuth2.Providers[i+1:] {
		if !p.ClientSecret.IsSet() {
			later = append(later, p.Slot)
		}
	}
	if len(later) == 0 {
		return false
	}
	slot, rest := c.OAuth2.Providers[i].Slot, strings.Join(later, ", ")
	moves := say.Of("PocketBase %s keeps client secrets by position: without %s the providers after it (%s) would "+
		"get each other's.", u.p.Version, slot, rest)
	if u.p.Version == "" {
		moves = say.Of("PocketBase of an unknown version keeps client secrets by position: without %s the providers "+
			"after it (%s) would get each other's.", slot, rest)
	}
	u.problems.Add("pocketbase.slot", moves,
		say.Of("Upgrade PocketBase to 0.40.1 or later first. Or remove those in PocketBase's dashboard, last "+
			"one first, and enter them again afterwards, each with its client secret."))
	return true
}
