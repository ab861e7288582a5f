package link

import (
	"cmp"
	"slices"
	"strings"
)

// NewRemoval makes the plan that takes the link apart on both sides: first
// the sign-in button in PocketBase, then application and provider, then our
// scope mapping if nothing else uses it. Accounts stay.
func NewRemoval(s Spec, a AuthentikSnapshot, p PocketBaseSnapshot) (Plan, Problems) {
	var problems Problems
	checkReadable(a, []Kind{KindPair, KindMapping}, &problems)
	found := find(s, a, p, &problems)
	if len(problems) > 0 {
		return Plan{}, problems
	}
	u := newUndoer(s, a, p, true)
	u.removeSlot(s, found)
	shared := found.provider != nil && u.usedElsewhere(found.provider.ClientID)
	if shared {
		found = existing{}
	}
	if found.application != nil {
		u.deleteApplication(Change{System: Authentik}, *found.application)
	}
	if found.provider != nil {
		u.deleteProvider(Change{System: Authentik}, *found.provider)
	}
	if len(u.problems) > 0 {
		return Plan{}, u.problems
	}
	if c := p.Collection(s.Query().Collection); c != nil && len(u.changes) > 0 && Value(c.CreateRule, "") == OAuth2Only {
		u.warnings.add(WarnRuleStays, PB, "The create rule of "+c.Name+" stays: "+OAuth2Only+".",
			"It lets people make accounts through any OAuth2 provider of the collection. Change it in PocketBase if it was only for this link.")
	}
	for _, m := range a.Mappings { // one that nobody uses was left by a removal that was interrupted
		if !shared && OwnMapping(m.Name) && (uses(found.provider, m) || !u.used(m)) {
			u.Mapping(Edit[Mapping]{Change: Change{System: Authentik, Kind: KindMapping, Object: "scope mapping " + quote(m.Name)}, After: &m})
		}
	}
	if found.application != nil {
		s.Access = boundTo(a.Bindings) // for making it again
	}
	for i := range u.changes {
		u.changes[i].Why = "The link is taken apart."
		switch {
		case u.changes[i].Kind == KindProvider:
			u.changes[i].Lost = "The client secret goes for good: undo makes the provider again with another one."
		case u.changes[i].Kind == KindApplication:
			u.changes[i].Fields = append(u.changes[i].Fields, bindingFields(a)...)
			if gone := inexpressible(u.changes[i], s.Access); len(gone) > 0 {
				u.changes[i].Lost = "Undo makes it again, but without these bindings: " + strings.Join(gone, ", ") + "."
			}
		}
	}
	return Plan{Purpose: PurposeRemove, Changes: u.changes, Warnings: u.warnings, Spec: s, Taken: a.Taken}, nil
}

func uses(p *ProviderState, m Mapping) bool {
	return p != nil && slices.ContainsFunc(p.Mappings, func(r Ref) bool { return r.ID == m.ID })
}

// used tells whether any provider that stays has the mapping.
func (u *undoer) used(m Mapping) bool {
	return slices.ContainsFunc(u.a.Providers, func(p ProviderState) bool { return uses(&p, m) })
}

// removeSlot takes the link's element out of the collection's providers.
func (u *undoer) removeSlot(s Spec, found existing) {
	c := u.p.Collection(Value(s.PocketBase.Collection, DefaultCollection))
	if c == nil {
		return
	}
	clientID := ""
	if found.provider != nil {
		clientID = found.provider.ClientID
	} else if clientID = staleClient(s, *c, u.a, endpointsOf(Desired{AuthentikURL: cmp.Or(s.AuthentikURL, u.a.URL)}, s)); clientID == "" {
		return
	}
	after := *c
	after.OAuth2.Providers = slices.Clone(c.OAuth2.Providers)
	from := oauth2Values(c.OAuth2, "", -1)
	for i := len(c.OAuth2.Providers) - 1; i >= 0; i-- { // the last first: what comes after it is gone by then
		p := c.OAuth2.Providers[i]
		if !isSlot(p.Slot) || p.ClientID != clientID {
			continue
		}
		if u.movesSecrets(after, i) {
			return
		}
		after.OAuth2.Providers = slices.Delete(after.OAuth2.Providers, i, i+1)
		from = append(from, p.values()...)
		u.linkedPeople(p.Slot)
	}
	if len(after.OAuth2.Providers) == len(c.OAuth2.Providers) {
		return
	}
	if len(after.OAuth2.Providers) == 0 { // nobody is left to sign in with
		after.OAuth2.Enabled = false
	}
	u.add(Change{System: PB, Kind: KindOAuth2, Object: "OAuth2 of the collection " + quote(c.Name)}, c, &after, from, oauth2Values(after.OAuth2, "", -1))
}

// linkedPeople tells how many can no longer sign in once the slot is gone.
func (u *undoer) linkedPeople(slot string) {
	if n := u.p.Linked[slot]; n > 0 {
		u.warnings.add(WarnLinkedPeople, PB, count(n, "person has", "people have")+" an account linked through "+slot+".",
			"Their accounts stay, but they can no longer sign in with authentik. PocketBase keeps the links, and whoever uses this slot next inherits them.")
	}
}

// movesSecrets refuses to take out an element that others come after, on a
// PocketBase that would hand its client secret on to them.
func (u *undoer) movesSecrets(c CollectionState, i int) bool {
	if !u.p.SecretsByPlace || i == len(c.OAuth2.Providers)-1 {
		return false
	}
	var later []string
	for _, p := range c.OAuth2.Providers[i+1:] {
		later = append(later, p.Slot)
	}
	u.problems.Add("pocketbase.slot", "PocketBase "+cmp.Or(u.p.Version, "of an unknown version")+" keeps client secrets by place: without "+c.OAuth2.Providers[i].Slot+" the providers after it ("+strings.Join(later, ", ")+") would get each other's.",
		"Upgrade PocketBase to 0.40.1 or later first. Or remove those in PocketBase's dashboard, the last one first, and enter them again afterwards, each with its client secret.")
	return true
}
