package undo

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
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
	warnings link.Warnings
	problems report.Problems
}

func newUndoer(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, force bool) undoer {
	return undoer{a: *a, p: *p, force: force, own: s.Query().Collection, from: map[string][]link.FieldValue{}}
}

// add plans the change of an object from one state to another. Further changes of the same object are merged.
func (u *undoer) add(c *link.Change, before, after link.Object, from, to []link.FieldValue) {
	undo := link.Change{System: c.System, Kind: c.Kind, Object: c.Object, Before: before, After: after,
		Action: link.Update, Fields: link.Diff(from, to),
		Why: say.Of(words.WhyUndone)}
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
			func(w link.Warning) bool { return w.ID == report.WarnOpenToEveryone })
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

// slotOf returns the slot that a change of a collection's OAuth2 options wrote, empty for none.
func slotOf(c *link.Change) string {
	for _, f := range c.Fields {
		if slot, _, found := strings.Cut(f.Name, "."); found && link.IsSlot(slot) {
			return slot
		}
	}
	return ""
}

// warnLinked warns how many users can no longer sign in without the slot.
func (u *undoer) warnLinked(slot string) {
	if n := u.p.Linked[slot]; n > 0 {
		u.warnings.Add(report.WarnLinkedPeople, report.PB, say.Count(n, "%d person has an account linked through %s.",
			"%d people have an account linked through %s.", slot),
			say.Of("Their accounts stay, but they can no longer sign in with authentik. PocketBase keeps the "+
				"links, and they apply to the next provider in this slot."))
	}
}
