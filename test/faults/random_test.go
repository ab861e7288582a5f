package faults_test

import (
	"math/rand/v2"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// dice draws the parts of a case.
type dice struct{ *rand.Rand }

func one[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// maybe returns nil in two of three cases, else one of the values.
func maybe[T any](d dice, from ...T) *T {
	if d.IntN(3) > 0 {
		return nil
	}
	return new(one(d, from...))
}

// spec draws a spec.
func (d dice) spec() link.Spec {
	s := link.Spec{
		AuthentikURL: worldAuthentik, PocketBaseURLs: []string{worldPocketBase},
		Email: one(d, link.EmailTrustAll, link.EmailTrustAttribute, link.EmailLeave),
		Application: link.Application{
			Name: maybe(d, "PocketBase", "Shop"), Group: maybe(d, "Tools", ""), PolicyEngineMode: maybe(d, "any",
				"all"),
			Publisher: maybe(d, "Us"), Description: maybe(d, "Ours"), Hide: maybe(d, true, false),
		},
		Provider: link.Provider{
			AuthorizationFlow: maybe(d, "explicit"), AccessTokenValidity: maybe(d, "hours=1", "hours=2"),
			SubjectMode: maybe(d, "user_uuid", "hashed_user_id"),
			ClientID:    maybe(d, "shop-client", "other-client"),
		},
		PocketBase: link.PocketBase{
			DisplayName: maybe(d, "Company", "authentik"), UserInfo: maybe(d, "userinfo", "id_token"),
			PKCE: maybe(d, true, false), Enabled: maybe(d, true, false),
			MapName: maybe(d, "", "nick"), MapAvatar: maybe(d, "avatar"), CreateRule: maybe(d, "", "id != ''"),
			AuthRule:     maybe(d, "verified = true"),
			ShowControls: d.IntN(2) == 0, TokenURL: maybe(d, "http://authentik:9000/application/o/token/"),
		},
	}
	if d.IntN(4) == 0 {
		s.Provider.ClientSecret = new(secret.New(one(d, "an admin's own client secret 1",
			"an admin's own client secret 2")))
	}
	if d.IntN(3) == 0 {
		s.Provider.RedirectURIs = []link.RedirectURI{{URL: worldPocketBase + link.RedirectPath, Mode: "strict"},
			{URL: "myapp://redirect", Mode: "strict"}}
	}
	if d.IntN(2) == 0 {
		s.Access = &link.Access{Groups: one(d, nil, []string{"staff"}, []string{"staff", "admins"}),
			Users: one(d, nil, []string{"ada"})}
	}
	s.Provider.GroupsClaim = one(d, nil, nil, &link.GroupsLimit{}, &link.GroupsLimit{Names: []string{"staff"}},
		&link.GroupsLimit{Names: []string{"admins", "staff"}})
	return s
}

// drift changes single fields, like an admin by hand.
func (d dice) drift(w *world) {
	for i := range w.providers {
		if p := &w.providers[i]; p.PK != 1 && d.IntN(2) == 0 {
			p.SubjectMode, p.AccessTokenValidity = one(d, p.SubjectMode, "user_email"),
				one(d, p.AccessTokenValidity, "hours=9")
			p.Mappings = slices.DeleteFunc(slices.Clone(p.Mappings), func(link.Ref) bool { return d.IntN(4) == 0 })
		}
	}
	for i := range w.apps {
		if a := &w.apps[i]; a.PK != "wiki" && d.IntN(3) == 0 {
			a.Group = one(d, a.Group, "Drifted")
		}
	}
	if d.IntN(5) == 0 { // somebody deleted the application
		w.apps = slices.DeleteFunc(w.apps, func(a link.ApplicationState) bool {
			gone := a.PK != "wiki"
			w.bindings = slices.DeleteFunc(w.bindings, func(b link.BindingState) bool {
				return gone &&
					b.Application.ID == a.PK
			})
			return gone
		})
	}
	if d.IntN(5) == 0 { // and our element
		w.users.OAuth2.Providers = w.users.OAuth2.Providers[:2]
	}
	for i := range w.mappings {
		if m := &w.mappings[i]; m.Managed == "" && d.IntN(3) == 0 {
			m.Expression = "return {'drifted': True}"
		}
	}
	for i := range w.users.OAuth2.Providers {
		if p := &w.users.OAuth2.Providers[i]; i > 1 && d.IntN(3) == 0 {
			p.DisplayName = "Drifted"
		}
	}
	if d.IntN(4) == 0 {
		w.keys = nil
		for i := range w.providers {
			w.providers[i].SigningKey = link.Ref{}
		}
	}
}

// troubles draws the fault of each run before the last.
func (d dice) troubles() (list []map[int]trouble, blinds []map[int]bool) {
	for range 1 + d.IntN(3) {
		at, blindAt := map[int]trouble{}, map[int]bool{}
		for range 1 + d.IntN(2) {
			if t := one(d, troubles()...); t == blind {
				blindAt[1+d.IntN(4)] = true
			} else {
				at[1+d.IntN(6)] = t
			}
		}
		list, blinds = append(list, at), append(blinds, blindAt)
	}
	return list, blinds
}
