// Package undo plans what takes a link back: the undo of a receipt, the removal of a link, and its restoration.
package undo

import (
	"cmp"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// New returns the plan that reverses the changes of a receipt, or of several in the order they were made,
// in reverse order: fields get their previous values back, and created objects are deleted. Anything that was
// changed since is a problem, unless force is set. Before and After of the changes are as they were when
// written, without secrets. With s.PocketBase.RewriteSecret, a slot that stays gets authentik's client secret
// again.
func New(s *link.Spec, done []link.Change, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot,
	force bool) (link.Plan, report.Problems) {
	u := newUndoer(s, a, p, force)
	u.done = done
	if pk := ApplicationOf(done); pk != "" && !Has(a, pk) { // its slug may be another application's by now
		u.a.Application, u.a.Bindings = nil, nil
	}
	if u.a.Application != nil {
		u.slug = u.a.Application.Slug
	}
	resolve.CheckReadable(a, link.Each(done, func(c link.Change) link.Kind { return c.Kind }), &u.problems)
	for i := range done {
		if p := providerOfChange(&done[i], a); p != nil {
			u.had.Mappings = p.Mappings
		}
	}
	for _, c := range slices.Backward(done) {
		u.undo(c)
	}
	if s.PocketBase.RewriteSecret {
		u.rewriteSecret(done)
	}
	if problem := a.SecretProblem(); problem != nil && slices.ContainsFunc(u.changes, lacksSecret) {
		u.problems = append(u.problems, *problem)
	}
	u.keepsAWayIn(*p, force, report.RunForce)
	if len(u.problems) > 0 {
		return link.Plan{}, u.problems
	}
	return link.Plan{Purpose: link.PurposeUndo, Undoes: done, Force: force, Changes: u.changes, Warnings: u.warnings,
		Spec: *s, Taken: a.Taken}, nil
}

// lacksSecret reports whether a change writes a slot without a client secret, which PocketBase would refuse.
func lacksSecret(c link.Change) bool {
	after := link.As[link.CollectionState](c.After)
	if c.Kind != link.KindOAuth2 || after == nil {
		return false
	}
	at := link.SlotIndex(&after.OAuth2, slotOf(&c))
	return at >= 0 && !after.OAuth2.Providers[at].ClientSecret.IsSet()
}

func (u *undoer) undo(c link.Change) {
	if !c.Lost.Empty() && c.Kind != link.KindKey { // has its own warning
		u.warnings.Add(report.WarnLost, c.System, say.Of("Undo can't restore everything."), c.Lost)
	}
	if c.After != nil {
		c.Visit(u)
	}
}

// Key warns that a generated key stays.
func (u *undoer) Key(e link.Edit[link.KeyState]) {
	u.warnings.Add(report.WarnKeyStays, report.Authentik, say.Of("The signing key “%s” stays.", e.After.Name),
		say.Of("Other providers may use it now. Delete it in authentik if none does."))
}

// Mapping undoes a change of a scope mapping, which stays while a provider uses it.
func (u *undoer) Mapping(e link.Edit[link.Mapping]) {
	now, c := u.findMapping(e.After), e.Change
	if now == nil {
		u.gone(c, e.Before != nil, e.After.ID == "")
		return
	}
	if e.Before != nil {
		revert(u, link.MappingAttrs(), c, now, new(*now), e.Before, e.After)
		return
	}
	if u.changedSince(c, now.Values(), e.After.Values()) { // deleting it would lose those changes
		return
	}
	for _, p := range u.a.Providers {
		if p.Uses(*now) {
			u.warnings.Add(report.WarnMappingStays, report.Authentik, say.Of("The scope mapping “%s” stays.", now.Name),
				say.Of("The provider “%s” also uses it.", p.Name))
			return
		}
	}
	u.add(c, now, nil, now.Values(), nil)
}

// findMapping returns the mapping that a receipt has as m. One that has another name since is found by its key, or as
// the same one of the link's provider, unless its name is that of another link's.
func (u *undoer) findMapping(m *link.Mapping) *link.Mapping {
	if now := u.a.MappingByID(m.ID); now != nil || m.ID != "" {
		return now
	}
	if now := u.a.MappingByName(m.Name); now != nil {
		return now
	}
	return link.Find(u.a.Mappings, func(now link.Mapping) bool {
		return now.Scope == m.Scope && now.Expression == m.Expression && u.had.Uses(now) && !mappings.Own(now.Name)
	})
}

// Pair deletes the application and provider that an apply created.
func (u *undoer) Pair(e link.Edit[link.PairState]) {
	c, after := e.Change, e.After
	if u.usedElsewhere(after.Provider.ClientID) {
		return
	}
	if now := u.a.Application; now != nil {
		left := after.Application
		left.PK, left.Provider, left.ProviderName = now.PK, 0, ""
		if made := u.findProvider(&after.Provider); made != nil {
			left.Provider, left.ProviderName = made.PK, made.Name
		}
		if u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) || u.hasNewBindings(after.Bindings) {
			return
		}
		u.deleteApplication(c, *now)
	} else {
		u.gone(&link.Change{Kind: link.KindApplication, Object: words.Application(&after.Application)}, false, true)
	}
	u.deleteProvider(c, &after.Provider)
}

