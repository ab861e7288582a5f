package export

import (
	_ "embed" // for the code of a migration

	"authpocket/internal/link"
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

// migrationCode does the same for every plan: what differs is data before it.
//
//go:embed migration.js
var migrationCode string

// migration writes the state of the auth collection that the plan leads to.
func migration(p link.Plan) (string, error) {
	c := carrier{name: "a PocketBase migration", systems: []link.System{link.PB}, states: true}
	if err := c.check(p); err != nil {
		return "", err
	}
	want, err := renderJSON(migrationLink(p))
	if err != nil {
		return "", err
	}
	was, err := renderJSON(migrationBefore(p))
	if err != nil {
		return "", err
	}
	return migrationHead + "const link = " + want + ";\n\nconst before = " + was + ";\n\n" + migrationCode, nil
}

func migrationLink(p link.Plan) object {
	d := p.Desired
	c := changeOf(p, link.KindOAuth2)
	o := object{
		{"collection", d.Collection.Name},
		{"provider", migrationProvider(d.Slot)},
		{"writesSecret", c != nil && c.Changed(d.Slot.Slot+".clientSecret")},
	}
	return append(o, migrationState(p, d.Collection, d.Collection, after)...)
}

func migrationBefore(p link.Plan) object {
	was := pocketBaseBefore(p, link.KindOAuth2)
	var provider any
	if now := slotOf(was, p.Desired.Slot.Slot); now != nil {
		provider = migrationProvider(*now)
	}
	o := object{{"provider", provider}}
	return append(o, migrationState(p, was, pocketBaseBefore(p, link.KindRules), before)...)
}

// migrationProvider is everything of a provider but its secret, with the keys
// that PocketBase's own JavaScript has.
func migrationProvider(o link.OAuth2Provider) object {
	var extra, pkce any
	if o.JWKSURL != "" || len(o.Issuers) > 0 || o.IDTokenMode() {
		extra = object{{"jwksURL", o.JWKSURL}, {"issuers", o.Issuers}}
	}
	if o.PKCE != nil {
		pkce = *o.PKCE
	}
	return object{
		{"name", o.Slot}, {"displayName", o.DisplayName}, {"clientId", o.ClientID},
		{"authURL", o.AuthURL}, {"tokenURL", o.TokenURL}, {"userInfoURL", o.UserInfoURL},
		{"pkce", pkce}, {"extra", extra},
	}
}

func before(c link.Change) link.Object { return c.Before }
func after(c link.Change) link.Object  { return c.After }

// migrationState is the rest: what the plan changes of it, and no more.
func migrationState(p link.Plan, oauth2, ruled link.CollectionState, side func(link.Change) link.Object) object {
	mapped, rules, meta := object{}, object{}, object{}
	if c := changeOf(p, link.KindOAuth2); c != nil {
		for _, one := range mappedFields(oauth2.OAuth2.Mapped) {
			if c.Changed("mappedFields." + one.key) {
				mapped = append(mapped, one)
			}
		}
	}
	if c := changeOf(p, link.KindRules); c != nil {
		for _, one := range []struct {
			key  string
			rule *string
		}{{"createRule", ruled.CreateRule}, {"authRule", ruled.AuthRule}} {
			if c.Changed(one.key) {
				rules.add(one.key, textOrNull(one.rule))
			}
		}
	}
	if c := changeOf(p, link.KindSettings); c != nil {
		if s := link.As[link.SettingsState](side(*c)); s != nil {
			meta.add("hideControls", s.HideControls)
		}
	}
	return object{{"enabled", oauth2.OAuth2.Enabled}, {"mappedFields", mapped}, {"rules", rules}, {"meta", meta}}
}

func mappedFields(m link.MappedFields) object {
	return object{{"id", m.ID}, {"name", m.Name}, {"username", m.Username}, {"avatarURL", m.AvatarURL}}
}

func textOrNull(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}
