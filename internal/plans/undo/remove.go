package undo

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Removal returns the plan that removes the link from both systems: first the slot in PocketBase, then
// application and provider, then authpocket's scope mapping unless another provider uses it. Accounts stay. If that
// leaves nobody a way in, the spec turns one on in the same plan, or it is a problem unless force is set.
func Removal(s *link.Spec, a *link.AuthentikSnapshot, p link.PocketBaseSnapshot, force bool) (link.Plan,
	report.Problems) {
	found, problems := resolve.Existing(s, a, &p)
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	u := newUndoer(s, a, &p, true)
	u.turnOn(*s)
	u.removeSlot(s, found)
	u.keepsAWayIn(p, force, report.RunRemove)
	slug := s.Query().Slug
	if found.Application != nil {
		slug = found.Application.Slug
	}
	application := found.Application
	shared := found.Provider != nil && u.usedElsewhere(found.Provider.ClientID)
	if shared {
		found = resolve.Found{}
	}
	if found.Application != nil {
		u.deleteApplication(&link.Change{System: report.Authentik}, *found.Application)
	}
	if found.Provider != nil {
		u.deleteProvider(&link.Change{System: report.Authentik}, found.Provider)
	}
	if len(u.problems) > 0 {
		return link.Plan{}, u.problems
	}
	if c := p.Collection(s.Query().Collection); c != nil && len(u.changes) > 0 &&
		link.Value(c.CreateRule, "") == link.OAuth2Only {
		u.warnings.Add(report.WarnRuleStays, report.PB, say.Of("The create rule of %s stays: %s.", c.Name,
			link.OAuth2Only),
			say.Of("It lets users create accounts through any OAuth2 provider of the collection. Change it in "+
				"PocketBase if it was only for this link."))
	}
	for _, m := range a.Mappings { // an unused one is left from an interrupted removal
		own := mappings.OwnOf(slug, m.Name) || madeGroups(s, application, &m)
		if !shared && own && (found.Provider.Uses(m) || !u.used(m)) {
			u.Mapping(link.Edit[link.Mapping]{Change: &link.Change{System: report.Authentik, Kind: link.KindMapping,
				Object: words.Mapping(m)}, After: &m})
		}
	}
	if found.Application != nil {
		s.Access = resolve.AccessOf(a.Bindings) // for undo
	}
	for i := range u.changes {
		if u.changes[i].Kind != link.KindMethods {
			u.changes[i].Why = say.Of(words.WhyRemoved)
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
	return a != nil && mappings.Own(m.Name) && slices.ContainsFunc(s.Made, func(made link.Made) bool {
		return made.PK != "" && made.PK == a.PK && made.Groups != "" && made.Groups == m.ID
	})
}

// used reports whether a remaining provider has the mapping.
func (u *undoer) used(m link.Mapping) bool {
	return slices.ContainsFunc(u.a.Providers, func(p link.ProviderState) bool { return p.Uses(m) })
}

// removeSlot removes the link's element from the collection's providers.
func (u *undoer) removeSlot(s *link.Spec, found resolve.Found) {
	c := u.p.Collection(link.Value(s.PocketBase.Collection, link.DefaultCollection))
	if c == nil {
		return
	}
	clientID := ""
	if found.Provider != nil {
		clientID = found.Provider.ClientID
	} else if clientID = resolve.StaleClient(s, c, &u.a); clientID == "" {
		return
	}
	after := *c
	after.OAuth2.Providers = slices.Clone(c.OAuth2.Providers)
	from := c.OAuth2.Values("")
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
	if c.OnlyThrough(clientID) {
		u.warnings.Add(report.WarnOnlyWay, report.PB, words.OnlyWay(c),
			say.Of("Passwords and one-time passwords are off "+
				"there, so nobody can sign in after the removal. Add another way and prove it before the old one goes."))
	}
	if len(after.OAuth2.Providers) == 0 { // no provider is left
		after.OAuth2.Enabled = false
	}
	u.add(&link.Change{System: report.PB, Kind: link.KindOAuth2, Object: words.OAuth2(c)},
		c, &after, from, after.OAuth2.Values(""))
}
