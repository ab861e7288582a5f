package plans

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
)

// NewUndo makes the plan that takes back the changes that were done, in
// reverse order: fields get the values they had, and what was made is
// deleted. What somebody has changed since is a problem, unless force says to
// undo it all the same. done are the changes of a receipt, or of several in
// the order of their making, with Before and After as they were when they were
// written, secrets left out. With s.PocketBase.RewriteSecret PocketBase is
// given authentik's client secret again where its slot stays.
func NewUndo(s link.Spec, done []link.Change, a link.AuthentikSnapshot, p link.PocketBaseSnapshot,
	force bool) (link.Plan, link.Problems) {
	u := newUndoer(s, a, p, force)
	kinds := make([]link.Kind, len(done))
	for i, c := range done {
		kinds[i] = c.Kind
	}
	checkReadable(a, kinds, &u.problems)
	for _, c := range slices.Backward(done) {
		u.undo(c)
	}
	if s.PocketBase.RewriteSecret {
		u.rewriteSecret(done)
	}
	if len(u.problems) > 0 {
		return link.Plan{}, u.problems
	}
	return link.Plan{Purpose: link.PurposeUndo, Undoes: done, Force: force, Changes: u.changes, Warnings: u.warnings,
		Spec: s, Taken: a.Taken}, nil
}

func (u *undoer) undo(c link.Change) {
	if c.Lost != "" && c.Kind != link.KindKey { // which has its own words
		u.warnings.add(link.WarnLost, c.System, "Undo cannot put everything back.", c.Lost)
	}
	if c.After != nil {
		c.Visit(u)
	}
}

// Key tells that a generated key stays.
func (u *undoer) Key(e link.Edit[link.KeyState]) {
	u.warnings.add(link.WarnKeyStays, link.Authentik, "The signing key "+link.Quote(e.After.Name)+" stays.",
		"Other providers may use it by now. Delete it in authentik if none does.")
}

// changedSince reports what is neither as the apply left it nor as it was
// before, and tells whether to leave it alone. A change that was announced and
// never written, or in part, or undone in part, is nobody else's.
func (u *undoer) changedSince(c link.Change, now, left []link.FieldValue) bool {
	differs := slices.DeleteFunc(link.Diff(left, now), func(f link.Field) bool {
		return f.Sensitive ||
			asBefore(c, now, f.Name)
	})
	if len(differs) == 0 || u.force {
		return false
	}
	names := make([]string, len(differs))
	for i, f := range differs {
		names[i] = f.Name + " is now " + link.Quote(f.After.String())
	}
	u.problems.Add("", c.System.Label()+": "+c.Object+" was changed since: "+strings.Join(names, "; ")+".",
		"Undo it all the same if that change may go too.")
	return true
}

// asBefore tells whether a field that an update wrote has the value from
// before.
func asBefore(c link.Change, now []link.FieldValue, name string) bool {
	if c.Action != link.Update {
		return false
	}
	was := slices.IndexFunc(c.Fields, func(f link.Field) bool { return f.Name == name })
	i := slices.IndexFunc(now, func(v link.FieldValue) bool { return v.Name == name })
	return was >= 0 && i >= 0 && shows(now[i], c.Fields[was].Before)
}

// shows tells whether v prints as before, but for an order that means nothing.
func shows(v link.FieldValue, before link.Shown) bool {
	if v.Unordered {
		return v.Of.Sorted().String() == before.Sorted().String()
	}
	return v.Of.String() == before.String()
}

// only keeps the values that a change wrote.
func only(list []link.FieldValue, fields []link.Field) []link.FieldValue {
	return slices.DeleteFunc(slices.Clone(list), func(v link.FieldValue) bool {
		return !slices.ContainsFunc(fields, func(f link.Field) bool { return f.Name == v.Name })
	})
}

// Mapping takes back a scope mapping, which stays while a provider uses it.
func (u *undoer) Mapping(e link.Edit[link.Mapping]) {
	i := slices.IndexFunc(u.a.Mappings, func(m link.Mapping) bool { return m.Name == e.After.Name })
	if i < 0 {
		return
	}
	now, c := u.a.Mappings[i], e.Change
	if e.Before != nil {
		if u.changedSince(c, only(now.Values(), c.Fields), only(e.After.Values(), c.Fields)) {
			return
		}
		back := now
		link.Restore(link.MappingAttrs(), &back, e.Before, c.Fields)
		u.add(c, &now, &back, now.Values(), back.Values())
		return
	}
	if u.changedSince(c, now.Values(), e.After.Values()) { // it would go with all that it holds
		return
	}
	for _, p := range u.a.Providers {
		if uses(&p, now) {
			u.warnings.add(link.WarnMappingStays, link.Authentik, "The scope mapping "+link.Quote(now.Name)+" stays.",
				"The provider "+link.Quote(p.Name)+" uses it too.")
			return
		}
	}
	u.add(c, &now, nil, now.Values(), nil)
}

