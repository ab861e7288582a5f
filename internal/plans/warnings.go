package plans

import (
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/address"
	"authpocket/internal/link"
)

// warnings are what the admin should know of the plan and what is there.
func warnings(s link.Spec, d link.Desired, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) []link.Warning {
	var w warner
	w.access(d, a)
	w.email(d, a)
	w.transport(s, d)
	w.redirects(d)
	w.subject(d, a, p)
	w.shared(d, a, p)
	w.slots(d, a, p)
	w.window(d, a)
	return w
}

type warner []link.Warning

func (w *warner) add(id link.WarningID, system link.System, summary, detail string) {
	*w = append(*w, link.Warning{ID: id, System: system, Summary: summary, Detail: detail})
}

func (w *warner) access(d link.Desired, a link.AuthentikSnapshot) {
	counts := func(b link.BindingState) bool { return b.Enabled }
	unbound := len(d.Bindings) == 0 && !slices.ContainsFunc(a.Bindings, counts)
	switch {
	case unbound && a.Application != nil && slices.Contains(a.Missing, link.PermViewBinding):
		w.add(link.WarnAccessUnseen, link.Authentik, "The token may not see who may use this application.",
			"Give it the permission authentik_policies.view_policybinding, or look in authentik.")
		return
	case unbound && a.ClosedByDefault:
		w.add(link.WarnOpenToNobody, link.Authentik, "Nobody can use this application yet: in this authentik one "+
			"without bindings is closed.",
			"Choose groups, users or a policy under “Who may use it”.")
		return
	case unbound:
		w.add(link.WarnOpenToEveryone, link.Authentik, "Everyone with an authentik account can use this application.",
			"To let in only some people, choose groups, users or a policy under “Who may use it”.")
		return
	}
	for _, b := range d.Bindings {
		if b.Expires != "" {
			w.add(link.WarnBindingEnds, link.Authentik, "authentik ends the binding of the "+b.Kind+" "+
				link.Quote(b.Target.Name)+" by itself on "+b.Expires+".",
				"From then on these people are kept out, or everyone gets in if it is the last binding. Make one in "+
					"authentik that does not end.")
		}
	}
	var others []string
	for _, b := range a.Bindings {
		if b.Enabled && !slices.ContainsFunc(d.Bindings, func(x link.BindingState) bool { return x.PK == b.PK }) {
			others = append(others, b.Who())
		}
	}
	if len(others) == 0 {
		return
	}
	detail := "Whoever passes any of them gets in. Remove them in authentik if these people should not get in."
	if d.Application.PolicyEngineMode == "all" {
		detail = "All bindings have to be passed, so whom they keep out is kept out of this link too. Remove them in " +
			"authentik if they should not count."
	}
	w.add(link.WarnOtherBindings, link.Authentik, "The application has other bindings, which stay: "+
		strings.Join(others, ", ")+".", detail)
}

// shared is for an application with which another collection signs in too.
func (w *warner) shared(d link.Desired, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) {
	now := providerByPK(a, d.Provider.PK)
	if now == nil {
		return
	}
	for _, c := range p.Collections {
		if c.Name != d.Collection.Name && c.SlotWith(now.ClientID) != "" {
			w.add(link.WarnSharedApplication, link.Authentik, "The collection "+c.Name+
				" signs in with the same application.",
				"What is changed in authentik counts for both. After a new client ID or secret, sign-in through "+
					c.Name+" fails until its own link is given that too (authpocket apply --rewrite-secret, or the "+
					"button beside the failed check). For a link of its own, make a new application beside it.")
			return
		}
	}
}

// window is for another client id or secret of a provider that is there.
func (w *warner) window(d link.Desired, a link.AuthentikSnapshot) {
	if newCredentials(d, a) {
		w.add(link.WarnSecretWindow, link.Authentik, "Between two of the writes, for a moment, nobody can sign in.",
			"authentik gets the new client ID or secret first, and PocketBase right after it. If PocketBase does not "+
				"take it, authentik gets the one before back at once: see what is written only if needed.")
	}
}

