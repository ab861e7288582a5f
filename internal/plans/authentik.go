package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func (b *planner) mappings() {
	for i := range b.d.Mappings {
		b.mapping(&b.d.Mappings[i])
	}
}

func (b *planner) mapping(want *link.Mapping) {
	c := link.Change{System: report.Authentik, Kind: link.KindMapping, Object: words.Mapping(*want),
		After: want,
		Why:   say.Of(words.WhyMapping)}
	if !mappings.OwnEmail(want.Name) {
		c.Why = say.Of(words.WhyGroups)
	}
	var before []link.FieldValue
	if now := b.a.MappingByID(want.ID); now != nil {
		c.Before, before = now, now.Values()
		want.Description = now.Description // an admin may have edited it
	}
	b.add(c, before, want.Values())
}

func (b *planner) key() {
	if b.d.Key == nil {
		return
	}
	b.add(link.Change{System: report.Authentik, Kind: link.KindKey, Object: words.Key(*b.d.Key),
		After: b.d.Key,
		Why:   say.Of(words.WhyKey),
		Step:  "authentik 2: select any available signing key",
		Lost:  say.Of(words.LostKey)},
		nil, b.d.Key.Values())
}

const (
	stepPair     = "authentik 2: Create with Provider"
	stepRedirect = "authentik 2: Configure the Provider"
	stepBindings = "authentik 2: Configure Bindings"
	stepControls = "PocketBase 2: Hide collection create and edit controls"
	stepOAuth2   = "PocketBase 3 to 7: add the OpenID Connect provider"
)

// pair writes application, provider and bindings in an order that never opens the application to more people
// than the spec allows.
func (b *planner) pair() {
	change := func() { b.application(*b.a.Application, b.d.Application) }
	steps := []func(){b.bindings, change, b.provider}
	switch {
	case b.a.Application == nil && b.d.Provider.PK == 0:
		steps = []func(){b.createPair}
	case b.a.Application == nil:
		steps = []func(){b.adoptProvider}
	case b.a.Application.Provider == 0: // nobody has access before it has a provider
		steps = []func(){b.provider, b.bindings, change}
	case b.d.Application.PolicyEngineMode == "all": // stricter than any
		steps = []func(){change, b.bindings, b.provider}
	}
	for _, step := range steps {
		step()
	}
}

func (b *planner) createPair() {
	pair := &link.PairState{Application: b.d.Application, Provider: b.d.Provider, Bindings: b.d.Bindings}
	b.add(link.Change{System: report.Authentik, Kind: link.KindPair,
		Object: words.Pair(pair), After: pair,
		Why: say.Of(words.WhyPair), Step: stepPair},
		nil, pair.Values(b.a.Features))
}

// adoptProvider creates an application for a provider that has none. If there are bindings, the application
// gets its provider after them, so that it is never open to everyone.
func (b *planner) adoptProvider() {
	b.provider()
	first := b.d.Application
	if len(b.d.Bindings) > 0 {
		first.Provider, first.ProviderName = 0, ""
	}
	b.add(link.Change{System: report.Authentik, Kind: link.KindApplication, Object: words.Application(&first),
		After: &first,
		Why:   say.Of(words.WhyApplication), Step: stepPair},
		nil, first.Values(b.a.Features))
	b.bindings()
	if len(b.d.Bindings) > 0 {
		b.application(first, b.d.Application)
	}
}

func (b *planner) application(before, after link.ApplicationState) {
	if before.Provider == after.Provider && (before.Provider != 0 || after.ProviderName == "") {
		before.ProviderName = after.ProviderName // by which the preview tells providers apart
	}
	c := link.Change{System: report.Authentik, Kind: link.KindApplication, Object: words.Application(&before),
		Before: &before, After: &after,
		Why: say.Of(words.WhyApplicationFields), Step: stepPair}
	if before.PK == "" { // created by this plan, whose changes need distinct names
		c.Object = words.ProviderOf(&before)
		c.Why = say.Of(words.WhyProviderLast)
	}
	b.add(c, before.Values(b.a.Features), after.Values(b.a.Features))
}

func (b *planner) bindings() {
	for _, want := range b.d.Bindings {
		if want.PK != "" {
			continue
		}
		b.add(link.Change{System: report.Authentik, Kind: link.KindBinding, Object: words.Binding(want), After: &want,
			Why: say.Of(words.WhyBinding), Step: stepBindings},
			nil, want.Values())
	}
}

func (b *planner) provider() {
	after := b.d.Provider
	c := link.Change{System: report.Authentik, Kind: link.KindProvider, Object: words.Provider(&after),
		After: &after,
		Why:   say.Of(words.WhyProviderFields), Step: stepRedirect}
	now := b.a.ProviderByPK(after.PK)
	if now == nil {
		c.Why = say.Of(words.WhyProvider)
		b.add(c, nil, after.Values(b.a.Features))
		return
	}
	before := *now
	c.Object = words.Provider(&before)
	b.a.NameRefs(&before)
	c.Before = &before
	b.add(c, before.Values(b.a.Features), after.Values(b.a.Features))
}
