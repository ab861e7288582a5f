package plans_test

import (
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// sharing gives a collection a slot that has the link's client and gets its tokens at tokenURL, empty for the link's.
func sharing(w *world, collection, slot, tokenURL string) {
	own := pick(w.collection("users").OAuth2.Providers, func(o link.OAuth2Provider) bool { return o.Slot == "oidc" })
	other := *own
	other.Slot = slot
	if tokenURL != "" {
		other.TokenURL = tokenURL
	}
	c := w.collection(collection)
	c.OAuth2.Providers = append(slices.Clone(c.OAuth2.Providers), other)
}

func TestARotationRenewsTheSlotsThatShareTheApplication(t *testing.T) {
	const ours = "oidc.clientSecret"
	for name, test := range map[string]struct {
		world func(*world)
		want  []string // fields that PocketBase gets
		warns bool
	}{
		"nobody else": {func(*world) {}, []string{ours}, false},
		"another collection": {func(w *world) { sharing(w, "members", "oidc2", "") },
			[]string{ours, "oidc2.clientSecret"}, false},
		"another slot": {func(w *world) { sharing(w, "users", "oidc3", "") },
			[]string{ours, "oidc3.clientSecret"}, false},
		"a collection with other URL": {func(w *world) { sharing(w, "members", "oidc", elsewhere) },
			[]string{ours}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			test.world(w)
			s := specWith(func(s *link.Spec) {
				s.Provider.ClientSecret, s.PocketBase.Slot = new(secret.New("another")), new("oidc")
			})
			_, p := w.observe(s.Query())
			plan := plans.AsRotation(mustPlan(t, w, s), &p)
			var got []string
			for _, c := range plan.Changes {
				if c.System == report.PB {
					got = append(got, c.Names()...)
				}
			}
			if !slices.Equal(got, test.want) || slices.Contains(warningIDs(plan), "shared-application") != test.warns {
				t.Errorf("it writes %v and warns of %v", got, warningIDs(plan))
			}
			mustApply(t, w, plan)
			for _, c := range w.collections {
				for _, o := range c.OAuth2.Providers {
					if o.TokenURL != elsewhere && link.IsSlot(o.Slot) && o.ClientSecret.Reveal() != "another" {
						t.Errorf("%s of %s keeps its client secret", o.Slot, c.Name)
					}
				}
			}
		})
	}
}

// Which PocketBase signs in with an application is seen in its redirect URIs alone.
func TestARotationNamesTheRedirectURIsOfOthers(t *testing.T) {
	const other = "https://other.company" + link.RedirectPath
	w := linkedWorld(t, minimal())
	s := specWith(func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("another")) })
	warns := func() bool {
		_, p := w.observe(s.Query())
		return slices.Contains(warningIDs(plans.AsRotation(mustPlan(t, w, s), &p)), string(report.WarnElsewhere))
	}
	if warns() {
		t.Error("it warns of its own redirect URI")
	}
	provider := &w.providers[0]
	provider.RedirectURIs = append(slices.Clone(provider.RedirectURIs),
		link.RedirectURI{Mode: link.RedirectStrict, URL: other})
	if !warns() {
		t.Error("it does not name the redirect URI of another PocketBase")
	}
	if s.Provider.ClientSecret = nil; slices.Contains(warningIDs(mustPlan(t, w, s)), string(report.WarnElsewhere)) {
		t.Error("a plan that keeps the client secret warns, too")
	}
}
