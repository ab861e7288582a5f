package plans

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// SpecBefore is the spec that makes again what a removal took apart: s, which
// the removal was of, with all that its changes show of what was there.
func SpecBefore(s link.Spec, done []link.Change) link.Spec {
	s.Existing = link.ExistingUse // what the removal left, another collection has
	s.Email = cmp.Or(s.Email, link.EmailLeave)
	for _, c := range done {
		if was := link.As[link.ApplicationState](c.Before); was != nil {
			s.Application, s.Existing = link.Application{}, link.ExistingNew
			link.Offer(link.ApplicationAttrs(), &s.Application, was)
		}
		if was := link.As[link.ProviderState](c.Before); was != nil {
			s.Provider, s.Email = providerSpec(*was)
			s.Existing = link.ExistingNew
		}
		if was := link.As[link.CollectionState](c.Before); was != nil {
			if i := link.SlotIndex(was.OAuth2, slotOf(c)); i >= 0 {
				s.PocketBase = slotSpec(*was, was.OAuth2.Providers[i])
				s.Provider.ClientID = &was.OAuth2.Providers[i].ClientID
			}
		}
	}
	return s
}

// AsRestoration makes the plan that takes back a removal, whose changes done
// are, out of one for the link as SpecBefore says it was. It never touches what
// was made since. That the application may be open wider than it was is a
// problem unless it is forced. Where the removal took only the slot, only the
// slot comes back.
func AsRestoration(p link.Plan, done []link.Change, force bool) (link.Plan, link.Problems) {
	var problems, never link.Problems
	p.Purpose, p.Restores, p.Undoes, p.Force = link.PurposeUndo, true, done, force
	// They signed in through the same client before.
	w := warner(slices.DeleteFunc(slices.Clone(p.Warnings),
		func(x link.Warning) bool { return x.ID == link.WarnAlreadyLinked }))
	p.Changes = slices.Clone(p.Changes)
	switch {
	case !deletes(done, link.KindApplication) && !deletes(done, link.KindProvider):
		if slices.ContainsFunc(p.Changes, makesProvider) {
			never.Add("application.slug", "The application that the slot led to is gone from authentik.",
				"Make the link again: there is nothing for the slot to lead to.")
		}
		p.Changes = slices.DeleteFunc(p.Changes, func(c link.Change) bool { return c.Kind != link.KindOAuth2 })
	case madeAnew(p):
		never.Add("application.slug", "authentik has the application "+link.Quote(p.Desired.Application.Slug)+
			" again: the link was made anew, or changed, since.",
			"Change the link as it stands, or take it apart before you undo this.")
	}
	if c := takesOver(p); c != "" && len(never) == 0 {
		never.Add("pocketbase.slot", "The slot "+p.Desired.Slot.Slot+
			" was given to another provider since, with the client ID "+c+
			".", "Free that slot in PocketBase first, or make the link again in another one.")
	}
	for _, c := range done {
		if link.As[link.ApplicationState](c.Before) != nil {
			if gone := inexpressible(c, p.Spec.Access); len(gone) > 0 {
				problems.Add("access", "The application had bindings that authpocket does not make: "+
					strings.Join(gone, ", ")+".",
					"Undo it all the same to have it without them, and make them in authentik at once: until then it "+
						"may be open wider than it was.")
				w.add(link.WarnLost, link.Authentik, "Bindings do not come back: "+strings.Join(gone, ", ")+
					".", "Make them in authentik.")
			}
		}
		if was := link.As[link.ProviderState](c.Before); was != nil {
			losses(p, &w, *was)
		}
		if was := link.As[link.Mapping](c.Before); was != nil {
			if own := p.Desired.Mapping; own != nil && own.Name == was.Name && own.Expression != was.Expression {
				w.add(link.WarnLost, link.Authentik, "The scope mapping "+link.Quote(was.Name)+
					" had been changed by hand, and comes back as authpocket makes it.",
					"The receipt shows what it was.")
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

// madeAnew tells whether the plan would change an application that stands, and
// that the removal had deleted, or give its provider another client ID.
func madeAnew(p link.Plan) bool {
	half := slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return c.Kind == link.KindApplication && (c.Action == link.Create || c.Changed("provider"))
	})
	return !half && slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return ofTheApplication(c) || c.Kind == link.KindProvider && c.Action == link.Update && c.Changed("client_id")
	})
}

// ofTheApplication tells whether a change is of an application that is there,
// or of who may use it.
func ofTheApplication(c link.Change) bool {
	return c.Kind == link.KindBinding || c.Kind == link.KindApplication && c.Action == link.Update
}

// takesOver is the client ID that our slot has for somebody else, empty where
// it is free or ours.
func takesOver(p link.Plan) string {
	for _, c := range p.Changes {
		before := link.As[link.CollectionState](c.Before)
		if before == nil || c.Kind != link.KindOAuth2 {
			continue
		}
		if i := link.SlotIndex(before.OAuth2, p.Desired.Slot.Slot); i >= 0 &&
			before.OAuth2.Providers[i].ClientID != p.Desired.Slot.ClientID {
			return before.OAuth2.Providers[i].ClientID
		}
	}
	return ""
}

