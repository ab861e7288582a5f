package plans

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// fixableParts returns what a plan that fixes one cause may write: kinds of whole objects, and fields of
// existing ones. Fields of the link's slot in PocketBase start with a dot. A cause that is not listed needs the
// whole plan.
func fixableParts(cause report.CauseID) (kinds []link.Kind, fields []string, found bool) {
	fields, found = map[report.CauseID][]string{
		report.CauseRedirectMismatch:  {"redirect_uris"},
		report.CauseGrantTypes:        {"grant_types"},
		report.CauseSigningKey:        {"signing_key"},
		report.CauseIssuerMismatch:    {"issuer_mode", ".extra.issuers"},
		report.CauseMissingScopes:     {"property_mappings"},
		report.CauseEmailUnverified:   {"property_mappings"},
		report.CauseUnknownClient:     {"client_id", ".clientId", "client_secret", ".clientSecret"},
		report.CauseInvalidClient:     {"client_type", "client_secret", ".clientSecret"},
		report.CauseUserInfoURL:       {".userInfoURL"},
		report.CauseEndpointURL:       {".authURL", ".tokenURL", ".userInfoURL", ".extra.jwksURL"},
		report.CauseHTMLInsteadOfJSON: {".authURL", ".tokenURL", ".userInfoURL", ".extra.jwksURL"},
		report.CauseCreateRule:        {"createRule"},
		report.CauseOAuth2Off:         {"enabled"},
	}[cause]
	switch cause {
	case report.CauseSigningKey:
		kinds = []link.Kind{link.KindKey}
	case report.CauseMissingScopes, report.CauseEmailUnverified:
		kinds = []link.Kind{link.KindMapping}
	}
	return kinds, fields, found
}

// Narrow returns the part of the plan that fixes the cause. Other differences from the spec stay, for another
// plan.
func Narrow(p link.Plan, cause report.CauseID) link.Plan {
	kinds, fields, found := fixableParts(cause)
	if !found || p.CreatesProvider() {
		return p
	}
	p.Only = cause
	if p.Spec.PocketBase.RewriteSecret { // the two systems may have different secrets, which no other plan would fix
		fields = append(fields, "client_secret", ".clientSecret")
	}
	var changes []link.Change
	for _, c := range p.Changes {
		switch {
		case slices.Contains(kinds, c.Kind):
			changes = append(changes, c)
		case addsSlot(&p, &c) && cause == report.CauseOAuth2Off:
			changes = append(changes, wholeSlot(c))
		case c.Action == link.Update && !addsSlot(&p, &c):
			if c = narrowChange(&p, c, fields); len(c.Fields) > 0 {
				changes = append(changes, c)
			}
		}
	}
	p.Changes = changes
	return p
}

// addsSlot reports whether the change adds the link's element to PocketBase's list.
func addsSlot(p *link.Plan, c *link.Change) bool {
	before := link.As[link.CollectionState](c.Before)
	return before != nil && c.Kind == link.KindOAuth2 && link.SlotIndex(&before.OAuth2, p.Desired.Slot.Slot) < 0
}

// wholeSlot returns the change that adds the link's element and turns OAuth2 on, without the mapped fields.
func wholeSlot(c link.Change) link.Change {
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields),
		func(f link.Field) bool { return strings.HasPrefix(f.Name, "mappedFields.") })
	now := *link.As[link.CollectionState](c.After)
	now.OAuth2.Mapped = link.As[link.CollectionState](c.Before).OAuth2.Mapped
	c.After = &now
	return c
}

// narrowChange returns the update of an existing object, limited to the named fields.
func narrowChange(p *link.Plan, c link.Change, names []string) link.Change {
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

// cutter limits an update to the change's fields and restores the rest of the object.
type cutter struct {
	link.LinkOnly
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
	link.Restore(link.FlatAttrs(e.Kind), &now, e.After, e.Fields)
	if e.Kind == link.KindOAuth2 {
		now.OAuth2.Restore(e.After.OAuth2, t.slot, e.Fields)
		copySecret(&now.OAuth2, e.After.OAuth2, t.slot)
		if !e.Changed(t.slot + ".clientSecret") {
			t.change.Lost = say.Text{}
		}
	}
	t.change.After = &now
}

// Changes of other objects are written as a whole.

func (*cutter) Mapping(link.Edit[link.Mapping])        {}
func (*cutter) Key(link.Edit[link.KeyState])           {}
func (*cutter) Pair(link.Edit[link.PairState])         {}
func (*cutter) Binding(link.Edit[link.BindingState])   {}
func (*cutter) Settings(link.Edit[link.SettingsState]) {}

// copySecret copies the client secret of a slot, which PocketBase requires in every write.
func copySecret(now *link.OAuth2State, full link.OAuth2State, slot string) {
	at, from := link.SlotIndex(now, slot), link.SlotIndex(&full, slot)
	if at >= 0 && from >= 0 {
		now.Providers[at].ClientSecret = full.Providers[from].ClientSecret
	}
}
