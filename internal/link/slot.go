package link

import (
	"slices"
	"strings"
)

// findSlot returns the index of this link's element in the collection's
// providers, -1 for a new one, and the slot it has or gets.
func findSlot(s Spec, c CollectionState, a AuthentikSnapshot, clientID, authURL string, problems *Problems) (int, string) {
	providers := c.OAuth2.Providers
	if s.PocketBase.Slot != nil {
		return namedSlot(s, *s.PocketBase.Slot, providers, a, clientID, authURL, problems)
	}
	matches := func(match func(OAuth2Provider) bool) []int {
		var found []int
		for i, p := range providers {
			if isSlot(p.Slot) && match(p) {
				found = append(found, i)
			}
		}
		return found
	}
	byClient := matches(func(p OAuth2Provider) bool { return clientID != "" && p.ClientID == clientID })
	byURL := matches(func(p OAuth2Provider) bool { return p.AuthURL == authURL && !knownClient(a, p.ClientID) })
	for _, found := range [][]int{byClient, byURL} {
		switch {
		case len(found) == 1:
			return found[0], providers[found[0]].Slot
		case len(found) > 1:
			problems.Add("pocketbase.slot", "More than one slot of "+c.Name+" may be this link's: "+slotNames(providers, found)+".", "Choose which one to use.")
			return found[0], providers[found[0]].Slot
		}
	}
	for _, slot := range Slots() {
		if !slices.ContainsFunc(providers, func(p OAuth2Provider) bool { return p.Slot == slot }) {
			return -1, slot
		}
	}
	problems.Add("pocketbase.slot", "All three OpenID Connect slots of "+c.Name+" are taken: "+slotNames(providers, matches(func(OAuth2Provider) bool { return true }))+".",
		"Remove one in PocketBase, or name the slot to replace.")
	return -1, ""
}

// namedSlot takes the slot that the spec names, unless it is somebody else's.
func namedSlot(s Spec, slot string, providers []OAuth2Provider, a AuthentikSnapshot, clientID, authURL string, problems *Problems) (int, string) {
	i := slices.IndexFunc(providers, func(p OAuth2Provider) bool { return p.Slot == slot })
	if i < 0 {
		return -1, slot
	}
	p := providers[i]
	ours := p.ClientID == clientID || (p.AuthURL == authURL && !knownClient(a, p.ClientID))
	if !ours && s.Existing != ExistingUse {
		problems.Add("pocketbase.slot", "The slot "+slot+" is taken by "+quote(p.DisplayName)+" ("+p.AuthURL+").",
			"Leave the slot open to get a free one, or choose “use what is there” (existing: use) to replace it.")
	}
	return i, slot
}

// staleClient returns the client id of a slot that leads to this authentik
// but to no provider that is there: what an earlier link left in PocketBase.
func staleClient(s Spec, c CollectionState, a AuthentikSnapshot, authURL string) string {
	var ids []string
	for _, p := range c.OAuth2.Providers {
		wanted := s.PocketBase.Slot == nil || *s.PocketBase.Slot == p.Slot
		if isSlot(p.Slot) && wanted && p.AuthURL == authURL && p.ClientID != "" && !knownClient(a, p.ClientID) {
			ids = append(ids, p.ClientID)
		}
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

func knownClient(a AuthentikSnapshot, clientID string) bool {
	return slices.ContainsFunc(a.Providers, func(p ProviderState) bool { return p.ClientID == clientID })
}

func slotNames(providers []OAuth2Provider, indexes []int) string {
	var names []string
	for _, i := range indexes {
		names = append(names, providers[i].Slot+" ("+providers[i].DisplayName+", "+providers[i].AuthURL+")")
	}
	return strings.Join(names, "; ")
}
