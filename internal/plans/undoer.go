package plans

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// undoer collects the changes of an undo or a removal. Its snapshots are updated with each change, so that the next one
// starts from its result.
type undoer struct {
	link.LinkOnly
	a        link.AuthentikSnapshot
	p        link.PocketBaseSnapshot
	force    bool
	own      string             // the link's auth collection
	slug     string             // its application's now, empty for none
	done     []link.Change      // what an undo takes back
	had      link.ProviderState // the scope mappings of the link's provider before the undo
	changes  []link.Change
	from     map[string][]link.FieldValue // values before each change, by its ID
	warnings warner
	problems report.Problems
}

func newUndoer(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, force bool) undoer {
	return undoer{a: *a, p: *p, force: force, own: s.Query().Collection, from: map[string][]link.FieldValue{}}
}

// add plans the change of an object from one state to another. Further changes of the same object are merged.
func (u *undoer) add(c *link.Change, before, after link.Object, from, to []link.FieldValue) {
	undo := link.Change{System: c.System, Kind: c.Kind, Object: c.Object, Before: before, After: after,
		Action: link.Update, Fields: link.Diff(from, to),
		Why: say.Of(whyUndone)}
	if to == nil {
		undo.Action = link.Delete
	}
	(&link.Change{Before: before, After: after}).Visit(&follower{u: u})
	if i := slices.IndexFunc(u.changes, func(x link.Change) bool { return x.ID() == undo.ID() }); i >= 0 {
		undo.Before, undo.Fields = u.changes[i].Before, link.Diff(u.from[undo.ID()], to)
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

// follower updates the snapshots of an undo after a change. Bindings are deleted with their application.
type follower struct {
	link.LinkOnly
	u *undoer
}

func (f *follower) Mapping(e link.Edit[link.Mapping]) {
	f.u.a.Mappings = replaced(f.u.a.Mappings, e, func(m link.Mapping) bool { return m.ID == e.Before.ID })
}

func (f *follower) Provider(e link.Edit[link.ProviderState]) {
	f.u.a.Providers = replaced(f.u.a.Providers, e, func(p link.ProviderState) bool { return p.PK == e.Before.PK })
}

func (f *follower) Binding(e link.Edit[link.BindingState]) {
	f.u.a.Bindings = replaced(f.u.a.Bindings, e, func(b link.BindingState) bool { return b.PK == e.Before.PK })
}

func (f *follower) Application(e link.Edit[link.ApplicationState]) {
	f.u.a.Application = e.After
	if e.After == nil {
		f.u.a.Bindings = nil
		f.u.changes = slices.DeleteFunc(f.u.changes, func(c link.Change) bool { return c.Kind == link.KindBinding })
		f.u.warnings = slices.DeleteFunc(f.u.warnings,
			func(w link.Warning) bool { return w.ID == link.WarnOpenToEveryone })
	}
}

func (f *follower) Settings(e link.Edit[link.SettingsState]) { f.u.p.Settings = *e.After }

func (f *follower) Collection(e link.Edit[link.CollectionState]) {
	f.u.p.Collections = replaced(f.u.p.Collections, e,
		func(c link.CollectionState) bool { return c.Name == e.Before.Name })
}

// Key does nothing: an undo keeps keys.
func (follower) Key(link.Edit[link.KeyState]) {}

// Pair does nothing: an undo changes the application and the provider separately.
func (follower) Pair(link.Edit[link.PairState]) {}

// replaced returns a copy of the list, since changes point into it, with one element replaced by e.After or
// removed if that is nil.
func replaced[T any](list []T, e link.Edit[T], is func(T) bool) []T {
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
		if p := providerByClient(&u.a, clientID); p != nil {
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
			Fields: []link.Field{field}, Why: say.Of(whySecretAgain)})
		return
	}
	u.changes[i].After, u.changes[i].Fields = after, append(u.changes[i].Fields, field)
}
