package resolve

import (
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
)

// ProviderSpec returns the provider's settings without the secret, and the e-mail decision that its scope
// mappings carry out. slug is that of its application.
func ProviderSpec(p *link.ProviderState, slug string) (link.Provider, link.EmailDecision) {
	decision := link.EmailLeave
	chosen := []string{}
	for _, m := range p.Mappings {
		for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
			if mappings.Email(d).Name == m.Name {
				decision = d
			}
		}
		if m.Name != "" && !mappings.OwnOf(slug, m.Name) {
			chosen = append(chosen, m.Name)
		}
	}
	s := link.Provider{ScopeMappings: chosen}
	link.Offer(link.ProviderAttrs(), &s, p)
	return s, decision
}

// SlotSpec returns the settings of one of the collection's providers as a spec.
func SlotSpec(c *link.CollectionState, p *link.OAuth2Provider) link.PocketBase {
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

// AccessOf returns the enabled bindings that a spec can name, nil for none.
func AccessOf(list []link.BindingState) *link.Access {
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