// ApplicationOf returns the primary key of the application that the changes done made or wrote, empty if it is not
// known.
func ApplicationOf(done []link.Change) (pk string) {
	for i := range done {
		if pair := link.As[link.PairState](done[i].After); pair != nil {
			pk = cmp.Or(pair.Application.PK, pk)
		}
		if app := link.As[link.ApplicationState](done[i].After); app != nil {
			pk = cmp.Or(app.PK, pk)
		}
	}
	return pk
}

// Has reports whether the snapshot's application has that primary key.
func Has(a *link.AuthentikSnapshot, pk string) bool {
	return a.Application != nil && a.Application.PK == pk
}

// SlugSince returns the slug that an application of the changes done has now, if the snapshot lacks it under the slug
// that it had and its primary key is not known: the one of the application that has its provider, and its name. It is
// empty for none.
func SlugSince(done []link.Change, a *link.AuthentikSnapshot) string {
	if a.Application != nil {
		return ""
	}
	for i := range done {
		now := providerOfChange(&done[i], a)
		if now != nil && now.ApplicationSlug != "" && slices.ContainsFunc(done, func(c link.Change) bool {
			pair, app := link.As[link.PairState](c.After), link.As[link.ApplicationState](c.After)
			return pair != nil && pair.Application.Name == now.ApplicationName ||
				app != nil && app.Name == now.ApplicationName
		}) {
			return now.ApplicationSlug
		}
	}
	return ""
}

// usedElsewhere reports whether another auth collection signs in with the client, and adds a warning if so.
func (u *undoer) usedElsewhere(clientID string) bool {
	for _, c := range u.p.Collections {
		if slot := c.SlotWith(clientID); c.Name != u.own && slot != "" {
			u.warnings.Add(report.WarnInUse, report.Authentik, say.Of("The application and its provider stay."),
				say.Of("The auth collection “%s” also signs in with them, through %s.", c.Name, slot))
			return true
		}
	}
	return false
}

// hasNewBindings reports whether deleting the application would delete a binding that the apply did not make,
// and adds a problem if so.
func (u *undoer) hasNewBindings(made []link.BindingState) bool {
	for _, b := range u.a.Bindings {
		if u.force || slices.ContainsFunc(made, b.AsMade) {
			continue
		}
		since := say.Of("authentik: a binding of the application was added since: %s.", b.Who())
		same := func(m link.BindingState) bool { return m.Kind == b.Kind && m.Target.ID == b.Target.ID }
		if slices.ContainsFunc(made, same) {
			since = say.Of("authentik: a binding of the application was changed since: %s.", b.Who())
		}
		u.ask(since, say.Of("to delete that binding with the application"))
		return true
	}
	return false
}

func (u *undoer) deleteApplication(c *link.Change, now link.ApplicationState) {
	c.Kind, c.Object = link.KindApplication, words.Application(&now)
	u.add(c, &now, nil, now.Values(u.a.Features), nil)
}

// deleteProvider deletes the provider that an apply created, if it exists and has not changed since.
func (u *undoer) deleteProvider(c *link.Change, made *link.ProviderState) {
	now := u.findProvider(made)
	if now == nil {
		u.gone(&link.Change{Kind: link.KindProvider, Object: words.Provider(made)}, false, made.PK == 0)
		return
	}
	c.Kind, c.Object = link.KindProvider, words.Provider(now)
	if now.ApplicationSlug != "" && now.ApplicationSlug != u.slug && !u.force {
		u.conflict(c, say.Of("it is now of the application “%s” (%s)", now.ApplicationName, now.ApplicationSlug))
		return
	}
	left := *made
	u.a.NameRefs(&left)
	if u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) {
		return
	}
	u.add(c, now, nil, now.Values(u.a.Features), nil)
}

func (u *undoer) findProvider(p *link.ProviderState) *link.ProviderState {
	found := providerMade(&u.a, p)
	if found == nil {
		return nil
	}
	now := *found
	u.a.NameRefs(&now)
	return &now
}

// providerMade returns the provider that a receipt has as p, as it is now.
func providerMade(a *link.AuthentikSnapshot, p *link.ProviderState) *link.ProviderState {
	if now := a.ProviderByPK(p.PK); now != nil {
		return now
	}
	return a.ProviderByClient(p.ClientID)
}

