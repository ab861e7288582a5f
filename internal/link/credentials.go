package link

import (
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// IfNeeded returns the writes that an apply may add to the plan's changes so that both systems end up with the
// same client secret.
func (p *Plan) IfNeeded() []Change {
	var list []Change
	for _, c := range p.Changes {
		if back, ok := c.CredentialsBack(); ok &&
			slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Kind == KindOAuth2 }) {
			list = append(list, back)
		}
		if after := As[CollectionState](c.After); after != nil && c.RewrittenSlot() != "" {
			list = append(list, c.SecretAgain(after, c.RewrittenSlot()))
			if back, ok := c.slotBack(c.RewrittenSlot()); ok && p.OnlyWay() {
				list = append(list, back)
			}
		}
	}
	return list
}

// Generates returns the plan as it is shown to people who don't apply this very plan: with a mark in place of the
// values that the next one generates anew.
func (p Plan) Generates() Plan {
	newID := p.Generated.ClientID
	newSecret := p.Desired.Provider.ClientSecret.Equal(p.Generated.ClientSecret) && p.Generated.ClientSecret.IsSet()
	p.Changes = Each(p.Changes, func(c Change) Change {
		c.Fields = slices.Clone(c.Fields)
		for i := range c.Fields {
			f := &c.Fields[i]
			id, shown := f.After.Text()
			if shown && id == newID && newID != "" && !p.Generated.KeptID {
				f.After, f.Generated = Shown{}, true
			}
			f.Generated = f.Generated || newSecret && f.isClientSecret()
		}
		return c
	})
	return p
}

// isClientSecret reports whether the field is the client secret of either system.
func (f Field) isClientSecret() bool {
	name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
	return f.Sensitive && (name == "client_secret" || name == "clientSecret")
}

// NewCredentials reports whether the change gives an existing provider another client ID or secret.
func (c Change) NewCredentials() bool {
	return c.Kind == KindProvider && c.Action == Update && (c.Changed("client_id") || c.Changed("client_secret"))
}

// CredentialsBack returns the change that restores the previous client ID and secret, false if c writes
// neither.
func (c *Change) CredentialsBack() (Change, bool) {
	was, now := As[ProviderState](c.Before), As[ProviderState](c.After)
	if !c.NewCredentials() || was == nil || now == nil {
		return Change{}, false
	}
	back := *now
	back.ClientID, back.ClientSecret = was.ClientID, was.ClientSecret
	reverse := Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: now, After: &back,
		Why: say.Of("Only if PocketBase rejects the new ones, or authentik rejects them when PocketBase uses them. " +
			"Sign-ins then work as before.")}
	for _, f := range c.Fields {
		if f.Name == "client_id" || f.Name == "client_secret" {
			reverse.Fields = append(reverse.Fields, Field{Name: f.Name, Before: f.After, After: f.Before,
				Sensitive: f.Sensitive})
		}
	}
	return reverse, true
}

// slotBack returns the change that gives a slot its previous values again, false if c changes none that are shown.
func (c *Change) slotBack(slot string) (Change, bool) {
	back := Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: c.After, After: c.Before,
		Why: say.Of("Only if it is not proved that authentik accepts the new ones from PocketBase. Sign-ins then work " +
			"as before.")}
	for _, f := range c.Fields {
		if strings.HasPrefix(f.Name, slot+".") && !f.Sensitive {
			back.Fields = append(back.Fields, Field{Name: f.Name, Before: f.After, After: f.Before})
		}
	}
	shown := len(back.Fields) > 0
	back.Fields = append(back.Fields, SecretAgain(slot))
	return back, shown
}

// RewrittenSlot returns the slot of the existing element that the change overwrites, empty for none.
func (c *Change) RewrittenSlot() string {
	before, after := As[CollectionState](c.Before), As[CollectionState](c.After)
	if c.Kind != KindOAuth2 || before == nil || after == nil {
		return ""
	}
	for _, p := range after.OAuth2.Providers {
		written := slices.ContainsFunc(c.Fields, func(f Field) bool { return strings.HasPrefix(f.Name, p.Slot+".") })
		if written && SlotIndex(&before.OAuth2, p.Slot) >= 0 {
			return p.Slot
		}
	}
	return ""
}

// SecretAgain returns the change that writes authentik's client secret again to a slot of the collection that c
// writes.
func (c *Change) SecretAgain(now *CollectionState, slot string) Change {
	return Change{
		System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: now, After: now,
		Fields: []Field{SecretAgain(slot)},
		Why: say.Of("Only if authentik's client secret changed meanwhile or was restored: both systems need the " +
			"same one."),
	}
}

// SecretAgain returns the field of a slot that gets authentik's client secret.
func SecretAgain(slot string) Field {
	return Field{Name: slot + ".clientSecret", Before: ShowMask(MaskedSet), After: ShowMask(MaskedAuthentiks),
		Sensitive: true}
}

// NewSecret returns the field of the client secret of a slot that is added.
func NewSecret(slot string) Field {
	return Field{Name: slot + ".clientSecret", After: ShowMask(MaskedSet), Sensitive: true}
}

// SecretBefore returns authentik's client secret that the plan replaces, unset if it replaces none.
func (p *Plan) SecretBefore() secret.Text {
	for _, c := range p.Changes {
		if was := As[ProviderState](c.Before); was != nil && c.Changed("client_secret") {
			return was.ClientSecret
		}
	}
	return secret.Text{}
}

// RenewsOnlyWay reports whether the plan gives the only way in another client ID or secret.
func (p *Plan) RenewsOnlyWay() bool {
	return p.OnlyWay() && slices.ContainsFunc(p.Changes, func(c Change) bool {
		slot := c.RewrittenSlot()
		return c.NewCredentials() || slot != "" && (c.Changed(slot+".clientId") || c.Changed(slot+".clientSecret"))
	})
}

// OnlyWay reports whether the plan changes how people sign in to a collection that they can sign in to only with
// authentik.
func (p Plan) OnlyWay() bool {
	return slices.ContainsFunc(p.Warnings, func(w Warning) bool { return w.ID == report.WarnOnlyWay })
}

// SignOut returns the change that gives an account a new token key. Fields has the only one that it writes.
func SignOut(s SessionState, why say.Text) Change {
	name := s.ID
	if s.Email != "" {
		name = s.Email + ", " + s.ID
	}
	return Change{System: report.PB, Kind: KindSession, Action: Update, Before: &s, After: new(s), Why: why,
		Object: say.Of("tokens of %s in %s", name, s.Collection.Name),
		Fields: []Field{{Name: TokenKey, Before: ShowMask(MaskedSet), After: ShowMask(MaskedNew), Sensitive: true,
			Generated: true}}}
}
