package plans

import (
	"slices"

	"authpocket/internal/link"
)

// Whole is the plan that would make the whole link from nothing: where
// neither system holds any of it, nor the collection another OAuth2 provider. p was made from the same snapshots. Names
// and settings are those of the link as it stands or is wanted, the bindings
// that it has besides those the spec names included.
func Whole(p link.Plan, a link.AuthentikSnapshot, b link.PocketBaseSnapshot) link.Plan {
	d := p.Desired
	d.Bindings = slices.DeleteFunc(slices.Clone(d.Bindings), func(b link.BindingState) bool { return b.Expires != "" })
	for _, one := range a.Bindings {
		named := func(x link.BindingState) bool { return x.PK == one.PK }
		if one.Enabled && one.Expires == "" && !slices.ContainsFunc(d.Bindings, named) {
			d.Bindings = append(slices.Clone(d.Bindings), one)
		}
	}
	warned := warner(slices.Clone(p.Warnings))
	for _, one := range a.Bindings {
		if one.Enabled && one.Expires != "" {
			warned.add(link.WarnBindingLeftOut, link.Authentik, "The binding of the "+one.Who()+
				" is left out, for it ends on "+one.Expires+".", "Made again it would not end. Make it in authentik.")
		}
	}
	a, b = without(d, a, b)
	d = fresh(d)
	w := planner{d: d, a: a, p: b, s: p.Spec}
	w.mapping()
	w.key()
	w.pair()
	w.settings()
	w.rules()
	w.oauth2()
	return link.Plan{Changes: w.changes, Warnings: warned, Desired: d, Spec: p.Spec, Generated: p.Generated}
}

// fresh is the wanted state of objects that are all still to be made, so that
// none has a key.
func fresh(d link.Desired) link.Desired {
	d.Application.PK, d.Application.Provider, d.Provider.PK = "", 0, 0
	d.Bindings = slices.Clone(d.Bindings)
	for i := range d.Bindings {
		d.Bindings[i].PK, d.Bindings[i].Application, d.Bindings[i].Order = "", link.Ref{Name: d.Application.Slug}, i
	}
	if d.Mapping != nil {
		own := *d.Mapping
		own.ID = ""
		d.Provider.Mappings = slices.Clone(d.Provider.Mappings)
		for i, m := range d.Provider.Mappings {
			if m.ID == d.Mapping.ID {
				d.Provider.Mappings[i] = own.Ref
			}
		}
		d.Mapping = &own
	}
	d.Slot.Raw = nil
	d.Collection.ID, d.Collection.Updated = "", ""
	d.Collection.OAuth2.Providers = []link.OAuth2Provider{d.Slot} // others are not of the link
	return d
}

// without is what the systems would hold if the link were not there.
func without(d link.Desired, a link.AuthentikSnapshot, b link.PocketBaseSnapshot) (link.AuthentikSnapshot,
	link.PocketBaseSnapshot) {
	a.Application, a.Bindings = nil, nil
	a.Providers = slices.DeleteFunc(slices.Clone(a.Providers),
		func(p link.ProviderState) bool { return p.PK == d.Provider.PK })
	b.Collections = slices.Clone(b.Collections)
	for i := range b.Collections {
		if c := &b.Collections[i]; c.Name == d.Collection.Name {
			c.ID, c.Updated, c.OAuth2 = "", "", link.OAuth2State{}
		}
	}
	return a, b
}
