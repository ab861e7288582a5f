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
func (u *undoer) add(c Change, before, after Object, from, to []value) {
	undo := Change{System: c.System, Kind: c.Kind, Object: c.Object, Before: before, After: after, Action: Update, Fields: diff(from, to),
		Why: "Takes back what was done before."}
	if to == nil {
		undo.Action = Delete
	}
	follower{u}.follow(before, after)
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

// follower brings the snapshots of an undo from one state of an object to
// another. Bindings go with their application.
type follower struct{ u *undoer }

func (f follower) follow(before, after Object) { Change{Before: before, After: after}.Visit(f) }

func (f follower) Mapping(e Edit[Mapping]) {
	f.u.a.Mappings = replaced(f.u.a.Mappings, e, func(m Mapping) bool { return m.ID == e.Before.ID })
}

func (f follower) Provider(e Edit[ProviderState]) {
	f.u.a.Providers = replaced(f.u.a.Providers, e, func(p ProviderState) bool { return p.PK == e.Before.PK })
}

func (f follower) Binding(e Edit[BindingState]) {
	f.u.a.Bindings = replaced(f.u.a.Bindings, e, func(b BindingState) bool { return b.PK == e.Before.PK })
}

func (f follower) Application(e Edit[ApplicationState]) {
	f.u.a.Application = e.After
	if e.After == nil {
		f.u.a.Bindings = nil
		f.u.changes = slices.DeleteFunc(f.u.changes, func(c Change) bool { return c.Kind == KindBinding })
		f.u.warnings = slices.DeleteFunc(f.u.warnings, func(w Warning) bool { return w.ID == WarnOpenToEveryone })
	}
}

func (f follower) Settings(e Edit[SettingsState]) { f.u.p.Settings = *e.After }

func (f follower) Collection(e Edit[CollectionState]) {
	f.u.p.Collections = replaced(f.u.p.Collections, e, func(c CollectionState) bool { return c.Name == e.Before.Name })
}

// Key does nothing: an undo leaves keys.
func (follower) Key(Edit[KeyState]) {}

// Pair does nothing: an undo changes the parts of a pair one by one.
func (follower) Pair(Edit[PairState]) {}

// replaced is a copy of the list, for changes point into the old one, with one
// element replaced by what it becomes, or left out for nil.
func replaced[T any](list []T, e Edit[T], is func(T) bool) []T {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, is)
	switch {
	case i < 0:
		return list
	case e.After == nil:
		return slices.Delete(list, i, i+1)
	}
	list[i] = *e.After
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
		after := As[CollectionState](c.After)
		if c.Kind != KindOAuth2 || after == nil {
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
	field := Field{
		Name: slot + ".clientSecret", Before: ShowMask(MaskedSet), After: ShowMask(MaskedAuthentiks), Sensitive: true,
	}
	i := slices.IndexFunc(u.changes, func(x Change) bool { return x.ID() == c.ID() })
	if i < 0 {
		u.changes = append(u.changes, Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: before, After: after,
			Fields: []Field{field}, Why: "The apply was interrupted, and PocketBase never shows which client secret it has."})
		return
	}
	u.changes[i].After, u.changes[i].Fields = after, append(u.changes[i].Fields, field)
}
