package plans

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// mends names what a plan that puts one cause right may write, and nothing
// else: whole objects by their kind, and single fields of those that are
// there. Fields of our element of PocketBase's list have a leading dot. A cause
// that is not listed is put right by the whole plan.
func mends(cause link.CauseID) (kinds []link.Kind, fields []string, found bool) {
	switch cause {
	case link.CauseRedirectMismatch:
		return nil, []string{"redirect_uris"}, true
	case link.CauseGrantTypes:
		return nil, []string{"grant_types"}, true
	case link.CauseSigningKey:
		return []link.Kind{link.KindKey}, []string{"signing_key"}, true
	case link.CauseIssuerMismatch:
		return nil, []string{"issuer_mode", ".extra.issuers"}, true
	case link.CauseMissingScopes, link.CauseEmailUnverified:
		return []link.Kind{link.KindMapping}, []string{"property_mappings"}, true
	case link.CauseUnknownClient:
		return nil, []string{".clientId", ".clientSecret"}, true
	case link.CauseInvalidClient:
		return nil, []string{".clientSecret"}, true
	case link.CauseUserInfoURL:
		return nil, []string{".userInfoURL"}, true
	case link.CauseEndpointURL, link.CauseHTMLInsteadOfJSON:
		return nil, []string{".authURL", ".tokenURL", ".userInfoURL", ".extra.jwksURL"}, true
	case link.CauseCreateRule:
		return nil, []string{"createRule"}, true
	case link.CauseOAuth2Off:
		return nil, []string{"enabled"}, true
	}
	return nil, nil, false
}

// Narrow leaves of the plan what puts the cause right. What else differs from
// the spec stays as it is, for another plan.
func Narrow(p link.Plan, cause link.CauseID) link.Plan {
	kinds, fields, found := mends(cause)
	if !found || slices.ContainsFunc(p.Changes, makesProvider) {
		return p
	}
	p.Only = cause
	if p.Spec.PocketBase.RewriteSecret { // the two sides may have different ones, which no other plan would know
		fields = append(fields, ".clientSecret")
	}
	var changes []link.Change
	for _, c := range p.Changes {
		switch {
		case slices.Contains(kinds, c.Kind):
			changes = append(changes, c)
		case makesSlot(p, c) && cause == link.CauseOAuth2Off:
			changes = append(changes, wholeSlot(c))
		case c.Action == link.Update && !makesSlot(p, c):
			if c = cutTo(p, c, fields); len(c.Fields) > 0 {
				changes = append(changes, c)
			}
		}
	}
	p.Changes = changes
	return p
}

// makesProvider tells whether the change makes the provider, without which
// nothing is put right by a part of the plan.
func makesProvider(c link.Change) bool {
	return c.Action == link.Create && (c.Kind == link.KindPair || c.Kind == link.KindProvider)
}

// makesSlot tells whether the change adds our element to PocketBase's list.
func makesSlot(p link.Plan, c link.Change) bool {
	before := link.As[link.CollectionState](c.Before)
	return before != nil && c.Kind == link.KindOAuth2 && link.SlotIndex(before.OAuth2, p.Desired.Slot.Slot) < 0
}

// wholeSlot is the change that adds our element: all of it is needed, and nothing
// beside it but that OAuth2 is on.
func wholeSlot(c link.Change) link.Change {
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields),
		func(f link.Field) bool { return strings.HasPrefix(f.Name, "mappedFields.") })
	now := *link.As[link.CollectionState](c.After)
	now.OAuth2.Mapped = link.As[link.CollectionState](c.Before).OAuth2.Mapped
	c.After = &now
	return c
}

// cutTo is the change of an object that is there, cut down to those fields.
func cutTo(p link.Plan, c link.Change, names []string) link.Change {
	slot := p.Desired.Slot.Slot
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f link.Field) bool {
		name := f.Name
		if own, found := strings.CutPrefix(name, slot+"."); found {
			name = "." + own
		}
		return !slices.Contains(names, name)
	})
	cut := cutter{change: c, slot: slot}
	c.Visit(&cut)
	return cut.change
}

// cutter gives a change of an object that is there what its fields name, and
// leaves the rest of the object as it was.
type cutter struct {
	change link.Change
	slot   string
}

func (t *cutter) Provider(e link.Edit[link.ProviderState]) {
	now := *e.Before
	link.Restore(link.ProviderAttrs(), &now, e.After, e.Fields)
	t.change.After = &now
}

func (t *cutter) Application(e link.Edit[link.ApplicationState]) {
	now := *e.Before
	link.Restore(link.ApplicationAttrs(), &now, e.After, e.Fields)
	t.change.After = &now
}

func (t *cutter) Collection(e link.Edit[link.CollectionState]) {
	now := *e.Before
	link.Restore(link.RuleAttrs(), &now, e.After, e.Fields)
	if e.Kind == link.KindOAuth2 {
		restoreOAuth2(&now.OAuth2, e.After.OAuth2, t.slot, e.Fields)
		secretAlong(&now.OAuth2, e.After.OAuth2, t.slot)
		if !e.Changed(t.slot + ".clientSecret") {
			t.change.Lost = ""
		}
	}
	t.change.After = &now
}

// The changes of other objects are never cut in part.

func (*cutter) Mapping(link.Edit[link.Mapping])        {}
func (*cutter) Key(link.Edit[link.KeyState])           {}
func (*cutter) Pair(link.Edit[link.PairState])         {}
func (*cutter) Binding(link.Edit[link.BindingState])   {}
func (*cutter) Settings(link.Edit[link.SettingsState]) {}

// secretAlong takes over the client secret, without which PocketBase's list
// cannot be written.
func secretAlong(now *link.OAuth2State, full link.OAuth2State, slot string) {
	at, from := link.SlotIndex(*now, slot), link.SlotIndex(full, slot)
	if at >= 0 && from >= 0 {
		now.Providers[at].ClientSecret = full.Providers[from].ClientSecret
	}
}
