package plans

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// SpecBefore returns the spec that recreates a removed link: the spec of the removal, with the values that its
// changes recorded.
func SpecBefore(s link.Spec, done []link.Change) link.Spec {
	s.Existing = link.ExistingUse // what the removal left is used by another collection
	s.Email = cmp.Or(s.Email, link.EmailLeave)
	limit, old := s.Provider.GroupsClaim, ""
	for _, c := range done {
		if was := link.As[link.ApplicationState](c.Before); was != nil {
			s.Application, s.Existing = link.Application{}, link.ExistingNew
			link.Offer(link.ApplicationAttrs(), &s.Application, was)
		}
		if was := link.As[link.ProviderState](c.Before); was != nil {
			s.Provider, s.Email = providerSpec(was, s.Query().Slug)
			s.Existing = link.ExistingNew
		}
		if was := link.As[link.CollectionState](c.Before); was != nil {
			if i := link.SlotIndex(&was.OAuth2, slotOf(&c)); i >= 0 {
				s.PocketBase = slotSpec(was, &was.OAuth2.Providers[i])
				s.Provider.ClientID = &was.OAuth2.Providers[i].ClientID
			}
		}
		if was := link.As[link.Mapping](c.Before); was != nil {
			if groups, isLimit := link.GroupsIn(was); isLimit {
				limit, old = &link.GroupsLimit{Names: groups}, was.Name // which may have an earlier slug
			}
		}
	}
	s.Provider.GroupsClaim = limit
	s.Provider.ScopeMappings = slices.DeleteFunc(s.Provider.ScopeMappings,
		func(name string) bool { return name == old })
	return s
}

// AsRestoration turns a plan for the spec from SpecBefore into one that undoes the removal with the changes
// done. It never touches objects created since. Bindings that can't be restored are a problem unless force is
// set, since they may have kept users out. If the removal deleted only the slot, only the slot is restored.
func AsRestoration(p link.Plan, done []link.Change, force bool) (link.Plan, report.Problems) {
	var problems, never report.Problems
	p.Purpose, p.Restores, p.Undoes, p.Force = link.PurposeUndo, true, done, force
	// Existing links are from the same client, so they need no warning.
	w := warner(slices.DeleteFunc(slices.Clone(p.Warnings),
		func(x link.Warning) bool { return x.ID == link.WarnAlreadyLinked }))
	p.Changes = slices.Clone(p.Changes)
	switch {
	case !deletes(done, link.KindApplication) && !deletes(done, link.KindProvider):
		if slices.ContainsFunc(p.Changes, createsProvider) {
			never.Add("application.slug", say.Of("The slot's application no longer exists in authentik."),
				say.Of("Create the link again instead."))
		}
		p.Changes = slices.DeleteFunc(p.Changes, func(c link.Change) bool { return c.Kind != link.KindOAuth2 })
	case recreatedSince(&p):
		never.Add("application.slug", say.Of("authentik has the application “%s” again: the link was recreated or "+
			"changed since.", p.Desired.Application.Slug),
			say.Of("Change the link as it is, or remove it before you undo this."))
	}
	if c := slotTakenBy(&p); c != "" && len(never) == 0 {
		never.Add("pocketbase.slot", say.Of("The slot %s now has another provider, with the client ID %s.",
			p.Desired.Slot.Slot, c), say.Of("Free that slot in PocketBase first, or create the link again in "+
			"another one."))
	}
	for _, c := range done {
		if link.As[link.ApplicationState](c.Before) != nil {
			w.lostParts(&c)
			if gone := lostBindings(&c, p.Spec.Access); len(gone) > 0 {
				problems.Add("access", say.Of("The application had bindings that authpocket can't create: %s.",
					strings.Join(gone, ", ")),
					say.Of("Add them in authentik at once when it is restored: until then it may be open to more "+
						"people than before."), report.Way{Run: report.RunForce,
						For: say.Of("to restore it without them")})
				w.add(link.WarnLost, report.Authentik, say.Of("Bindings are not restored: %s.", strings.Join(gone,
					", ")), say.Of("Add them in authentik."))
			}
		}
		if was := link.As[link.ProviderState](c.Before); was != nil {
			warnLosses(&p, &w, was)
		}
		if was := link.As[link.Mapping](c.Before); was != nil {
			if own := p.Desired.OwnMapping(was.Ref); own != nil && own.Expression != was.Expression {
				w.add(link.WarnLost, report.Authentik, say.Of("The scope mapping “%s” was edited by hand. It is "+
					"restored to authpocket's version.", was.Name),
					say.Of("The receipt shows the edited one."))
			}
		}
	}
	p.Warnings = w
	if len(never) > 0 || len(problems) > 0 && !force {
		return link.Plan{}, append(never, problems...)
	}
	return p, nil
}

func deletes(done []link.Change, kind link.Kind) bool {
	return slices.ContainsFunc(done, func(c link.Change) bool { return c.Kind == kind && c.Action == link.Delete })
}

// recreatedSince reports whether the plan would change an application that the removal had deleted, or give its
// provider another client ID.
func recreatedSince(p *link.Plan) bool {
	half := slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return c.Kind == link.KindApplication && (c.Action == link.Create || c.Changed("provider"))
	})
	return !half && slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return changesApplication(&c) ||
			c.Kind == link.KindProvider && c.Action == link.Update && c.Changed("client_id")
	})
}