// providerOfChange returns the provider that a change made or wrote, as it is now.
func providerOfChange(c *link.Change, a *link.AuthentikSnapshot) *link.ProviderState {
	made := link.As[link.ProviderState](c.After)
	if pair := link.As[link.PairState](c.After); pair != nil {
		made = &pair.Provider
	}
	if made == nil {
		return nil
	}
	return providerMade(a, made)
}

// Provider undoes a change of a provider.
func (u *undoer) Provider(e link.Edit[link.ProviderState]) {
	c, was, after := e.Change, e.Before, e.After
	if was == nil {
		u.deleteProvider(c, after)
		return
	}
	now := u.findProvider(after)
	if now == nil {
		u.gone(c, true, false)
		return
	}
	renamed(c, words.Provider(was), words.Provider(now))
	revert(u, link.ProviderAttrs(), c, now, new(*now), u.withoutLogout(c, was), after)
}

// withoutLogout returns what a provider was, for an authentik without a type of redirect URIs without those for the
// logout: it would let sign-ins return there.
func (u *undoer) withoutLogout(c *link.Change, was *link.ProviderState) *link.ProviderState {
	if u.a.Features.RedirectURI || !c.Changed("redirect_uris") {
		return was
	}
	for _, r := range was.RedirectURIs {
		if r.Logout() {
			u.warnings.Add(report.WarnLost, report.Authentik,
				say.Of("The redirect URI %s is not restored.", r.String()),
				say.Of("This authentik has none for the logout: it would let sign-ins return there."))
		}
	}
	left := *was
	left.RedirectURIs = slices.DeleteFunc(slices.Clone(was.RedirectURIs), link.RedirectURI.Logout)
	return &left
}

// Application undoes a change of an application.
func (u *undoer) Application(e link.Edit[link.ApplicationState]) {
	c, was, after, now := e.Change, e.Before, e.After, u.a.Application
	if now == nil || now.Slug != after.Slug && after.PK != "" && after.PK != now.PK { // the provider's new application
		u.gone(c, was != nil, true)
		return
	}
	if was == nil {
		left := *after
		left.PK = now.PK
		if !u.changedSince(c, now.Values(u.a.Features), left.Values(u.a.Features)) && !u.hasNewBindings(nil) {
			u.deleteApplication(c, *now)
		}
		return
	}
	renamed(c, words.Application(was), words.Application(now))
	renamed(c, words.ProviderOf(was), words.ProviderOf(now))
	revert(u, link.ApplicationAttrs(), c, now, new(*now), was, after)
}

// Binding deletes a binding that an apply created.
func (u *undoer) Binding(e link.Edit[link.BindingState]) {
	c, after := e.Change, e.After
	now := u.findBinding(after)
	if now == nil {
		u.gone(c, false, after.PK == "")
		return
	}
	if !u.force && !now.AsMade(*after) {
		u.conflict(c, bindingIs(now))
		return
	}
	switch last := u.a.Application != nil && len(u.a.Bindings) == 1; {
	case last && u.a.ClosedByDefault:
		u.warnings.Add(report.WarnOpenToNobody, report.Authentik, say.Of("Without this binding nobody can use the "+
			"application: this authentik closes applications without bindings."), say.Of("It was like this before."))
	case last:
		u.warnings.Add(report.WarnOpenToEveryone, report.Authentik, say.Of("Without this binding everyone with an "+
			"authentik account can use the application."), say.Of("It was like this before."))
	}
	u.add(c, now, nil, now.Values(), nil)
}

// findBinding returns the binding that a receipt has as b. Without its primary key, one that was turned off or negated
// since is not told from another one of the same target.
func (u *undoer) findBinding(b *link.BindingState) *link.BindingState {
	return link.Find(u.a.Bindings, func(now link.BindingState) bool {
		if b.PK != "" {
			return now.PK == b.PK
		}
		return now.Kind == b.Kind && now.Target.ID == b.Target.ID && now.Enabled == b.Enabled && now.Negate == b.Negate
	})
}

// bindingIs says what a binding that was changed is now.
func bindingIs(b *link.BindingState) say.Text {
	is := []say.Text{say.Of("it is of %s", b.Who())}
	if !b.Enabled {
		is = append(is, say.Of("it is disabled"))
	}
	return say.Series(append(is, say.Of("its order is now %d", b.Order), say.Of("its expiry is “%s”", expiry(*b)))...)
}

// expiry returns when a binding ends.
func expiry(b link.BindingState) say.Text {
	if b.Expires == "" {
		return say.Of("never")
	}
	return say.Raw(b.Expires)
}
