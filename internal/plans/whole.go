package plans

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Whole returns the plan that creates the whole link on systems that have none of it, in a collection without
// other providers. p was made from the same snapshots. Names and settings are those of the current or wanted
// link, including bindings that the spec does not name.
func Whole(p *link.Plan, a link.AuthentikSnapshot, b link.PocketBaseSnapshot) link.Plan {
	d := p.Desired
	d.Bindings = slices.DeleteFunc(slices.Clone(d.Bindings), func(b link.BindingState) bool { return b.Expires != "" })
	for _, one := range a.Bindings {
		named := func(x link.BindingState) bool { return x.PK == one.PK }
		if one.Enabled && one.Expires == "" && !slices.ContainsFunc(d.Bindings, named) {
			d.Bindings = append(slices.Clone(d.Bindings), one)
		}
	}
	warned := link.Warnings(slices.Clone(p.Warnings))
	for _, one := range a.Bindings {
		if one.Enabled && one.Expires != "" {
			warned.Add(report.WarnBindingLeftOut, report.Authentik, say.Of("The binding of the %s is left out, "+
				"because it expires on %s.", one.Who(), one.Expires),
				say.Of("A new one would not expire. Add it in authentik."))
		}
	}
	a, b = resolve.WithoutLink(&d, a, b)
	if c := b.Collection(d.Collection.Name); c != nil { // the collection is as PocketBase creates one
		if p.Spec.PocketBase.PasswordAuth != nil {
			c.PasswordAuth = nil
		}
		if p.Spec.PocketBase.OTP != nil {
			c.OTP = nil
		}
	}
	d = withoutKeys(d)
	return link.Plan{Changes: changes(planner{d: d, a: a, p: b, s: p.Spec}), Warnings: warned, Desired: d, Spec: p.Spec,
		Generated: p.Generated}
}

// withoutKeys returns the wanted state without the primary keys of existing objects.
func withoutKeys(d link.Desired) link.Desired {
	d.Application.PK, d.Application.Provider, d.Provider.PK = "", 0, 0
	d.Bindings = slices.Clone(d.Bindings)
	for i := range d.Bindings {
		d.Bindings[i].PK, d.Bindings[i].Application, d.Bindings[i].Order = "", link.Ref{Name: d.Application.Slug}, i
	}
	d.Mappings, d.Provider.Mappings = slices.Clone(d.Mappings), slices.Clone(d.Provider.Mappings)
	for i := range d.Mappings {
		d.Mappings[i].ID = ""
	}
	for i, r := range d.Provider.Mappings {
		if own := d.OwnMapping(r); own != nil {
			d.Provider.Mappings[i] = own.Ref
		}
	}
	d.Slot.Raw = nil
	d.Collection.ID, d.Collection.Updated = "", ""
	d.Collection.OAuth2.Providers = []link.OAuth2Provider{d.Slot} // without those of other links
	return d
}