// changesApplication reports whether a change is of an existing application or of its bindings.
func changesApplication(c *link.Change) bool {
	return c.Kind == link.KindBinding || c.Kind == link.KindApplication && c.Action == link.Update
}

// slotTakenBy returns the client ID of another provider in the link's slot, empty if the slot is free or the
// link's own.
func slotTakenBy(p *link.Plan) string {
	for _, c := range p.Changes {
		before := link.As[link.CollectionState](c.Before)
		if before == nil || c.Kind != link.KindOAuth2 {
			continue
		}
		if i := link.SlotIndex(&before.OAuth2, p.Desired.Slot.Slot); i >= 0 &&
			before.OAuth2.Providers[i].ClientID != p.Desired.Slot.ClientID {
			return before.OAuth2.Providers[i].ClientID
		}
	}
	return ""
}

// warnLosses warns about the parts of a provider that can't be restored.
func warnLosses(p *link.Plan, w *warner, was *link.ProviderState) {
	if !slices.ContainsFunc(p.Changes, createsProvider) {
		return
	}
	w.add(link.WarnLost, report.Authentik, say.Of("The client secret is a new one."),
		say.Of("The previous one is not stored. Both systems get the new one."))
	if lines := lostSettings(was, &p.Desired.Provider); len(lines) > 0 {
		w.add(link.WarnLost, report.Authentik, say.Of("The provider is not restored completely."),
			say.Of(lostRest, say.Series(lines...)))
	}
}

// providerSpec returns the provider's settings without the secret, and the e-mail decision that its scope
// mappings carry out. slug is that of its application.
func providerSpec(p *link.ProviderState, slug string) (link.Provider, link.EmailDecision) {
	decision := link.EmailLeave
	mappings := []string{}
	for _, m := range p.Mappings {
		for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
			if link.EmailMapping(d).Name == m.Name {
				decision = d
			}
		}
		if m.Name != "" && !link.OwnMappingOf(slug, m.Name) {
			mappings = append(mappings, m.Name)
		}
	}
	s := link.Provider{ScopeMappings: mappings}
	link.Offer(link.ProviderAttrs(), &s, p)
	return s, decision
}

// slotSpec returns the settings of one of the collection's providers as a spec.
func slotSpec(c *link.CollectionState, p *link.OAuth2Provider) link.PocketBase {
	var s link.PocketBase
	link.Offer(link.SlotAttrs(), &s, p)
	link.Offer(link.OAuth2Attrs(), &s, &c.OAuth2)
	s.Collection, s.Slot, s.UserInfo = &c.Name, &p.Slot, new("userinfo")
	if p.IDTokenMode() {
		s.UserInfo, s.UserInfoURL = new("id_token"), nil
	} else {
		s.Issuers, s.JWKSURL = nil, nil
	}
	return s
}

// boundTo returns the enabled bindings that a spec can name, nil for none.
func boundTo(list []link.BindingState) *link.Access {
	a := &link.Access{}
	for _, b := range list {
		if !b.Enabled || b.Negate || b.Expires != "" {
			continue
		}
		if names := a.Of(b.Kind); names != nil {
			*names = append(*names, b.Target.Name)
		}
	}
	if a.Empty() {
		return nil
	}
	return a
}

// The fields that record an application's bindings in the change that deletes it.
const (
	bindingsField = "bindings"          // those that a spec can express: "group staff"
	otherBindings = "bindings.other"    // those that it can't
	offBindings   = "bindings.disabled" // disabled ones
	// unseenBindings is recorded if the token can't list bindings.
	unseenBindings = "any that the token can't see"
)

// bindingFields returns the fields that record the application's bindings.
func bindingFields(a *link.AuthentikSnapshot) []link.Field {
	if slices.Contains(a.Missing, report.PermViewBinding) {
		return []link.Field{{Name: otherBindings, Before: link.ShowList([]string{unseenBindings})}}
	}
	named, other, off := []string{}, []string{}, []string{}
	for _, b := range a.Bindings {
		name := b.Who()
		if b.Expires != "" {
			name = say.Of("%s (until %s)", name, b.Expires)
		}
		switch {
		case !b.Enabled:
			off = append(off, name.String())
		case b.Negate || b.Expires != "":
			other = append(other, name.String())
		default:
			named = append(named, name.String())
		}
	}
	fields := []link.Field{{Name: bindingsField, Before: link.ShowList(named)},
		{Name: otherBindings, Before: link.ShowList(other)}, {Name: offBindings, Before: link.ShowList(off)}}
	return slices.DeleteFunc(fields, func(f link.Field) bool {
		list, _ := f.Before.List()
		return f.Name != bindingsField && len(list) == 0
	})
}

// lostBindings returns the deleted bindings that access does not name, except disabled ones.
func lostBindings(deletion *link.Change, access *link.Access) []string {
	if deletion.Action != link.Delete {
		return nil
	}
	var known []string
	if access != nil {
		for _, kind := range []string{"group", "user", "policy"} {
			for _, name := range *access.Of(kind) {
				known = append(known, link.BindingState{Kind: kind, Target: link.Ref{Name: name}}.Who().String())
			}
		}
	}
	var gone []string
	found := false
	for _, f := range deletion.Fields {
		names, _ := f.Before.List()
		switch f.Name {
		case otherBindings:
			gone, found = append(gone, names...), true
		case bindingsField:
			found = true
			for _, name := range names {
				if !slices.Contains(known, name) {
					gone = append(gone, name)
				}
			}
		}
	}
	if !found {
		return []string{unseenBindings}
	}
	return gone
}