// Pair takes back application and provider.
func (u *undoer) Pair(e link.Edit[link.PairState]) {
	c, after := e.Change, e.After
	if u.usedElsewhere(after.Provider.ClientID) {
		return
	}
	if now := u.a.Application; now != nil {
		left := after.Application
		left.PK, left.Provider, left.ProviderName = now.PK, 0, ""
		if made := u.findProvider(after.Provider); made != nil {
			left.Provider, left.ProviderName = made.PK, made.Name
		}
		if u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) || u.boundSince(after.Bindings) {
			return
		}
		u.deleteApplication(c, *now)
	}
	u.deleteProvider(c, after.Provider)
}

// usedElsewhere keeps an application that another auth collection signs in
// with too.
func (u *undoer) usedElsewhere(clientID string) bool {
	for _, c := range u.p.Collections {
		if slot := c.SlotWith(clientID); c.Name != u.own && slot != "" {
			u.warnings.add(link.WarnInUse, link.Authentik, "The application and its provider stay.",
				"The auth collection "+link.Quote(c.Name)+" signs in with them too, through "+slot+".")
			return true
		}
	}
	return false
}

// boundSince reports a binding that would go with the application and that is
// not as the apply made it.
func (u *undoer) boundSince(made []link.BindingState) bool {
	for _, b := range u.a.Bindings {
		if u.force || slices.ContainsFunc(made, b.AsMade) {
			continue
		}
		since := "made"
		if slices.ContainsFunc(made, func(m link.BindingState) bool {
			return m.Kind == b.Kind &&
				m.Target.ID == b.Target.ID
		}) {
			since = "changed"
		}
		u.problems.Add("", "authentik: the application has a binding of the "+b.Kind+" "+link.Quote(b.Target.Name)+
			" that was "+since+" since.",
			"Undo it all the same if that binding may go with the application.")
		return true
	}
	return false
}

func (u *undoer) deleteApplication(c link.Change, now link.ApplicationState) {
	c.Kind, c.Object = link.KindApplication, "application "+link.Quote(now.Name)
	u.add(c, &now, nil, now.Values(u.a.Features), nil)
}

// deleteProvider deletes the provider that was made, if it is there and as it
// was left.
func (u *undoer) deleteProvider(c link.Change, made link.ProviderState) {
	now := u.findProvider(made)
	if now == nil {
		return
	}
	c.Kind, c.Object = link.KindProvider, "provider "+link.Quote(now.Name)
	left := made
	nameRefs(&left, u.a)
	if u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) {
		return
	}
	u.add(c, now, nil, now.Values(u.a.Features), nil)
}

func (u *undoer) findProvider(p link.ProviderState) *link.ProviderState {
	i := slices.IndexFunc(u.a.Providers, func(x link.ProviderState) bool {
		return x.ClientID == p.ClientID ||
			(p.PK != 0 && x.PK == p.PK)
	})
	if i < 0 {
		return nil
	}
	now := u.a.Providers[i]
	nameRefs(&now, u.a)
	return &now
}

// Provider takes back a provider.
func (u *undoer) Provider(e link.Edit[link.ProviderState]) {
	c, was, after := e.Change, e.Before, e.After
	if was == nil {
		u.deleteProvider(c, *after)
		return
	}
	now := u.findProvider(*after)
	if now == nil && u.force {
		u.warnings.add(link.WarnGone, link.Authentik, "authentik no longer has the "+c.Object+
			".", "There is nothing to put its values back into.")
		return
	}
	if now == nil {
		u.problems.Add("", "authentik no longer has the "+c.Object+".", "There is nothing to put its values back into.")
		return
	}
	if u.changedSince(c, only(now.Values(u.a.Features), c.Fields), only(after.Values(u.a.Features), c.Fields)) {
		return
	}
	back := *now
	link.Restore(link.ProviderAttrs(), &back, was, c.Fields)
	u.add(c, now, &back, now.Values(u.a.Features), back.Values(u.a.Features))
}

// Application takes back an application.
func (u *undoer) Application(e link.Edit[link.ApplicationState]) {
	c, was, after, now := e.Change, e.Before, e.After, u.a.Application
	if now == nil {
		return
	}
	if was == nil {
		left := *after
		left.PK = now.PK
		if !u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) && !u.boundSince(nil) {
			u.deleteApplication(c, *now)
		}
		return
	}
	if u.changedSince(c, only(now.Values(u.a.Features), c.Fields), only(after.Values(u.a.Features), c.Fields)) {
		return
	}
	back := *now
	link.Restore(link.ApplicationAttrs(), &back, was, c.Fields)
	u.add(c, now, &back, now.Values(u.a.Features), back.Values(u.a.Features))
}

