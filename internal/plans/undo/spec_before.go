package undo

import (
	"cmp"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/resolve"
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
			s.Provider, s.Email = resolve.ProviderSpec(was, s.Query().Slug)
			s.Existing = link.ExistingNew
		}
		if was := link.As[link.CollectionState](c.Before); was != nil {
			if i := link.SlotIndex(&was.OAuth2, slotOf(&c)); i >= 0 {
				s.PocketBase = resolve.SlotSpec(was, &was.OAuth2.Providers[i])
				s.Provider.ClientID = &was.OAuth2.Providers[i].ClientID
			}
		}
		if was := link.As[link.Mapping](c.Before); was != nil {
			if groups, isLimit := mappings.GroupsIn(was); isLimit {
				limit, old = &link.GroupsLimit{Names: groups}, was.Name // which may have an earlier slug
			}
		}
	}
	s.Provider.GroupsClaim = limit
	s.Provider.ScopeMappings = slices.DeleteFunc(s.Provider.ScopeMappings,
		func(name string) bool { return name == old })
	return s
}

// Restorable returns the spec that recreates a removed link without the scope mappings that no longer exist, and
// without those for e-mail, which follow from its e-mail decision.
func Restorable(s link.Spec, a *link.AuthentikSnapshot) link.Spec {
	s.Provider.ScopeMappings = slices.DeleteFunc(slices.Clone(s.Provider.ScopeMappings), func(name string) bool {
		m := a.MappingByName(name)
		return m == nil || m.Scope == "email"
	})
	return s
}
