package plans

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// NewRemoval returns the plan that removes the link from both systems: first the slot in PocketBase, then
// application and provider, then authpocket's scope mapping unless another provider uses it. Accounts stay. If that
// leaves nobody a way in, the spec turns one on in the same plan, or it is a problem unless force is set.
func NewRemoval(s *link.Spec, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot, force bool) (link.Plan,
	report.Problems) {
	var problems report.Problems
	checkReadable(a, []link.Kind{link.KindPair, link.KindMapping}, &problems)
	found := find(s, a, &p, &problems)
	if slices.ContainsFunc(problems, asks) {
		if _, ok := resolveCollection(s, p, &problems); !ok {
			problems = withoutQuestion(problems)
		}
	}
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	u := newUndoer(s, a, &p, true)
	u.turnOn(*s)
	u.removeSlot(s, found)
	u.keepsAWayIn(p, force, report.RunRemove)
	slug := s.Query().Slug
	if found.application != nil {
		slug = found.application.Slug
	}
	application := found.application
	shared := found.provider != nil && u.usedElsewhere(found.provider.ClientID)
	if shared {
		found = existing{}
	}
	if found.application != nil {
		u.deleteApplication(&link.Change{System: report.Authentik}, *found.application)
	}
	if found.provider != nil {
		u.deleteProvider(&link.Change{System: report.Authentik}, found.provider)
	}
	if len(u.problems) > 0 {
		return link.Plan{}, u.problems
	}
	if c := p.Collection(s.Query().Collection); c != nil && len(u.changes) > 0 &&
		link.Value(c.CreateRule, "") == link.OAuth2Only {
		u.warnings.add(link.WarnRuleStays, report.PB, say.Of("The create rule of %s stays: %s.", c.Name,
			link.OAuth2Only),
			say.Of("It lets users create accounts through any OAuth2 provider of the collection. Change it in "+
				"PocketBase if it was only for this link."))
	}
	for _, m := range a.Mappings { // an unused one is left from an interrupted removal
		own := link.OwnMappingOf(slug, m.Name) || madeGroups(s, application, &m)
		if !shared && own && (uses(found.provider, m) || !u.used(m)) {
			u.Mapping(link.Edit[link.Mapping]{Change: &link.Change{System: report.Authentik, Kind: link.KindMapping,
				Object: mappingObject(m)}, After: &m})
		}
	}
	if found.application != nil {
		s.Access = boundTo(a.Bindings) // for undo
	}
	for i := range u.changes {
		if u.changes[i].Kind != link.KindMethods {
			u.changes[i].Why = say.Of(whyRemoved)
		}
		if u.changes[i].Kind == link.KindApplication {
			u.changes[i].Fields = append(u.changes[i].Fields, bindingFields(a)...)
		}
	}
	u.nameLosses(*s)
	return link.Plan{Purpose: link.PurposeRemove, Force: force, Changes: u.changes, Warnings: u.warnings, Spec: *s,
			Taken: a.Taken},
		nil
}

// madeGroups reports whether receipts show that m is the groups mapping of the application, which had another slug.
func madeGroups(s *link.Spec, a *link.ApplicationState, m *link.Mapping) bool {
	return a != nil && link.OwnMapping(m.Name) && slices.ContainsFunc(s.Made, func(made link.Made) bool {
		return made.PK != "" && made.PK == a.PK && made.Groups != "" && made.Groups == m.ID
	})
}

func uses(p *link.ProviderState, m link.Mapping) bool {
	return p != nil && slices.ContainsFunc(p.Mappings, func(r link.Ref) bool { return r.ID == m.ID })
}

// used reports whether a remaining provider has the mapping.
func (u *undoer) used(m link.Mapping) bool {
	return slices.ContainsFunc(u.a.Providers, func(p link.ProviderState) bool { return uses(&p, m) })
}

// removeSlot removes the link's element from the collection's providers.
func (u *undoer) removeSlot(s *link.Spec, found existing) {
	c := u.p.Collection(link.Value(s.PocketBase.Collection, link.DefaultCollection))
	if c == nil {
		return
	}
	clientID := ""
	if found.provider != nil {
		clientID = found.provider.ClientID
	} else if clientID = staleClient(s, c, &u.a,
		endpointsOf(link.Desired{AuthentikURL: cmp.Or(s.AuthentikURL, u.a.URL)}, s)); clientID == "" {
		return
	}
	after := *c
	after.OAuth2.Providers = slices.Clone(c.OAuth2.Providers)
	from := oauth2Values(c.OAuth2, "", -1)
	for i := len(c.OAuth2.Providers) - 1; i >= 0; i-- { // last first, so that no later element of the link remains
		p := c.OAuth2.Providers[i]
		if !link.IsSlot(p.Slot) || p.ClientID != clientID {
			continue
		}
		if u.movesSecrets(&after, i) {
			return
		}
		after.OAuth2.Providers = slices.Delete(after.OAuth2.Providers, i, i+1)
		from = append(from, p.Values()...)
		u.warnLinked(p.Slot)
	}
	if len(after.OAuth2.Providers) == len(c.OAuth2.Providers) {
		return
	}
	if onlyThrough(c, clientID) {
		u.warnings.add(link.WarnOnlyWay, report.PB, onlyWords(c), say.Of("Passwords and one-time passwords are off "+
			"there, so nobody can sign in after the removal. Add another way and prove it before the old one goes."))
	}
	if len(after.OAuth2.Providers) == 0 { // no provider is left
		after.OAuth2.Enabled = false
	}
	u.add(&link.Change{System: report.PB, Kind: link.KindOAuth2, Object: oauth2Object(c)},
		c, &after, from, oauth2Values(after.OAuth2, "", -1))
}

// warnLinked warns how many users can no longer sign in without the slot.
func (u *undoer) warnLinked(slot string) {
	if n := u.p.Linked[slot]; n > 0 {
		u.warnings.add(link.WarnLinkedPeople, report.PB, say.Count(n, "%d person has an account linked through %s.",
			"%d people have an account linked through %s.", slot),
			say.Of("Their accounts stay, but they can no longer sign in with authentik. PocketBase keeps the "+
				"links, and they apply to the next provider in this slot."))
	}
}

// movesSecrets reports whether removing element i would give its client secret to the elements after it, and
// adds a problem if so. PocketBase before 0.40.1 does this. Those that have the same client get its secret in c.
func (u *undoer) movesSecrets(c *link.CollectionState, i int) bool {
	if !u.p.SecretsByPlace || i == len(c.OAuth2.Providers)-1 {
		return false
	}
	if p := providerByClient(&u.a, c.OAuth2.Providers[i].ClientID); p != nil {
		keepSecrets(c, i, p)
	}
	var later []string
	for _, p := range c.OAuth2.Providers[i+1:] {
		if !p.ClientSecret.IsSet() {
			later = append(later, p.Slot)
		}
	}
	if len(later) == 0 {
		return false
	}
	slot, rest := c.OAuth2.Providers[i].Slot, strings.Join(later, ", ")
	moves := say.Of("PocketBase %s keeps client secrets by position: without %s the providers after it (%s) would "+
		"get each other's.", u.p.Version, slot, rest)
	if u.p.Version == "" {
		moves = say.Of("PocketBase of an unknown version keeps client secrets by position: without %s the providers "+
			"after it (%s) would get each other's.", slot, rest)
	}
	u.problems.Add("pocketbase.slot", moves,
		say.Of("Upgrade PocketBase to 0.40.1 or later first. Or remove those in PocketBase's dashboard, last "+
			"one first, and enter them again afterwards, each with its client secret."))
	return true
}