// Binding takes back a binding.
func (u *undoer) Binding(e link.Edit[link.BindingState]) {
	c, after := e.Change, e.After
	i := slices.IndexFunc(u.a.Bindings, func(b link.BindingState) bool {
		return b.Kind == after.Kind && b.Target.ID == after.Target.ID && b.Enabled == after.Enabled &&
			b.Negate == after.Negate
	})
	if i < 0 {
		return
	}
	now := u.a.Bindings[i]
	if !u.force && !now.AsMade(*after) {
		u.problems.Add("", "authentik: the "+c.Object+" was changed since: its order is now "+strconv.Itoa(now.Order)+
			", its end "+link.Quote(cmp.Or(now.Expires, "never"))+".",
			"Undo it all the same if that change may go too.")
		return
	}
	if u.a.Application != nil && len(u.a.Bindings) == 1 {
		u.warnings.add(link.WarnOpenToEveryone, link.Authentik, "Without this binding everyone with an authentik "+
			"account can use the application.", "That is how it was before.")
	}
	u.add(c, &now, nil, now.Values(), nil)
}

// Settings takes back PocketBase's settings.
func (u *undoer) Settings(e link.Edit[link.SettingsState]) {
	if e.Before == nil || u.p.Settings.HideControls == e.Before.HideControls {
		return
	}
	now, back := u.p.Settings, u.p.Settings
	back.HideControls = e.Before.HideControls
	u.add(e.Change, &now, &back, settingsValues(now), settingsValues(back))
}

// Collection takes back what was changed of an auth collection.
func (u *undoer) Collection(e link.Edit[link.CollectionState]) {
	c, was, after := e.Change, e.Before, e.After
	now := u.p.Collection(after.Name)
	if was == nil || now == nil {
		u.problems.Add("", "PocketBase no longer has the auth collection "+link.Quote(after.Name)+
			".", "There is nothing to put its values back into.")
		return
	}
	back := *now
	if c.Kind == link.KindRules {
		if u.changedSince(c, only(ruleValues(*now), c.Fields), only(ruleValues(*after), c.Fields)) {
			return
		}
		link.Restore(link.RuleAttrs(), &back, was, c.Fields)
		u.add(c, now, &back, ruleValues(*now), ruleValues(back))
		return
	}
	slot := slotOf(c)
	at, had := link.SlotIndex(now.OAuth2, slot), link.SlotIndex(was.OAuth2, slot) >= 0
	if at < 0 && had && !u.force {
		u.problems.Add("", "PocketBase: "+slot+" of the collection "+link.Quote(now.Name)+" was removed since.",
			"Undo it all the same to have it back as it was, but for its client secret.")
		return
	}
	if u.changedSince(c, takenBack(c, now.OAuth2, slot, at >= 0, had), takenBack(c, after.OAuth2, slot, at >= 0, had)) {
		return
	}
	if at >= 0 && !had {
		if u.movesSecrets(*now, at) {
			return
		}
		u.linkedPeople(slot)
	}
	restoreOAuth2(&back.OAuth2, was.OAuth2, slot, c.Fields)
	u.giveSecret(now.OAuth2, &back.OAuth2, slot)
	u.add(c, now, &back, slotValues(now.OAuth2, slot), slotValues(back.OAuth2, slot))
	if had {
		u.warnings.add(link.WarnLost, link.PB, "The client secret of "+slot+" stays as it is now.",
			"PocketBase never shows one, so the one before cannot come back. Enter it in PocketBase if it was another.")
	}
}

// takenBack are the values that undoing c would write: the fields that it
// wrote, and all of an element that it added. An element that is gone is left
// out.
func takenBack(c link.Change, o link.OAuth2State, slot string, there, had bool) []link.FieldValue {
	return slices.DeleteFunc(slotValues(o, slot), func(v link.FieldValue) bool {
		if strings.HasPrefix(v.Name, slot+".") {
			return !there || had && !c.Changed(v.Name)
		}
		return !c.Changed(v.Name)
	})
}

// slotOf is the slot whose element a change of a collection's OAuth2 wrote.
func slotOf(c link.Change) string {
	for _, f := range c.Fields {
		if slot, _, found := strings.Cut(f.Name, "."); found && link.IsSlot(slot) {
			return slot
		}
	}
	return ""
}

func slotValues(o link.OAuth2State, slot string) []link.FieldValue {
	return oauth2Values(o, slot, link.SlotIndex(o, slot))
}

func settingsValues(s link.SettingsState) []link.FieldValue {
	return link.Values(link.SettingsAttrs(), &s, link.Features{})
}
