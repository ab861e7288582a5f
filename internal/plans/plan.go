// Package plans compares a wanted link with both systems and returns the plans that create, change, undo, remove or
// restore it, or rotate its client secret.
package plans

import (
	"cmp"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// New returns the ordered changes that turn the snapshots into the spec. If the spec can't be carried out, it
// returns the problems and no plan. The result depends on the arguments only.
func New(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, g link.Generated) (link.Plan,
	report.Problems) {
	if problem := a.SecretProblem(); problem != nil {
		return link.Plan{}, report.Problems{*problem}
	}
	d, problems := Resolve(*s, a, p, g)
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	list := changes(planner{d: d, a: *a, p: *p, s: *s})
	warned := append(warnings(s, &d, a, p), preset.Of(s, p).Warnings(list)...)
	return link.Plan{Changes: list, Warnings: warned, Desired: d, Spec: *s, Generated: g, Taken: a.Taken}, nil
}

// changes returns the changes in the order in which they are made.
func changes(from planner) []link.Change {
	b := &from
	steps := []func(){b.mappings, b.key, b.pair, b.settings, b.rules, b.oauth2}
	if newCredentials(&b.d, &b.a) { // nobody can sign in between pair and oauth2: keep them adjacent
		steps = []func(){b.mappings, b.key, b.settings, b.rules, b.pair, b.oauth2}
	}
	if now := b.p.Collection(b.d.Collection.Name); now != nil && turnsOff(now, &b.d.Collection) {
		steps = append(steps, b.oldSlots, b.methods) // last: they need a proof of the rest
	} else {
		steps = append([]func(){b.methods}, append(steps, b.oldSlots)...)
	}
	for _, step := range steps {
		step()
	}
	return b.changes
}

// newCredentials reports whether an existing provider gets another client ID or secret.
func newCredentials(d *link.Desired, a *link.AuthentikSnapshot) bool {
	now := providerByPK(a, d.Provider.PK)
	return now != nil && (now.ClientID != d.Provider.ClientID || !now.ClientSecret.Equal(d.Provider.ClientSecret))
}

type planner struct {
	s       link.Spec
	d       link.Desired
	a       link.AuthentikSnapshot
	p       link.PocketBaseSnapshot
	changes []link.Change
}

// add appends the change if it has anything to write.
func (b *planner) add(c link.Change, before, after []link.FieldValue) {
	c.Fields = link.Diff(before, after)
	b.s.Chosen(c.Fields)
	if len(c.Fields) == 0 {
		return
	}
	switch {
	case before == nil:
		c.Action = link.Create
	case after == nil:
		c.Action = link.Delete
	default:
		c.Action = link.Update
	}
	b.changes = append(b.changes, c)
}

func (b *planner) mappings() {
	for i := range b.d.Mappings {
		b.mapping(&b.d.Mappings[i])
	}
}

func (b *planner) mapping(want *link.Mapping) {
	c := link.Change{System: report.Authentik, Kind: link.KindMapping, Object: mappingObject(*want),
		After: want,
		Why:   say.Of(whyMapping)}
	if !link.OwnEmailMapping(want.Name) {
		c.Why = say.Of(whyGroups)
	}
	var before []link.FieldValue
	if now := mappingByID(&b.a, want.ID); now != nil {
		c.Before, before = now, now.Values()
		want.Description = now.Description // an admin may have edited it
	}
	b.add(c, before, want.Values())
}

func (b *planner) key() {
	if b.d.Key == nil {
		return
	}
	b.add(link.Change{System: report.Authentik, Kind: link.KindKey, Object: keyObject(*b.d.Key),
		After: b.d.Key,
		Why:   say.Of(whyKey),
		Step:  "authentik 2: select any available signing key",
		Lost:  say.Of(lostKey)},
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
		Object: pairObject(pair), After: pair,
		Why: say.Of(whyPair), Step: stepPair},
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
	b.add(link.Change{System: report.Authentik, Kind: link.KindApplication, Object: applicationObject(&first),
		After: &first,
		Why:   say.Of(whyApplication), Step: stepPair},
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
	c := link.Change{System: report.Authentik, Kind: link.KindApplication, Object: applicationObject(&before),
		Before: &before, After: &after,
		Why: say.Of(whyApplicationFields), Step: stepPair}
	if before.PK == "" { // created by this plan, whose changes need distinct names
		c.Object = providerOf(&before)
		c.Why = say.Of(whyProviderLast)
	}
	b.add(c, before.Values(b.a.Features), after.Values(b.a.Features))
}

func (b *planner) bindings() {
	for _, want := range b.d.Bindings {
		if want.PK != "" {
			continue
		}
		b.add(link.Change{System: report.Authentik, Kind: link.KindBinding, Object: bindingObject(want), After: &want,
			Why: say.Of(whyBinding), Step: stepBindings},
			nil, want.Values())
	}
}

func (b *planner) provider() {
	after := b.d.Provider
	c := link.Change{System: report.Authentik, Kind: link.KindProvider, Object: providerObject(&after),
		After: &after,
		Why:   say.Of(whyProviderFields), Step: stepRedirect}
	now := providerByPK(&b.a, after.PK)
	if now == nil {
		c.Why = say.Of(whyProvider)
		b.add(c, nil, after.Values(b.a.Features))
		return
	}
	before := *now
	c.Object = providerObject(&before)
	nameRefs(&before, &b.a)
	c.Before = &before
	b.add(c, before.Values(b.a.Features), after.Values(b.a.Features))
}

// nameRefs fills in the names of objects that a provider refers to by key only, so that both sides of a diff
// use the same names.
func nameRefs(p *link.ProviderState, a *link.AuthentikSnapshot) {
	for _, flow := range p.Flows() {
		if f := link.Find(a.Flows, func(f link.Flow) bool { return f.ID == flow.Ref.ID }); f != nil {
			*flow.Ref = f.Ref
		}
	}
	if k := link.Find(a.Keys, func(k link.Key) bool { return k.ID == p.SigningKey.ID }); k != nil {
		p.SigningKey = k.Ref
	}
	p.Mappings = slices.Clone(p.Mappings)
	for i, ref := range p.Mappings {
		if m := mappingByID(a, ref.ID); m != nil {
			p.Mappings[i] = m.Ref
		}
	}
	p.RedirectURIs = slices.Clone(p.RedirectURIs)
	for i := range p.RedirectURIs {
		p.RedirectURIs[i].Type = cmp.Or(p.RedirectURIs[i].Type, link.RedirectAuthorization)
	}
}

func (b *planner) settings() {
	if !b.s.PocketBase.ShowControls || !b.p.Settings.HideControls {
		return
	}
	before, after := b.p.Settings, b.p.Settings
	after.HideControls = false
	b.add(link.Change{System: report.PB, Kind: link.KindSettings, Object: settingsObject(), Before: &before,
		After: &after,
		Why:   say.Of(whyControls),
		Step:  stepControls},
		settingsValues(before), settingsValues(after))
}

func (b *planner) rules() {
	now := b.p.Collection(b.d.Collection.Name)
	if now == nil {
		return
	}
	before, after := *now, b.d.Collection
	c := link.Change{System: report.PB, Kind: link.KindRules, Before: &before, After: &after,
		Object: rulesObject(now),
		Why:    say.Of(whyRules)}
	if !link.SameRule(before.AuthRule, after.AuthRule) {
		c.Lost = say.Of(lostSignIns, now.Name)
	}
	b.add(c, ruleValues(&before), ruleValues(&after))
}

func ruleValues(c *link.CollectionState) []link.FieldValue {
	return link.Values(link.RuleAttrs(), c, link.Features{})
}

// oauth2 plans the change that makes the sign-in available, so it comes last.
func (b *planner) oauth2() {
	now := b.p.Collection(b.d.Collection.Name)
	if now == nil {
		return
	}
	before, after := *now, b.d.Collection
	c := link.Change{System: report.PB, Kind: link.KindOAuth2, Object: oauth2Object(now),
		Before: &before, After: &after, Step: stepOAuth2,
		Why: say.Of(whyOAuth2)}
	at := link.SlotIndex(&now.OAuth2, b.d.Slot.Slot)
	b.add(c, oauth2Values(now.OAuth2, b.d.Slot.Slot, at), oauth2Values(after.OAuth2, b.d.Slot.Slot, 0))
	b.secret(c, at)
}

// secret adds the client secret to the last change if it has to be written. PocketBase never shows the current
// one, so a preview can only say that one is set.
func (b *planner) secret(c link.Change, at int) {
	written := len(b.changes) > 0 && b.changes[len(b.changes)-1].Kind == link.KindOAuth2
	if !written && !b.secretChanges() {
		return
	}
	if !written {
		c.Action = link.Update
		b.changes = append(b.changes, c)
	}
	target := &b.changes[len(b.changes)-1]
	slot := b.d.Slot.Slot
	switch {
	case at < 0:
		target.Fields = append(target.Fields, newSecret(slot))
	case b.secretChanges() || target.Changed(slot+".clientId"): // else it is written again, presumably unchanged
		target.Fields = append(target.Fields, link.SecretAgain(slot))
		target.Lost = say.Of(lostSecret)
	}
}

// newSecret returns the field of the client secret of a slot that is added.
func newSecret(slot string) link.Field {
	return link.Field{Name: slot + ".clientSecret", After: link.ShowMask(link.MaskedSet), Sensitive: true}
}

// secretChanges reports whether authentik's client secret will differ from the one that PocketBase was given,
// as far as that is known.
func (b *planner) secretChanges() bool {
	if b.s.PocketBase.RewriteSecret {
		return true
	}
	now := providerByPK(&b.a, b.d.Provider.PK)
	return now == nil || !now.ClientSecret.Equal(b.d.Provider.ClientSecret)
}

func oauth2Values(o link.OAuth2State, slot string, at int) []link.FieldValue {
	list := link.Values(link.OAuth2Attrs(), &o, link.Features{})
	if at < 0 {
		return list
	}
	return append(list, o.Providers[link.SlotIndex(&o, slot)].Values()...)
}

// Again returns the same plan, made from new snapshots. A preview still holds if both are equal.
func Again(p *link.Plan, a *link.AuthentikSnapshot, b *link.PocketBaseSnapshot) (link.Plan, report.Problems) {
	switch p.Purpose {
	case link.PurposeUndo:
		again, problems := NewUndo(&p.Spec, p.Undoes, a, b, p.Force)
		if p.Restores {
			if again, problems = New(&p.Spec, a, b, p.Generated); len(problems) == 0 {
				again, problems = AsRestoration(again, p.Undoes, p.Force)
			}
		}
		again.Of = p.Of
		return again, problems
	case link.PurposeRemove:
		return NewRemoval(&p.Spec, a, *b, p.Force)
	case link.PurposeProof:
		again, problems := New(&p.Spec, a, b, p.Generated)
		if len(problems) > 0 {
			return link.Plan{}, problems
		}
		return NewProof(&again, a, *b)
	default:
		again, problems := New(&p.Spec, a, b, p.Generated)
		again.Of = p.Of
		if p.Purpose == link.PurposeRotate {
			return AsRotation(again, b), problems
		}
		return Narrow(again.Limited(p.Part), p.Only), problems
	}
}
