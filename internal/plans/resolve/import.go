package resolve

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Import returns the spec of the existing link that s identifies. It names only what differs from a new link, so that
// it can create the same link elsewhere, and the plan for it is empty unless the link has what no spec can express.
func Import(s link.Spec, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot) (link.Spec, report.Problems) {
	if slug := s.Application.Slug; slug != nil && a.Application == nil {
		return s, report.Problems{{Field: "application.slug", Summary: say.Of("authentik has no application with the "+
			"slug “%s”.", *slug), Todo: otherSlugs(a)}}
	}
	s.Email = link.EmailLeave
	found, problems := Desired(s, a, &p, link.Generated{})
	problems = slices.DeleteFunc(problems, func(one report.Problem) bool {
		return one.Field == fieldPublicURL // which is read from the link
	})
	if len(problems) > 0 {
		return s, whichLink(&s, a, &p, problems)
	}
	provider, at := a.ProviderByPK(found.Provider.PK), link.SlotIndex(&found.Collection.OAuth2, found.Slot.Slot)
	collection := p.Collection(found.Collection.Name)
	if provider == nil || a.Application == nil || at >= len(collection.OAuth2.Providers) {
		problems.Add("application.slug", say.Of("There is no link between “%s” and the collection “%s” yet.",
			found.Application.Slug, collection.Name),
			say.Of("Write a link file with authpocket init, and apply it."))
		return s, problems
	}
	slot := collection.OAuth2.Providers[at]
	if base, ok := strings.CutSuffix(slot.AuthURL, endpoint("", "authorize")); ok {
		s.AuthentikURL = base
	}
	if urls := basesOf(provider); len(urls) > 0 {
		s.PocketBaseURLs = urls
	}
	whole, email := ProviderSpec(provider, a.Application.Slug)
	s.Email, s.Access = email, AccessOf(a.Bindings)
	s.Application.Slug, s.PocketBase.Collection, s.PocketBase.Slot = &a.Application.Slug, &collection.Name, &slot.Slot
	usualA, usualP := WithoutLink(&found, *a, p)
	usual, _ := Desired(s, &usualA, &usualP, link.Generated{})
	link.OfferOther(link.ApplicationAttrs(), &s.Application, a.Application, &usual.Application)
	usual, _ = Desired(s, &usualA, &usualP, link.Generated{})
	importProvider(&s, provider, &usual.Provider)
	importMappings(&s, whole.ScopeMappings, provider, a)
	importSlot(&s, collection, &slot, &usualA, &usualP)
	return s, nil
}

// whichLink returns the problems with what to name, in the place of what to do about a link that may exist.
func whichLink(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot,
	problems report.Problems) report.Problems {
	candidates := Candidates(s, a, *p)
	which := report.Problem{Field: "application.slug", Todo: say.Of("Name the slug and the collection of one link."),
		Summary: say.Of("It is not certain which link is meant: %s.", describe(candidates))}
	of := link.Find(candidates, func(c Candidate) bool {
		return s.Application.Slug != nil && c.Provider.ApplicationSlug == *s.Application.Slug
	})
	if of != nil {
		which.Field = "pocketbase.collection"
		which.Summary = say.Of("The link may be of another collection: %s.", of.because)
	}
	return link.Each(problems, func(one report.Problem) report.Problem {
		if asks(one) {
			return which
		}
		return one
	})
}

// otherSlugs says which applications authentik has, or where it lists them.
func otherSlugs(a *link.AuthentikSnapshot) say.Text {
	const most = 20
	var slugs []string
	for _, p := range a.Providers {
		if p.ApplicationSlug != "" {
			slugs = append(slugs, link.Quote(p.ApplicationSlug))
		}
	}
	if a.Partial || len(slugs) == 0 || len(slugs) > most {
		return say.Of("Its admin interface lists them below Applications: %s/if/admin/#/core/applications", a.URL)
	}
	return say.Of("Those with an OAuth2 provider have %s.", strings.Join(slugs, ", "))
}

func importProvider(s *link.Spec, is, usual *link.ProviderState) {
	has := *is
	usual.ClientID, usual.ClientSecret = has.ClientID, has.ClientSecret
	logouts := slices.DeleteFunc(slices.Clone(has.RedirectURIs), func(r link.RedirectURI) bool { return !r.Logout() })
	has.RedirectURIs = slices.DeleteFunc(slices.Clone(has.RedirectURIs), link.RedirectURI.Logout)
	link.OfferOther(link.ProviderAttrs(), &s.Provider, &has, usual)
	if len(logouts) > 0 {
		s.Provider.RedirectURIs = append(s.Provider.RedirectURIs, logouts...)
	}
}

func importSlot(s *link.Spec, c *link.CollectionState, slot *link.OAuth2Provider, a *link.AuthentikSnapshot,
	p *link.PocketBaseSnapshot) {
	if slot.IDTokenMode() {
		s.PocketBase.UserInfo = new("id_token")
	}
	usual, _ := Desired(*s, a, p, link.Generated{})
	if slot.IDTokenMode() {
		usual.Slot.UserInfoURL = ""
	} else {
		usual.Slot.JWKSURL, usual.Slot.Issuers = slot.JWKSURL, slot.Issuers
	}
	link.OfferOther(link.SlotAttrs(), &s.PocketBase, slot, &usual.Slot)
	link.OfferOther(link.OAuth2Attrs(), &s.PocketBase, &c.OAuth2, &usual.Collection.OAuth2)
}

// basesOf returns the addresses of PocketBase that the provider's redirect URIs are below.
func basesOf(p *link.ProviderState) []string {
	var list []string
	for _, u := range (&link.Desired{Provider: *p}).RedirectURLs() {
		list = append(list, strings.TrimSuffix(u, link.RedirectPath))
	}
	return list
}

// importMappings sets the limit of the groups claim and the names of the scope mappings that no link has by itself. A
// groups mapping that somebody has edited is one of those.
func importMappings(s *link.Spec, names []string, p *link.ProviderState, a *link.AuthentikSnapshot) {
	if m := a.MappingByName(mappings.GroupsName(a.Application.Slug)); m != nil && p.Uses(*m) {
		if groups, isLimit := mappings.GroupsIn(m); isLimit {
			s.Provider.GroupsClaim = &link.GroupsLimit{Names: groups}
		} else {
			names = append(names, m.Name)
		}
	}
	s.Provider.ScopeMappings = extraMappings(names, a)
}

// extraMappings returns the scope mappings that no link has by itself, nil for none.
func extraMappings(names []string, a *link.AuthentikSnapshot) []string {
	extra := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		m := a.MappingByName(name)
		return m == nil || m.Scope == "email" || m.Managed == link.ManagedPrefix+"openid" ||
			m.Managed == link.ManagedPrefix+"profile"
	})
	if len(extra) == 0 {
		return nil
	}
	return extra
}

// WithoutLink returns the snapshots without the objects of the link.
func WithoutLink(d *link.Desired, a link.AuthentikSnapshot, b link.PocketBaseSnapshot) (link.AuthentikSnapshot,
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
