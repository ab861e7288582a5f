package resolve

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// slotSearch finds this link's element among the providers of a collection.
type slotSearch struct {
	providers []link.OAuth2Provider
	// clientIDs are the client ID that authentik's provider gets and the one that it has now.
	clientIDs []string
	here      Endpoints
	a         link.AuthentikSnapshot
	s         link.Spec
}

func (q slotSearch) hasClient(p link.OAuth2Provider) bool {
	return p.ClientID != "" && slices.Contains(q.clientIDs, p.ClientID)
}

// leadsHere reports whether p leads to this authentik, but to no existing provider.
func (q slotSearch) leadsHere(p link.OAuth2Provider) bool {
	return q.here.Of(&p) && q.a.ProviderByClient(p.ClientID) == nil && !q.s.LeavesSlot(p.Slot)
}

// owed returns how many other links get a free slot before this one and have none yet.
func (q slotSearch) owed() int {
	waits := func(o link.Other) bool {
		return o.Slot == link.AnySlot && len(q.matches(func(p link.OAuth2Provider) bool {
			if o.Slug == "" {
				return p.AuthURL == endpoint(o.AuthentikURL, "authorize")
			}
			provider := q.a.ProviderByClient(p.ClientID)
			return provider != nil && provider.ApplicationSlug == o.Slug
		})) == 0
	}
	return len(slices.DeleteFunc(slices.Clone(q.s.Others), func(o link.Other) bool { return !waits(o) }))
}

func (q slotSearch) matches(match func(link.OAuth2Provider) bool) []int {
	var found []int
	for i, p := range q.providers {
		if link.IsSlot(p.Slot) && match(p) {
			found = append(found, i)
		}
	}
	return found
}

// findSlot returns the index of this link's element in the collection's providers, -1 for a new one, and its
// slot.
func findSlot(s *link.Spec, c *link.CollectionState, q slotSearch, problems *report.Problems) (int, string) {
	if s.PocketBase.Slot != nil {
		return namedSlot(s, *s.PocketBase.Slot, q, problems)
	}
	for _, match := range []func(link.OAuth2Provider) bool{q.hasClient, q.leadsHere} {
		switch found := q.matches(match); {
		case len(found) == 1:
			return found[0], q.providers[found[0]].Slot
		case len(found) > 1:
			problems.Add("pocketbase.slot", say.Of("Several slots of %s may belong to this link: %s.", c.Name,
				slotNames(q.providers, found)), say.Of("Choose the one to use."))
			return found[0], q.providers[found[0]].Slot
		}
	}
	free := slices.DeleteFunc(link.Slots(), func(slot string) bool {
		return s.LeavesSlot(slot) ||
			slices.ContainsFunc(q.providers, func(p link.OAuth2Provider) bool { return p.Slot == slot })
	})
	if owed := q.owed(); owed < len(free) {
		return -1, free[owed]
	}
	taken := q.matches(func(link.OAuth2Provider) bool { return true })
	if len(taken) < len(link.Slots()) {
		problems.Add("pocketbase.slot", say.Of("No OpenID Connect slot of %s is left for this link: a collection "+
			"has three, and other links of the link file get the free ones.", c.Name),
			say.Of("Link another collection."))
		return -1, ""
	}
	problems.Add("pocketbase.slot", say.Of("All three OpenID Connect slots of %s are taken: %s.", c.Name,
		slotNames(q.providers, taken)),
		say.Of("Remove one in PocketBase, or name the slot to replace."))
	return -1, ""
}

// namedSlot returns the slot that the spec names, and adds a problem if another provider has it.
func namedSlot(s *link.Spec, slot string, q slotSearch, problems *report.Problems) (int, string) {
	i := slices.IndexFunc(q.providers, func(p link.OAuth2Provider) bool { return p.Slot == slot })
	if i < 0 {
		return -1, slot
	}
	p := q.providers[i]
	if !q.hasClient(p) && !q.leadsHere(p) && s.Existing != link.ExistingUse {
		problems.Add("pocketbase.slot", say.Of("The slot %s is taken by “%s” (%s).", slot, p.DisplayName, p.AuthURL),
			say.Of("Leave the slot open to get a free one."), report.UseExisting(say.Of("to replace it")))
	}
	return i, slot
}

// StaleClient returns the client ID of the only slot that leads to this authentik but to no existing provider,
// empty for none: an earlier link left it in PocketBase.
func StaleClient(s *link.Spec, c *link.CollectionState, a *link.AuthentikSnapshot) string {
	here := EndpointsOf(cmp.Or(s.AuthentikURL, a.URL), s)
	var ids []string
	for _, p := range c.OAuth2.Providers {
		wanted := !s.LeavesSlot(p.Slot) && (s.PocketBase.Slot == nil || *s.PocketBase.Slot == p.Slot)
		if link.IsSlot(p.Slot) && wanted && here.Of(&p) && p.ClientID != "" && a.ProviderByClient(p.ClientID) == nil {
			ids = append(ids, p.ClientID)
		}
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

func slotNames(providers []link.OAuth2Provider, indexes []int) string {
	var names []string
	for _, i := range indexes {
		names = append(names, providers[i].Slot+" ("+providers[i].DisplayName+", "+providers[i].AuthURL+")")
	}
	return strings.Join(names, "; ")
}
