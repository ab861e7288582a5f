package link

import "slices"

// Other is another link of the same link file or directory, to the same PocketBase. What it writes is no part of this
// link.
type Other struct {
	AuthentikURL string // as browsers see it
	// Slug and ProviderName are empty if it is of another authentik.
	Slug, ProviderName string
	// Slot is its slot of this link's collection, AnySlot, or empty if this link need not leave it one.
	Slot string
}

// AnySlot stands for the first slot that is free. It goes to the earlier of two links.
const AnySlot = "any"

// OfOther reports whether the provider is that of another link, going by its application or else by its name.
func (s Spec) OfOther(p ProviderState) bool {
	q := s.Query()
	return slices.ContainsFunc(s.Others, func(o Other) bool {
		if p.ApplicationSlug == "" {
			return o.ProviderName == p.Name && p.Name != q.ProviderName
		}
		return o.Slug == p.ApplicationSlug && o.Slug != q.Slug
	})
}

// LeavesSlot reports whether another link names the slot of this link's collection.
func (s Spec) LeavesSlot(slot string) bool {
	return slices.ContainsFunc(s.Others, func(o Other) bool { return o.Slot == slot })
}
