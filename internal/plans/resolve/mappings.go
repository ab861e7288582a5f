package resolve

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// resolveMappings attaches openid, profile and one e-mail mapping, and keeps or replaces the others as the spec
// says. authentik evaluates two mappings of one scope in no defined order, so the e-mail mapping is replaced,
// not added.
func resolveMappings(d *link.Desired, s *link.Spec, a *link.AuthentikSnapshot, now *link.ProviderState,
	problems *report.Problems) {
	r := mappingResolver{s: *s, a: *a, groups: mappings.GroupsName(d.Application.Slug), problems: problems}
	for _, ref := range now.Mappings {
		r.keep(ref)
	}
	r.ensureManaged("openid")
	r.ensureManaged("profile")
	if own := mappings.Email(s.Email); own != nil {
		if now := a.MappingByName(own.Name); now != nil {
			own.ID = now.ID
		}
		d.Mappings = append(d.Mappings, *own)
		r.list = append(r.list, own.Ref)
	} else {
		r.ensureManaged("email")
	}
	r.limitGroups(d)
	for i, name := range s.Provider.ScopeMappings {
		r.addNamed(link.FieldAt("provider.scope_mappings", i), name)
	}
	d.Provider.Mappings = asFound(r.list, now.Mappings)
}

// asFound returns the list with what is there now first, in the order of now. For authentik these are sets, but an
// export that imports them has lists, which must not differ from what is there.
func asFound(list, now []link.Ref) (ordered []link.Ref) {
	for _, there := range now {
		if i := slices.IndexFunc(list, func(r link.Ref) bool { return r.ID == there.ID }); i >= 0 {
			ordered = append(ordered, list[i])
		}
	}
	for _, one := range list {
		if !slices.ContainsFunc(now, func(r link.Ref) bool { return r.ID == one.ID }) {
			ordered = append(ordered, one)
		}
	}
	return ordered
}

// limitGroups attaches the mapping that limits the groups claim. One that the spec leaves open stays as it is.
func (r *mappingResolver) limitGroups(d *link.Desired) {
	now := r.a.MappingByName(r.groups)
	if groups := r.s.LimitOf(); len(groups) > 0 {
		own := mappings.Groups(d.Application.Slug, groups)
		if now != nil {
			own.ID = now.ID
		}
		d.Mappings = append(d.Mappings, *own)
		r.list = append(r.list, own.Ref)
	} else if now != nil && slices.Contains(r.list, now.Ref) {
		d.Mappings = append(d.Mappings, *now)
	}
}

type mappingResolver struct {
	s        link.Spec
	a        link.AuthentikSnapshot
	groups   string // the name of the link's groups mapping
	problems *report.Problems
	list     []link.Ref
	scopes   []string
}

func (r *mappingResolver) add(m link.Mapping) {
	if !slices.ContainsFunc(r.list, func(x link.Ref) bool { return x.ID == m.ID }) {
		r.list = append(r.list, m.Ref)
		if !mappings.Own(m.Name) { // those of ours for the profile do not replace authentik's
			r.scopes = append(r.scopes, m.Scope)
		}
	}
}

// keep attaches a mapping that the provider has now, unless the spec or the e-mail decision drops it.
func (r *mappingResolver) keep(ref link.Ref) {
	m := r.a.MappingByID(ref.ID)
	if m == nil { // the token can't see it, so leave it
		r.list = append(r.list, ref)
		return
	}
	_, groups := mappings.GroupsOf(m.Name) // perhaps of an earlier slug
	switch {
	case groups && r.s.Provider.GroupsClaim != nil, mappings.OwnEmail(m.Name):
		return // attached again by the resolver if the spec needs it
	case m.Managed == link.ManagedPrefix+"openid" || m.Managed == link.ManagedPrefix+"profile":
	case m.Scope == "email":
		if r.s.Email == link.EmailTrustAll || r.s.Email == link.EmailTrustAttribute {
			return
		}
	case r.s.Provider.ScopeMappings != nil && !slices.Contains(r.s.Provider.ScopeMappings, m.Name):
		return
	}
	r.add(*m)
}

func (r *mappingResolver) ensureManaged(scope string) {
	if slices.Contains(r.scopes, scope) {
		return
	}
	managed := func(m link.Mapping) bool { return m.Managed == link.ManagedPrefix+scope }
	if m := link.Find(r.a.Mappings, managed); m != nil {
		r.add(*m)
		return
	}
	todo := say.Of("Restore it in authentik: Customization, Property Mappings.")
	if slices.Contains(r.a.Missing, report.PermViewMapping) {
		todo = say.Of("Give the token the permission authentik_providers_oauth2.view_scopemapping.")
	}
	r.problems.Add("provider.scope_mappings", say.Of("authentik's own scope mapping for %s cannot be found.", scope),
		todo)
}

// addNamed attaches a mapping that the spec names. A second e-mail mapping is refused, since it could undo the
// e-mail decision.
func (r *mappingResolver) addNamed(field, name string) {
	m := r.a.MappingByName(name)
	if m == nil {
		r.problems.Add(field, say.Of("authentik has no scope mapping “%s” that the token can see.", name),
			say.Of("Check the spelling, or leave it out."))
		return
	}
	if m.Scope == "email" && !slices.ContainsFunc(r.list, func(x link.Ref) bool { return x.ID == m.ID }) {
		r.problems.Add(field, say.Of("The scope mapping “%s” is for e-mail, which the e-mail decision sets.", name),
			say.Of("Leave it out."))
		return
	}
	r.add(*m)
}