// losses says what of a provider does not come back.
func losses(p link.Plan, w *warner, was link.ProviderState) {
	if !slices.ContainsFunc(p.Changes, makesProvider) {
		return
	}
	w.add(link.WarnLost, link.Authentik, "The client secret is a new one.",
		"The one before is kept nowhere. Both systems get the new one.")
	f := link.Features{GrantTypes: len(was.GrantTypes) > 0}
	now := p.Desired.Provider
	var lines []string
	for _, field := range link.Diff(was.Values(f), now.Values(f)) {
		if !field.Sensitive {
			lines = append(lines, field.Name+" was "+field.Before.String()+" and becomes "+field.After.String())
		}
	}
	if was.EncryptionKey.ID != "" {
		lines = append(lines, "the encryption key is gone")
	}
	if len(lines) > 0 {
		w.add(link.WarnLost, link.Authentik, "Not all of the provider comes back.",
			"Settings that a link does not have: "+strings.Join(lines, "; ")+".")
	}
}

// providerSpec is the provider without its secret, and the e-mail decision that its
// scope mappings carry out.
func providerSpec(p link.ProviderState) (link.Provider, link.EmailDecision) {
	decision := link.EmailLeave
	mappings := []string{}
	for _, m := range p.Mappings {
		for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
			if link.EmailMapping(d).Name == m.Name {
				decision = d
			}
		}
		if m.Name != "" && !link.OwnMapping(m.Name) {
			mappings = append(mappings, m.Name)
		}
	}
	s := link.Provider{ScopeMappings: mappings}
	link.Offer(link.ProviderAttrs(), &s, &p)
	return s, decision
}

// slotSpec is the collection's link through one of its providers.
func slotSpec(c link.CollectionState, p link.OAuth2Provider) link.PocketBase {
	var s link.PocketBase
	link.Offer(link.SlotAttrs(), &s, &p)
	link.Offer(link.OAuth2Attrs(), &s, &c.OAuth2)
	s.Collection, s.Slot, s.UserInfo = &c.Name, &p.Slot, new("userinfo")
	if p.IDTokenMode() {
		s.UserInfo, s.UserInfoURL = new("id_token"), nil
	} else {
		s.Issuers, s.JWKSURL = nil, nil
	}
	return s
}

// boundTo are bindings as a spec names them: those that let somebody in.
func boundTo(list []link.BindingState) *link.Access {
	a := &link.Access{}
	for _, b := range list {
		if !b.Enabled || b.Negate || b.Expires != "" {
			continue
		}
		switch b.Kind {
		case "group":
			a.Groups = append(a.Groups, b.Target.Name)
		case "user":
			a.Users = append(a.Users, b.Target.Name)
		case "policy":
			a.Policies = append(a.Policies, b.Target.Name)
		}
	}
	if a.Empty() {
		return nil
	}
	return a
}

// The fields of a change that deletes an application, for the bindings that
// go with it.
const (
	bindingsField = "bindings"          // those that a spec can name: "group staff"
	otherBindings = "bindings.other"    // those that it cannot, in words
	offBindings   = "bindings.disabled" // those that let nobody in, in words
	// unseenBindings stands for those that the token could not see.
	unseenBindings = "any that the token could not see"
)

// bindingFields are all bindings, for those fields.
func bindingFields(a link.AuthentikSnapshot) []link.Field {
	if slices.Contains(a.Missing, link.PermViewBinding) {
		return []link.Field{{Name: otherBindings, Before: link.ShowList([]string{unseenBindings})}}
	}
	named, other, off := []string{}, []string{}, []string{}
	for _, b := range a.Bindings {
		name := b.Who()
		if b.Expires != "" {
			name += " (until " + b.Expires + ")"
		}
		switch {
		case !b.Enabled:
			off = append(off, name)
		case b.Negate || b.Expires != "":
			other = append(other, name)
		default:
			named = append(named, name)
		}
	}
	fields := []link.Field{{Name: bindingsField, Before: link.ShowList(named)}}
	if len(other) > 0 {
		fields = append(fields, link.Field{Name: otherBindings, Before: link.ShowList(other)})
	}
	if len(off) > 0 {
		fields = append(fields, link.Field{Name: offBindings, Before: link.ShowList(off)})
	}
	return fields
}

// inexpressible are the bindings that went with an application and that
// access does not name, but for those that were switched off.
func inexpressible(deletion link.Change, access *link.Access) []string {
	if deletion.Action != link.Delete {
		return nil
	}
	var known []string
	if access != nil {
		for kind, names := range map[string][]string{"group": access.Groups, "user": access.Users,
			"policy": access.Policies} {
			for _, name := range names {
				known = append(known, link.BindingState{Kind: kind, Target: link.Ref{Name: name}}.Who())
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
