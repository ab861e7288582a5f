package undo

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Restoration turns a plan for the spec from SpecBefore into one that undoes the removal with the changes
// done. It never touches objects created since. Bindings that can't be restored are a problem unless force is
// set, since they may have kept users out. If the removal deleted only the slot, only the slot is restored.
func Restoration(p link.Plan, done []link.Change, force bool) (link.Plan, report.Problems) {
	var problems, never report.Problems
	p.Purpose, p.Restores, p.Undoes, p.Force = link.PurposeUndo, true, done, force
	// Existing links are from the same client, so they need no warning.
	w := link.Warnings(slices.DeleteFunc(slices.Clone(p.Warnings),
		func(x link.Warning) bool { return x.ID == report.WarnAlreadyLinked }))
	p.Changes = slices.Clone(p.Changes)
	switch {
	case !deletes(done, link.KindApplication) && !deletes(done, link.KindProvider):
		if p.CreatesProvider() {
			never.Add("application.slug", say.Of("The slot's application no longer exists in authentik."),
				say.Of("Create the link again instead."))
		}
		p.Changes = slices.DeleteFunc(p.Changes, func(c link.Change) bool { return c.Kind != link.KindOAuth2 })
	case recreatedSince(&p):
		never.Add("application.slug", say.Of("authentik has the application “%s” again: the link was recreated or "+
			"changed since.", p.Desired.Application.Slug),
			say.Of("Change the link as it is, or remove it before you undo this."))
	}
	if c := slotTakenBy(&p); c != "" && len(never) == 0 {
		never.Add("pocketbase.slot", say.Of("The slot %s now has another provider, with the client ID %s.",
			p.Desired.Slot.Slot, c), say.Of("Free that slot in PocketBase first, or create the link again in "+
			"another one."))
	}
	for _, c := range done {
		if link.As[link.ApplicationState](c.Before) != nil {
			lostParts(&w, &c)
			if gone := lostBindings(&c, p.Spec.Access); len(gone) > 0 {
				problems.Add("access", say.Of("The application had bindings that authpocket can't create: %s.",
					strings.Join(gone, ", ")),
					say.Of("Add them in authentik at once when it is restored: until then it may be open to more "+
						"people than before."), report.Way{Run: report.RunForce,
						For: say.Of("to restore it without them")})
				w.Add(report.WarnLost, report.Authentik, say.Of("Bindings are not restored: %s.", strings.Join(gone,
					", ")), say.Of("Add them in authentik."))
			}
		}
		if was := link.As[link.ProviderState](c.Before); was != nil {
			warnLosses(&p, &w, was)
		}
		if was := link.As[link.Mapping](c.Before); was != nil {
			if own := p.Desired.OwnMapping(was.Ref); own != nil && own.Expression != was.Expression {
				w.Add(report.WarnLost, report.Authentik, say.Of("The scope mapping “%s” was edited by hand. It is "+
					"restored to authpocket's version.", was.Name),
					say.Of("The receipt shows the edited one."))
			}
		}
	}
	p.Warnings = w
	if len(never) > 0 || len(problems) > 0 && !force {
		return link.Plan{}, append(never, problems...)
	}
	return p, nil
}

func deletes(done []link.Change, kind link.Kind) bool {
	return slices.ContainsFunc(done, func(c link.Change) bool { return c.Kind == kind && c.Action == link.Delete })
}

// recreatedSince reports whether the plan would change an application that the removal had deleted, or give its
// provider another client ID.
func recreatedSince(p *link.Plan) bool {
	half := slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return c.Kind == link.KindApplication && (c.Action == link.Create || c.Changed("provider"))
	})
	return !half && slices.ContainsFunc(p.Changes, func(c link.Change) bool {
		return changesApplication(&c) ||
			c.Kind == link.KindProvider && c.Action == link.Update && c.Changed("client_id")
	})
}

// changesApplication reports whether a change is of an existing application or of its bindings.
func changesApplication(c *link.Change) bool {
	return c.Kind == link.KindBinding || c.Kind == link.KindApplication && c.Action == link.Update
}

// slotTakenBy returns the client ID of another provider in the link's slot, empty if the slot is free or the
// link's own.
func slotTakenBy(p *link.Plan) string {
	for _, c := range p.Changes {
		before := link.As[link.CollectionState](c.Before)
		if before == nil || c.Kind != link.KindOAuth2 {
			continue
		}
		if i := link.SlotIndex(&before.OAuth2, p.Desired.Slot.Slot); i >= 0 &&
			before.OAuth2.Providers[i].ClientID != p.Desired.Slot.ClientID {
			return before.OAuth2.Providers[i].ClientID
		}
	}
	return ""
}

// warnLosses warns about the parts of a provider that can't be restored.
func warnLosses(p *link.Plan, w *link.Warnings, was *link.ProviderState) {
	if !p.CreatesProvider() {
		return
	}
	w.Add(report.WarnLost, report.Authentik, say.Of("The client secret is a new one."),
		say.Of("The previous one is not stored. Both systems get the new one."))
	if lines := lostSettings(was, &p.Desired.Provider); len(lines) > 0 {
		w.Add(report.WarnLost, report.Authentik, say.Of("The provider is not restored completely."),
			say.Of(words.LostRest, say.Series(lines...)))
	}
}
