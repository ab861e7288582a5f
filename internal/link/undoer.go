package link

import "slices"

// undoer collects the changes of an undo or a removal. Its snapshots follow
// them: each change is made from what the ones before it leave behind.
type undoer struct {
	a        AuthentikSnapshot
	p        PocketBaseSnapshot
	force    bool
	own      string // the link's auth collection
	changes  []Change
	from     map[string][]value // what each change was made from, by its id
	warnings warner
	problems Problems
}

func newUndoer(s Spec, a AuthentikSnapshot, p PocketBaseSnapshot, force bool) undoer {
	return undoer{a: a, p: p, force: force, own: s.Query().Collection, from: map[string][]value{}}
}

// add plans to bring an object from one state to another. An object that this
// plan changes already is changed once.
func (u *undoer) add(c Change, before, after any, from, to []value) {
	undo := Change{System: c.System, Kind: c.Kind, Object: c.Object, Before: before, After: after, Action: Update, Fields: diff(from, to),
		Why: "Takes back what was done before."}
	if to == nil {
		undo.Action = Delete
	}
	u.follow(before, after)
	if i := slices.IndexFunc(u.changes, func(x Change) bool { return x.ID() == undo.ID() }); i >= 0 {
		undo.Before, undo.Fields = u.changes[i].Before, diff(u.from[undo.ID()], to)
		u.changes[i] = undo
		if len(undo.Fields) == 0 {
			u.changes = slices.Delete(u.changes, i, i+1)
		}
		return
	}
	if len(undo.Fields) > 0 {
		u.from[undo.ID()] = from
		u.changes = append(u.changes, undo)
	}
}

// follow brings the snapshots from one state of an object to another, nil for
// its end. Bindings go with their application.
func (u *undoer) follow(before, after any) {
	switch was := before.(type) {
	case *Mapping:
		u.a.Mappings = replaced(u.a.Mappings, after, func(m Mapping) bool { return m.ID == was.ID })
	case *ProviderState:
		u.a.Providers = replaced(u.a.Providers, after, func(p ProviderState) bool { return p.PK == was.PK })
	case *BindingState:
		u.a.Bindings = replaced(u.a.Bindings, after, func(b BindingState) bool { return b.PK == was.PK })
	case *ApplicationState:
		u.a.Application, _ = after.(*ApplicationState)
		if u.a.Application == nil {
			u.a.Bindings = nil
			u.changes = slices.DeleteFunc(u.changes, func(c Change) bool { return c.Kind == KindBinding })
			u.warnings = slices.DeleteFunc(u.warnings, func(w Warning) bool { return w.ID == WarnOpenToEveryone })
		}
	case *SettingsState:
		u.p.Settings = *after.(*SettingsState)
	case *CollectionState:
		u.p.Collections = replaced(u.p.Collections, after, func(c CollectionState) bool { return c.Name == was.Name })
	}
}

// replaced is a copy of the list, for changes point into the old one, with one
// element replaced by what after points to, or left out for nil.
func replaced[T any](list []T, after any, is func(T) bool) []T {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, is)
	to, stays := after.(*T)
	switch {
	case i < 0:
		return list
	case !stays || to == nil:
		return slices.Delete(list, i, i+1)
	}
	list[i] = *to
	return list
}

// giveSecret puts authentik's client secret into the element that goes back:
// PocketBase takes no element without one.
func (u *undoer) giveSecret(now OAuth2State, back *OAuth2State, slot string) {
	i, at := slotIndex(*back, slot), slotIndex(now, slot)
	if i < 0 {
		return
	}
	clientIDs := []string{back.Providers[i].ClientID}
	if at >= 0 {
		clientIDs = append(clientIDs, now.Providers[at].ClientID)
	}
	for _, clientID := range clientIDs {
		known := func(p ProviderState) bool { return p.ClientID == clientID }
		if j := slices.IndexFunc(u.a.Providers, known); j >= 0 {
			back.Providers[i].ClientSecret = u.a.Providers[j].ClientSecret
			return
		}
	}
}

// rewriteSecret gives the slot that the changes wrote authentik's client
// secret again, where slot and provider stay. It is for changes of which
// nobody knows which secret PocketBase has by now.
func (u *undoer) rewriteSecret(done []Change) {
	for _, c := range done {
		after, ok := c.After.(*CollectionState)
		if c.Kind != KindOAuth2 || !ok {
			continue
		}
		now, slot := u.p.Collection(after.Name), slotOf(c)
		if now == nil || slotIndex(now.OAuth2, slot) < 0 {
			continue
		}
		back := *now
		back.OAuth2.Providers = slices.Clone(now.OAuth2.Providers)
		u.giveSecret(now.OAuth2, &back.OAuth2, slot)
		if back.OAuth2.Providers[slotIndex(back.OAuth2, slot)].ClientSecret.IsSet() {
			u.addSecret(c, now, &back, slot)
			return
		}
	}
}

func (u *undoer) addSecret(c Change, before, after *CollectionState, slot string) {
	field := Field{Name: slot + ".clientSecret", Before: "set", After: "set (authentik's)", Sensitive: true}
	i := slices.IndexFunc(u.changes, func(x Change) bool { return x.ID() == c.ID() })
	if i < 0 {
		u.changes = append(u.changes, Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: before, After: after,
			Fields: []Field{field}, Why: "The apply was interrupted, and PocketBase never shows which client secret it has."})
		return
	}
	u.changes[i].After, u.changes[i].Fields = after, append(u.changes[i].Fields, field)
}
