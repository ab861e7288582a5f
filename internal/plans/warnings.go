package plans

import (
	"slices"

	"authpocket/internal/address"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// warnings returns what the admin should know before the plan is applied.
func warnings(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) []link.Warning {
	var w warner
	w.lostProvider(s, d, a, p)
	w.access(d, a)
	w.Warnings = append(w.Warnings, lifetimes(d)...)
	w.email(d, a)
	w.transport(s, d)
	w.redirects(d)
	w.subject(d, a, p)
	w.shared(d, a, p)
	w.elsewhere(s, d, a)
	w.registered(d, a)
	w.slots(s, d, a, *p)
	w.secretGap(d, a)
	w.onlyWay(s, d, a, *p)
	return w.Warnings
}

type warner struct{ link.Warnings }

// words.LostProvider warns if the link's provider was deleted.
func (w *warner) lostProvider(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) {
	if d.Provider.PK == 0 && resolve.HadProvider(s, a, p) {
		w.Add(report.WarnGone, report.Authentik, say.Of("The provider of the application “%s” was deleted.",
			a.Application.Name),
			say.Of("Nobody can sign in without it. A new one is created and attached to the application, with another "+
				"client secret. What was set in the deleted one and is not named here has its default again."))
	}
}

func (w *warner) access(d *link.Desired, a *link.AuthentikSnapshot) {
	counts := func(b link.BindingState) bool { return b.Enabled && !b.Ended(a.Taken) }
	unbound := len(d.Bindings) == 0 && !slices.ContainsFunc(a.Bindings, counts)
	switch {
	case unbound && a.Application != nil && slices.Contains(a.Missing, report.PermViewBinding):
		w.Add(report.WarnAccessUnseen, report.Authentik, say.Of("The token may not see who may use this application."),
			say.Of("Give it the permission authentik_policies.view_policybinding, or look in authentik."))
		return
	case unbound && a.ClosedByDefault:
		w.Add(report.WarnOpenToNobody, report.Authentik, say.Of("Nobody can use this application yet: this authentik "+
			"closes applications without bindings."),
			say.Text{}, report.ChooseAccess(say.Of("to let people in")))
		return
	case unbound && a.AccessUnknown:
		w.Add(report.WarnAccessUnknown, report.Authentik, say.Of("Either everyone or nobody can use this application: "+
			"the token may not see whether this authentik closes applications without bindings."),
			say.Of("The permission %s lets it see that.", string(report.PermViewSettings)),
			report.ChooseAccess(say.Of("to decide who can")))
		return
	case unbound:
		w.Add(report.WarnOpenToEveryone, report.Authentik, say.Of("Everyone with an authentik account can use this "+
			"application."),
			say.Text{}, report.ChooseAccess(say.Of("to let in only some people")))
		return
	}
	other := func(b link.BindingState) bool {
		return counts(b) && !slices.ContainsFunc(d.Bindings, func(x link.BindingState) bool { return x.PK == b.PK })
	}
	var there []link.BindingState
	for _, b := range a.Bindings {
		if other(b) {
			there = append(there, b)
		}
	}
	for _, b := range slices.Concat(d.Bindings, there) {
		if b.Expires != "" {
			w.Add(report.WarnBindingEnds, report.Authentik, bindingEnds(b),
				say.Of("After that these people lose access, or everyone gets it if this is the last binding. Add one "+
					"in authentik that does not expire."))
		}
	}
	others := link.Each(there, link.BindingState.Who)
	if len(others) == 0 {
		return
	}
	detail := say.Of("Anyone who passes one of them gets in. Remove them in authentik if these people should not.")
	if d.Application.PolicyEngineMode == "all" {
		detail = say.Of("Users must pass all bindings, so these can keep people out of this link. Remove them in " +
			"authentik if they should not.")
	}
	w.Add(report.WarnOtherBindings, report.Authentik, say.Of("The application has other bindings, which stay: %s.",
		say.List(others...)), detail)
}

// shared warns if another collection signs in with the same application.
func (w *warner) shared(d *link.Desired, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) {
	now := a.ProviderByPK(d.Provider.PK)
	if now == nil {
		return
	}
	for _, c := range p.Collections {
		if c.Name != d.Collection.Name && c.SlotWith(now.ClientID) != "" {
			w.Add(report.WarnSharedApplication, report.Authentik, say.Of("The collection %s signs in with the same "+
				"application.", c.Name),
				say.Of("Changes in authentik affect both. After a new client ID or secret, sign-in through %s fails "+
					"until its link gets it too.", c.Name),
				report.Way{Run: report.RunRewrite, For: say.Of("for that link to give it the new one")},
				report.MakeNew(say.Of("to separate the two links")))
			return
		}
	}
}

// elsewhere warns if an application that gets another client ID or secret has redirect URIs of another PocketBase.
func (w *warner) elsewhere(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot) {
	now := a.ProviderByPK(d.Provider.PK)
	if now == nil || !newCredentials(d, a) {
		return
	}
	own := link.Each(s.PocketBaseURLs, link.RedirectURL)
	others := slices.DeleteFunc((&link.Desired{Provider: *now}).RedirectURLs(),
		func(u string) bool { return slices.Contains(own, u) })
	if len(others) > 0 {
		w.Add(report.WarnElsewhere, report.Authentik, say.Of("The application also has the redirect URI %s.",
			link.ShowList(others).Words()),
			say.Of("If that is another PocketBase, nobody can sign in there until it gets the new client ID or secret, "+
				"too."),
			report.Way{Run: report.RunRewrite, For: say.Of("for that link to give it the new one")})
	}
}

// registered warns if a client may have registered the provider for itself.
func (w *warner) registered(d *link.Desired, a *link.AuthentikSnapshot) {
	if now := a.ProviderByPK(d.Provider.PK); now != nil && resolve.LooksRegistered(a, now) {
		w.Add(report.WarnRegistered, report.Authentik, say.Of("The application looks as if a client had registered it "+
			"for itself."),
			say.Of("Whoever registered it knows its client secret and chose its redirect URIs. Check these, and renew "+
				"the client secret afterwards."))
	}
}

// secretGap warns if an existing provider gets another client ID or secret.
func (w *warner) secretGap(d *link.Desired, a *link.AuthentikSnapshot) {
	if newCredentials(d, a) {
		w.Add(report.WarnSecretWindow, report.Authentik,
			say.Of("Sign-ins fail for a moment between two of the writes."),
			say.Of("authentik gets the new client ID or secret first, and PocketBase right after it. If PocketBase "+
				"does not accept it, authentik gets the previous one back at once: see what is written only if "+
				"needed."))
	}
}

// onlyWay warns if authentik is the only way in and the plan changes how PocketBase knows it.
func (w *warner) onlyWay(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot) {
	c, now := p.Collection(d.Collection.Name), a.ProviderByPK(d.Provider.PK)
	if c == nil {
		return
	}
	off, i := say.Of("Passwords and one-time passwords are off there."), link.SlotIndex(&c.OAuth2, d.Slot.Slot)
	restored := say.Of("PocketBase then tries the new client ID and secret with authentik. Unless authentik accepts " +
		"them, the old ones are restored.")
	if i >= 0 && takenOver(c.OAuth2.Providers[i].ClientID, d, now) {
		w.replaced(s, d, a, c, i)
		return
	}
	if now == nil || !c.OnlyThrough(now.ClientID) {
		return
	}
	switch {
	case i < 0 || c.OAuth2.Providers[i].ClientID != now.ClientID:
		w.Add(report.WarnOnlyWay, report.PB, words.OnlyWay(c), say.Join(off, say.Of("The old slot stays until a "+
			"sign-in through %s has worked. An app that knows the slot by its name needs the new one.", d.Slot.Slot)),
			report.Way{Run: report.RunProved, For: say.Of("to prove it with a person who is made for the test")})
	case newCredentials(d, a):
		w.Add(report.WarnOnlyWay, report.PB, words.OnlyWay(c), say.Join(off, restored))
	}
}

// replaced warns if the only way in gets another application. One that authentik no longer has signs nobody in.
func (w *warner) replaced(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, c *link.CollectionState, i int) {
	old := c.OAuth2.Providers[i]
	if !c.OnlyThrough(old.ClientID) ||
		a.ProviderByClient(old.ClientID) == nil && resolve.EndpointsOf(d.AuthentikURL, s).Of(&old) {
		return
	}
	w.Add(report.WarnOnlyWay, report.PB, say.Of("People can sign in to %s only through %s, which gets another "+
		"application.", c.Name, old.Slot), say.Of("PocketBase never shows the old client secret, so it can't be "+
		"restored. Give the link a free slot instead, and test a sign-in before the old one goes."))
}

// takenOver reports whether the link takes a slot with that client over from another application.
func takenOver(clientID string, d *link.Desired, now *link.ProviderState) bool {
	return clientID != d.Provider.ClientID && (now == nil || clientID != now.ClientID)
}

// slots warns about other slots of the collection that have this link's client.
func (w *warner) slots(s *link.Spec, d *link.Desired, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot) {
	c, now := p.Collection(d.Collection.Name), a.ProviderByPK(d.Provider.PK)
	if c == nil || now == nil {
		return
	}
	goes := OldSlots(s, d, d.Collection, now.ClientID)
	for _, o := range c.OAuth2.Providers {
		if !link.IsSlot(o.Slot) || o.Slot == d.Slot.Slot || o.ClientID != now.ClientID {
			continue
		}
		until := say.Of("Your app shows both buttons until you remove %s in PocketBase.", o.Slot)
		if slices.Contains(goes, o.Slot) {
			until = say.Of("Your app shows both buttons until %s is removed. Let it use %s before that.", o.Slot,
				d.Slot.Slot)
		}
		w.Add(report.WarnOldSlot, report.PB, say.Of("The slot %s also has this link, next to %s.", o.Slot, d.Slot.Slot),
			say.Join(say.Of("PocketBase knows the people who signed in through %s by that slot. Through %s it links "+
				"them again by verified e-mail address, or refuses them.", o.Slot, d.Slot.Slot), until))
	}
}

func (w *warner) email(d *link.Desired, a *link.AuthentikSnapshot) {
	switch d.Email {
	case link.EmailTrustAll:
		detail := say.Of("PocketBase links accounts by verified address. This is safe only where people cannot " +
			"choose their address in authentik themselves.")
		if a.EmailChangeAllowed != nil && *a.EmailChangeAllowed {
			detail = say.Of("In this authentik people may change their own address, so anyone could take over the " +
				"PocketBase account of another address. Turn off “Allow users to change email” in authentik's " +
				"system settings, or trust only addresses marked verified.")
		}
		w.Add(report.WarnEmailTrustAll, report.Authentik, say.Of("Every e-mail address in authentik will count as "+
			"verified."),
			detail)
	case link.EmailTrustAttribute:
		w.Add(report.WarnEmailTrustAttribute, report.Authentik, say.Of("Only people with the attribute "+
			"email_verified: true have a verified address."),
			say.Of("Set it on the user or let your enrolment set it. %s", mappings.EmailOutcome(link.EmailLeave,
				&d.Collection)))
	case link.EmailLeave:
		if own := customEmail(d, a); own != "" {
			w.Add(report.WarnEmailLeave, report.Authentik, say.Of("The scope mapping “%s” provides the e-mail claims, "+
				"and authpocket can't tell what it returns.", own),
				say.Of("If it marks an address as verified, PocketBase links the account that has it. If not: %s",
					mappings.EmailOutcome(link.EmailLeave, &d.Collection)))
			return
		}
		if !d.Collection.EmailRequired { // otherwise PocketBase's own warning says that nobody new can sign in
			w.Add(report.WarnEmailLeave, report.Authentik,
				say.Of("authentik marks every e-mail address as not verified."),
				mappings.EmailDropped(&d.Collection))
		}
	}
}

// customEmail returns the name of an admin's own e-mail mapping on the provider, empty for none.
func customEmail(d *link.Desired, a *link.AuthentikSnapshot) string {
	for _, ref := range d.Provider.Mappings {
		if m := a.MappingByID(ref.ID); m != nil && m.Scope == "email" && m.Managed == "" && !mappings.Own(m.Name) {
			return m.Name
		}
	}
	return ""
}

func (w *warner) transport(s *link.Spec, d *link.Desired) {
	if address.PlainHTTP(d.AuthentikURL) {
		w.Add(report.WarnHTTPAuthentik, report.Authentik, say.Of("authentik's address is plain http."),
			say.Of("Passwords and tokens can be intercepted. Use https."))
	}
	for _, u := range append([]string{d.PocketBaseURL}, s.PocketBaseURLs...) {
		if address.PlainHTTP(u) {
			w.Add(report.WarnHTTPPocketBase, report.PB, say.Of("PocketBase's address is plain http."),
				say.Of("Sign-in codes and tokens can be intercepted. Use https."))
			return
		}
	}
}

func (w *warner) redirects(d *link.Desired) {
	for _, r := range d.Provider.RedirectURIs {
		if r.Mode == link.RedirectRegex {
			w.Add(report.WarnRegexRedirect, report.Authentik, say.Of("The redirect URI “%s” is a regular expression.",
				r.URL),
				say.Of("Anyone who controls an address that it matches can receive sign-in codes. Prefer strict ones."))
		}
	}
	if len(d.RedirectURLs()) == 0 && !resolve.SendsTo(&d.Provider, []string{d.PocketBaseURL}) {
		w.Add(report.WarnNoRedirect, report.Authentik, say.Of("No redirect URI leads to PocketBase."),
			say.Of("Sign-in through PocketBase's own redirect will be refused. Add %s.",
				link.RedirectURL(d.PocketBaseURL)))
	}
}

func (w *warner) subject(d *link.Desired, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) {
	linked := p.Linked[d.Slot.Slot]
	if linked == 0 {
		return
	}
	if now := a.ProviderByPK(d.Provider.PK); now != nil && now.SubjectMode != d.Provider.SubjectMode {
		w.Add(report.WarnSubjectMode, report.Authentik, say.Count(linked,
			"%d person has signed in through this slot, and the subject mode changes.",
			"%d people have signed in through this slot, and the subject mode changes."),
			say.Of("authentik will send different subjects, so PocketBase won't recognise them. Keep the subject "+
				"mode, or remove their links first."))
	}
}

// bindingEnds says when a binding ends.
func bindingEnds(b link.BindingState) say.Text {
	return map[string]say.Text{
		"group":  say.Of("The binding of the group “%s” expires on %s.", b.Target.Name, b.Expires),
		"user":   say.Of("The binding of the user “%s” expires on %s.", b.Target.Name, b.Expires),
		"policy": say.Of("The binding of the policy “%s” expires on %s.", b.Target.Name, b.Expires),
	}[b.Kind]
}
