package link

import (
	"slices"
	"strings"

	"authpocket/internal/secret"
)

// IfNeeded returns the writes that an apply of the plan may add to its changes
// so that both systems end with one client secret.
func (p Plan) IfNeeded() []Change {
	var list []Change
	for _, c := range p.Changes {
		if back, ok := c.CredentialsBack(); ok &&
			slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Kind == KindOAuth2 }) {
			list = append(list, back)
		}
		if after := As[CollectionState](c.After); after != nil && c.RewrittenSlot() != "" {
			list = append(list, c.SecretAgain(after, c.RewrittenSlot()))
		}
	}
	return list
}

// NewCredentials reports whether the change gives a provider that is there
// another client ID or secret.
func (c Change) NewCredentials() bool {
	return c.Kind == KindProvider && c.Action == Update && (c.Changed("client_id") || c.Changed("client_secret"))
}

// CredentialsBack returns the reverse of a change for client ID and secret
// alone, false where it writes neither.
func (c Change) CredentialsBack() (Change, bool) {
	was, now := As[ProviderState](c.Before), As[ProviderState](c.After)
	if !c.NewCredentials() || was == nil || now == nil {
		return Change{}, false
	}
	back := *now
	back.ClientID, back.ClientSecret = was.ClientID, was.ClientSecret
	reverse := Change{System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: now, After: &back,
		Why: "Only if PocketBase does not take the new ones, or authentik does not accept them from it: sign-ins go " +
			"on as before."}
	for _, f := range c.Fields {
		if f.Name == "client_id" || f.Name == "client_secret" {
			reverse.Fields = append(reverse.Fields, Field{Name: f.Name, Before: f.After, After: f.Before,
				Sensitive: f.Sensitive})
		}
	}
	return reverse, true
}

// RewrittenSlot returns the slot of the element that the change writes over
// one that is there, empty for none.
func (c Change) RewrittenSlot() string {
	before, after := As[CollectionState](c.Before), As[CollectionState](c.After)
	if c.Kind != KindOAuth2 || before == nil || after == nil {
		return ""
	}
	for _, p := range after.OAuth2.Providers {
		written := slices.ContainsFunc(c.Fields, func(f Field) bool { return strings.HasPrefix(f.Name, p.Slot+".") })
		if written && SlotIndex(before.OAuth2, p.Slot) >= 0 {
			return p.Slot
		}
	}
	return ""
}

// SecretAgain returns the change that gives a slot of the collection that c
// writes authentik's client secret again.
func (c Change) SecretAgain(now *CollectionState, slot string) Change {
	return Change{
		System: c.System, Kind: c.Kind, Object: c.Object, Action: Update, Before: now, After: now,
		Fields: []Field{{Name: slot + ".clientSecret", Before: ShowMask(MaskedSet), After: ShowMask(MaskedAuthentiks),
			Sensitive: true}},
		Why: "Only if authentik's client secret is changed meanwhile, or was given back: both systems need the same one.",
	}
}

// SecretBefore is the client secret that the plan found in authentik and gives
// another in its place, not set where it does not.
func (p Plan) SecretBefore() secret.Text {
	for _, c := range p.Changes {
		if was := As[ProviderState](c.Before); was != nil && c.Changed("client_secret") {
			return was.ClientSecret
		}
	}
	return secret.Text{}
}
