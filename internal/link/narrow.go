package link

import (
	"slices"
	"strings"
)

// mends names what a plan that puts one cause right may write, and nothing
// else: whole objects by their kind, and single fields of those that are
// there. Fields of our element of PocketBase's list have a leading dot. A cause
// that is not listed is put right by the whole plan.
func mends(cause CauseID) (kinds []Kind, fields []string, found bool) {
	switch cause {
	case CauseRedirectMismatch:
		return nil, []string{"redirect_uris"}, true
	case CauseGrantTypes:
		return nil, []string{"grant_types"}, true
	case CauseSigningKey:
		return []Kind{KindKey}, []string{"signing_key"}, true
	case CauseIssuerMismatch:
		return nil, []string{"issuer_mode", ".extra.issuers"}, true
	case CauseMissingScopes, CauseEmailUnverified:
		return []Kind{KindMapping}, []string{"property_mappings"}, true
	case CauseUnknownClient:
		return nil, []string{".clientId", ".clientSecret"}, true
	case CauseInvalidClient:
		return nil, []string{".clientSecret"}, true
	case CauseUserInfoURL:
		return nil, []string{".userInfoURL"}, true
	case CauseEndpointURL, CauseHTMLInsteadOfJSON:
		return nil, []string{".authURL", ".tokenURL", ".userInfoURL", ".extra.jwksURL"}, true
	case CauseCreateRule:
		return nil, []string{"createRule"}, true
	case CauseOAuth2Off:
		return nil, []string{"enabled"}, true
	}
	return nil, nil, false
}

// Narrow leaves of the plan what puts the cause right. What else differs from
// the spec stays as it is, for another plan.
func Narrow(p Plan, cause CauseID) Plan {
	kinds, fields, found := mends(cause)
	if !found || slices.ContainsFunc(p.Changes, makesProvider) {
		return p
	}
	p.Only = cause
	if p.Spec.PocketBase.RewriteSecret { // the two sides may have different ones, which no other plan would know
		fields = append(fields, ".clientSecret")
	}
	var changes []Change
	for _, c := range p.Changes {
		switch {
		case slices.Contains(kinds, c.Kind):
			changes = append(changes, c)
		case makesSlot(p, c) && cause == CauseOAuth2Off:
			changes = append(changes, wholeSlot(c))
		case c.Action == Update && !makesSlot(p, c):
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
func makesProvider(c Change) bool {
	return c.Action == Create && (c.Kind == KindPair || c.Kind == KindProvider)
}

// makesSlot tells whether the change adds our element to PocketBase's list.
func makesSlot(p Plan, c Change) bool {
	before := As[CollectionState](c.Before)
	return before != nil && c.Kind == KindOAuth2 && slotIndex(before.OAuth2, p.Desired.Slot.Slot) < 0
}

// wholeSlot is the change that adds our element: all of it is needed, and nothing
// beside it but that OAuth2 is on.
func wholeSlot(c Change) Change {
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f Field) bool { return strings.HasPrefix(f.Name, "mappedFields.") })
	now := *As[CollectionState](c.After)
	now.OAuth2.Mapped = As[CollectionState](c.Before).OAuth2.Mapped
	c.After = &now
	return c
}

// cutTo is the change of an object that is there, cut down to those fields.
func cutTo(p Plan, c Change, names []string) Change {
	slot := p.Desired.Slot.Slot
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f Field) bool {
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
	change Change
	slot   string
}

func (t *cutter) Provider(e Edit[ProviderState]) {
	now := *e.Before
	restore(ProviderAttrs(), &now, e.After, e.Fields)
	t.change.After = &now
}

func (t *cutter) Application(e Edit[ApplicationState]) {
	now := *e.Before
	restore(ApplicationAttrs(), &now, e.After, e.Fields)
	t.change.After = &now
}

func (t *cutter) Collection(e Edit[CollectionState]) {
	now := *e.Before
	restore(RuleAttrs(), &now, e.After, e.Fields)
	if e.Kind == KindOAuth2 {
		restoreOAuth2(&now.OAuth2, e.After.OAuth2, t.slot, e.Fields)
		secretAlong(&now.OAuth2, e.After.OAuth2, t.slot)
		if !e.Changed(t.slot + ".clientSecret") {
			t.change.Lost = ""
		}
	}
	t.change.After = &now
}

// The changes of other objects are never cut in part.

func (*cutter) Mapping(Edit[Mapping])        {}
func (*cutter) Key(Edit[KeyState])           {}
func (*cutter) Pair(Edit[PairState])         {}
func (*cutter) Binding(Edit[BindingState])   {}
func (*cutter) Settings(Edit[SettingsState]) {}

// secretAlong takes over the client secret, without which PocketBase's list
// cannot be written.
func secretAlong(now *OAuth2State, full OAuth2State, slot string) {
	at, from := slotIndex(*now, slot), slotIndex(full, slot)
	if at >= 0 && from >= 0 {
		now.Providers[at].ClientSecret = full.Providers[from].ClientSecret
	}
}