// slots are the other slots of the collection that have this link's client.
func (w *warner) slots(d link.Desired, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) {
	c, now := p.Collection(d.Collection.Name), providerByPK(a, d.Provider.PK)
	if c == nil || now == nil {
		return
	}
	for _, o := range c.OAuth2.Providers {
		if link.IsSlot(o.Slot) && o.Slot != d.Slot.Slot && o.ClientID == now.ClientID {
			w.add(link.WarnOldSlot, link.PB, "The slot "+o.Slot+" keeps this link too, beside "+d.Slot.Slot+".",
				"People who signed in through "+o.Slot+" are known by that slot: through "+d.Slot.Slot+
					" they are linked again by their verified e-mail address, or refused. Your app shows both "+
					"buttons until you remove "+o.Slot+" in PocketBase.")
		}
	}
}

func (w *warner) email(d link.Desired, a link.AuthentikSnapshot) {
	switch d.Email {
	case link.EmailTrustAll:
		detail := "PocketBase links accounts by verified address. This is safe only where people cannot choose their " +
			"address in authentik themselves."
		if a.EmailChangeAllowed != nil && *a.EmailChangeAllowed {
			detail = "In this authentik people may change their own address, so anyone could take over the " +
				"PocketBase account of another address. " +
				"Turn off “Allow users to change email” in authentik's system settings, or trust only addresses " +
				"marked verified."
		}
		w.add(link.WarnEmailTrustAll, link.Authentik, "Every e-mail address in authentik will count as verified.",
			detail)
	case link.EmailTrustAttribute:
		w.add(link.WarnEmailTrustAttribute, link.Authentik, "Only people with the attribute email_verified: true "+
			"have a verified address.",
			"Set it on the user or let your enrolment set it. "+link.EmailOutcome(link.EmailLeave, d.Collection))
	case link.EmailLeave:
		if own := customEmail(d, a); own != "" {
			w.add(link.WarnEmailLeave, link.Authentik, "The scope mapping "+link.Quote(own)+
				" answers for e-mail addresses, and authpocket cannot tell what it says.",
				"Where it marks an address as verified, PocketBase links the account that has it. Where not: "+
					link.LowerFirst(link.EmailOutcome(link.EmailLeave, d.Collection)))
			return
		}
		w.add(link.WarnEmailLeave, link.Authentik, "authentik marks every e-mail address as not verified.",
			link.EmailOutcome(link.EmailLeave, d.Collection))
	}
}

// customEmail is the name of an admin's own e-mail mapping on the provider.
func customEmail(d link.Desired, a link.AuthentikSnapshot) string {
	for _, ref := range d.Provider.Mappings {
		if m := mappingByID(a, ref.ID); m != nil && m.Scope == "email" && m.Managed == "" && !link.OwnMapping(m.Name) {
			return m.Name
		}
	}
	return ""
}

func (w *warner) transport(s link.Spec, d link.Desired) {
	if address.PlainHTTP(d.AuthentikURL) {
		w.add(link.WarnHTTPAuthentik, link.Authentik, "authentik's address is plain http.",
			"Passwords and tokens can be read on the way. Use https.")
	}
	for _, u := range append([]string{d.PocketBaseURL}, s.PocketBaseURLs...) {
		if address.PlainHTTP(u) {
			w.add(link.WarnHTTPPocketBase, link.PB, "PocketBase's address is plain http.",
				"Sign-in codes and tokens can be read on the way. Use https.")
			return
		}
	}
}

func (w *warner) redirects(d link.Desired) {
	for _, r := range d.Provider.RedirectURIs {
		if r.Mode == link.RedirectRegex {
			w.add(link.WarnRegexRedirect, link.Authentik, "The redirect URI "+link.Quote(r.URL)+
				" is a regular expression.",
				"Whoever controls any address that it matches can receive sign-in codes. Prefer strict ones.")
		}
	}
	if len(d.RedirectURLs()) == 0 {
		w.add(link.WarnNoRedirect, link.Authentik, "No redirect URI leads to PocketBase.",
			"Sign-in through PocketBase's own redirect will be refused. Add "+link.RedirectURL(d.PocketBaseURL)+".")
	}
}

func (w *warner) subject(d link.Desired, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) {
	linked := p.Linked[d.Slot.Slot]
	if linked == 0 {
		return
	}
	if now := providerByPK(a, d.Provider.PK); now != nil && now.SubjectMode != d.Provider.SubjectMode {
		w.add(link.WarnSubjectMode, link.Authentik, count(linked, "person has", "people have")+
			" signed in through this slot, and the subject mode changes.",
			"authentik will name them differently, so PocketBase will no longer know them. Keep the subject mode, or "+
				"remove their links first.")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
