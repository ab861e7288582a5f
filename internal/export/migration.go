package export

import (
	_ "embed" // for the code of a migration
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

const migrationHead = `/// <reference path="../pb_data/types.d.ts" />

// PocketBase migration: sign-in with authentik for one auth collection.
//
// Save it in pb_migrations under a name that PocketBase has not run yet; it
// runs when PocketBase starts. Other OAuth2 providers of the collection are
// not touched. The client secret is not in this file: it is read from the
// environment variable POCKETBASE_CLIENT_SECRET when the migration runs.
// Running it down puts back all but the client secret, which PocketBase does
// not show to anybody.

`

// migrationCode is the same for every plan. The data precedes it.
//
//go:embed migration.js
var migrationCode string

// migration returns a migration to the state that the plan gives the auth
// collection.
func migration(p link.Plan) (string, error) {
	c := carrier{name: "a PocketBase migration", systems: []report.System{report.PB}, states: true}
	if err := c.check(&p); err != nil {
		return "", err
	}
	want, err := renderJSON(migrationLink(&p))
	if err != nil {
		return "", err
	}
	was, err := renderJSON(migrationBefore(&p))
	if err != nil {
		return "", err
	}
	return migrationHead + "const link = " + want + ";\n\nconst before = " + was + ";\n\n" + migrationCode, nil
}

func migrationLink(p *link.Plan) object {
	d := p.Desired
	c := changeOf(p, link.KindOAuth2)
	o := object{
		{"collection", d.Collection.Name},
		{"provider", migrationProvider(d.Slot)},
		{"writesSecret", c != nil && c.Changed(d.Slot.Slot+".clientSecret")},
	}
	return append(o, migrationState(p, d.Collection, d.Collection, after)...)
}

func migrationBefore(p *link.Plan) object {
	was := pocketBaseBefore(p, link.KindOAuth2)
	var provider any
	if now := slotOf(&was, p.Desired.Slot.Slot); now != nil {
		provider = migrationProvider(*now)
	}
	o := object{{"provider", provider}}
	return append(o, migrationState(p, was, pocketBaseBefore(p, link.KindRules), before)...)
}

// migrationProvider returns a provider without its secret, with the keys of
// PocketBase's JavaScript API.
func migrationProvider(o link.OAuth2Provider) object {
	var to object
	for _, a := range link.SlotAttrs() {
		if a.Held() && !strings.HasPrefix(a.Key, extraPrefix) {
			to.add(a.Key, a.Plain(&o))
		}
	}
	var extra any
	if o.JWKSURL != "" || len(o.Issuers) > 0 || o.IDTokenMode() {
		extra = extraOf(o)
	}
	return slices.Concat(object{{"name", o.Slot}}, to, object{{"extra", extra}})
}

const extraPrefix = "extra."

// extraOf returns the provider's options for ID tokens.
func extraOf(o link.OAuth2Provider) object {
	var to object
	for _, a := range link.SlotAttrs() {
		if key, extra := strings.CutPrefix(a.Key, extraPrefix); extra {
			to.add(key, a.Plain(&o))
		}
	}
	return to
}

func before(c link.Change) link.Object { return c.Before }
func after(c link.Change) link.Object  { return c.After }

// migrationState returns the other fields that the plan changes, and no more.
func migrationState(p *link.Plan, oauth2, ruled link.CollectionState, side func(link.Change) link.Object) object {
	mapped, rules, meta := object{}, object{}, object{}
	if c := changeOf(p, link.KindOAuth2); c != nil {
		if o, ok := changedOf(*c, link.OAuth2Attrs(), &oauth2.OAuth2).at("mappedFields").(object); ok {
			mapped = o
		}
	}
	if c := changeOf(p, link.KindRules); c != nil {
		rules = append(rules, changedOf(*c, link.RuleAttrs(), &ruled)...)
	}
	if c := changeOf(p, link.KindMethods); c != nil {
		if s := link.As[link.CollectionState](side(*c)); s != nil {
			rules = append(rules, changedOf(*c, link.MethodAttrs(), s)...)
		}
	}
	if c := changeOf(p, link.KindSettings); c != nil {
		if s := link.As[link.SettingsState](side(*c)); s != nil {
			if o, ok := changedOf(*c, link.SettingsAttrs(), s).at("meta").(object); ok {
				meta = o
			}
		}
	}
	return object{{"enabled", oauth2.OAuth2.Enabled}, {"mappedFields", mapped}, {"rules", rules}, {"meta", meta}}
}
