package undo

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Settings undoes a change of PocketBase's settings.
func (u *undoer) Settings(e link.Edit[link.SettingsState]) {
	if e.Before == nil || u.p.Settings.HideControls == e.Before.HideControls {
		return
	}
	now, back := u.p.Settings, u.p.Settings
	back.HideControls = e.Before.HideControls
	u.add(e.Change, &now, &back, now.Values(), back.Values())
}

// Collection undoes a change of an auth collection's rules or OAuth2 options.
func (u *undoer) Collection(e link.Edit[link.CollectionState]) {
	c, was, after := e.Change, e.Before, e.After
	now := u.p.Collection(after.Name)
	if was == nil || now == nil {
		u.lost(report.PB, say.Of("PocketBase no longer has the auth collection “%s”.", after.Name))
		return
	}
	if table := link.FlatAttrs(c.Kind); table != nil {
		revert(u, table, c, now, new(*now), was, after)
		return
	}
	slot := slotOf(c)
	had, old := link.SlotIndex(&was.OAuth2, slot) >= 0, was.OAuth2
	if client := after.OAuth2.Client(slot); client != "" && client != was.OAuth2.Client(slot) {
		to, ok := u.moved(c, was, slot, client)
		if !ok {
			return
		}
		if to != slot && link.SlotIndex(&old, to) >= 0 {
			old.Providers = nil // another one was there
		}
		slot, now = to, u.p.Collection(after.Name)
	}
	at := link.SlotIndex(&now.OAuth2, slot)
	if at < 0 && had && onlySecret(c) { // which nothing restores
		return
	}
	if at < 0 && had && c.Kind != link.KindOldSlot && !u.force {
		u.ask(say.Of("PocketBase: %s of the collection “%s” was removed since.", slot, now.Name),
			say.Of("to restore it without its previous client secret"))
		return
	}
	if u.changedSince(c, undone(c, now.OAuth2, slot, at >= 0, had), undone(c, after.OAuth2, slot, at >= 0, had)) {
		return
	}
	back := *now
	if at >= 0 && !had {
		back.OAuth2.Providers = slices.Clone(now.OAuth2.Providers)
		if u.movesSecrets(&back, at) {
			return
		}
		u.warnLinked(slot)
	}
	back.OAuth2.Restore(old, slot, c.Fields)
	u.giveSecret(now.OAuth2, &back.OAuth2, slot, after.OAuth2.Client(slot))
	again := at < 0 && had
	if i := link.SlotIndex(&back.OAuth2, slot); again && !back.OAuth2.Providers[i].ClientSecret.IsSet() {
		u.lost(report.PB, say.Of("authentik no longer has the application that %s signed in with.", slot))
		back.OAuth2.Providers, again = slices.Delete(back.OAuth2.Providers, i, i+1), false
	}
	u.add(c, now, &back, now.OAuth2.Values(slot), back.OAuth2.Values(slot))
	if again {
		u.namesSecret(c, slot)
	}
	if had && c.Changed(slot+".clientSecret") {
		u.warnings.Add(report.WarnLost, report.PB, say.Of("The client secret of %s stays as it is.", slot),
			say.Of("PocketBase never shows it, so undo can't restore the previous one. Enter it in PocketBase if "+
				"it was different."))
	}
}

// moved returns where a slot that got its client by the change is now: another one if the change added it and it was
// renamed since. Other slots that got the client since would sign in nobody: they go with force, and are a problem
// without.
func (u *undoer) moved(c *link.Change, was *link.CollectionState, slot, client string) (to string, ok bool) {
	now, since := u.p.Collection(was.Name), []string{}
	at := link.SlotIndex(&now.OAuth2, slot)
	stays := at >= 0 && now.OAuth2.Providers[at].ClientID == client
	for _, p := range now.OAuth2.Providers {
		before := slices.ContainsFunc(was.OAuth2.Providers,
			func(q link.OAuth2Provider) bool { return q.Slot == p.Slot && q.ClientID == client })
		if link.IsSlot(p.Slot) && p.Slot != slot && p.ClientID == client && !before {
			since = append(since, p.Slot)
		}
	}
	switch {
	case len(since) == 0:
		return slot, true
	case !u.force && stays:
		u.conflict(c, say.Of("%s has the same client ID", since[0]))
		return slot, false
	case !u.force:
		u.conflict(c, say.Of("%s is now “%s”", slot, since[0]))
		return slot, false
	case !stays && link.SlotIndex(&was.OAuth2, slot) < 0:
		slot, since = since[0], since[1:]
	}
	for _, copied := range slices.Backward(since) {
		if !u.removeCopy(was.Name, copied) {
			return slot, false
		}
	}
	return slot, true
}

// removeCopy removes a slot that somebody has added with the link's client.
func (u *undoer) removeCopy(collection, slot string) bool {
	now := u.p.Collection(collection)
	back := *now
	back.OAuth2.Providers = slices.Clone(now.OAuth2.Providers)
	at := link.SlotIndex(&now.OAuth2, slot)
	if u.movesSecrets(&back, at) {
		return false
	}
	u.warnLinked(slot)
	back.OAuth2.Providers = slices.Delete(back.OAuth2.Providers, at, at+1)
	u.add(&link.Change{System: report.PB, Kind: link.KindOldSlot, Object: words.OldSlot(slot, now)}, now, &back,
		now.OAuth2.Values(slot), back.OAuth2.Values(slot))
	return true
}

// onlySecret reports whether a change wrote nothing but a client secret.
func onlySecret(c *link.Change) bool {
	return !slices.ContainsFunc(c.Fields, func(f link.Field) bool { return !f.Sensitive })
}

// namesSecret has the change of an object that adds a slot again name its client secret.
func (u *undoer) namesSecret(c *link.Change, slot string) {
	for i := range u.changes {
		if one := &u.changes[i]; one.ID() == c.ID() && !one.Changed(slot+".clientSecret") {
			one.Fields = append(one.Fields, link.NewSecret(slot))
		}
	}
}

// undone returns the values that undoing c would write: the fields that it wrote, or the whole element if it
// added one. A removed element has none.
func undone(c *link.Change, o link.OAuth2State, slot string, there, had bool) []link.FieldValue {
	return slices.DeleteFunc(o.Values(slot), func(v link.FieldValue) bool {
		if strings.HasPrefix(v.Name, slot+".") {
			return !there || had && !c.Changed(v.Name)
		}
		return !c.Changed(v.Name)
	})
}
