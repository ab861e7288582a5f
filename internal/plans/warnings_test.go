package plans_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

func warningIDs(p link.Plan) []string {
	var ids []string
	for _, w := range p.Warnings {
		ids = append(ids, string(w.ID))
	}
	return ids
}

func TestWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		world func(*world)
		edit  func(*link.Spec)
		id    string
		says  string
		never bool // the warning must not be there
	}{
		"nobody in particular may use it":   {id: "open-to-everyone", says: "Everyone with an authentik account"},
		"somebody in particular may use it": {edit: access("staff"), id: "open-to-everyone", never: true},
		"the only binding there is off": {world: func(w *world) { bind(w, "admins", false) },
			id: "open-to-everyone"},
		"a binding there that is not asked for": {world: func(w *world) { bind(w, "admins", true) },
			edit: access("staff"), id: "other-bindings", says: "group admins"},
		"a binding there that is asked for": {world: func(w *world) { bind(w, "admins", true) },
			edit: access("admins"), id: "other-bindings", never: true},
		"every address is trusted": {id: "email-trust-all", says: "Every e-mail address"},
		"the attribute is trusted": {edit: func(s *link.Spec) { s.Email = link.EmailTrustAttribute },
			id: "email-trust-attribute", says: "email_verified: true"},
		"no address is trusted": {world: func(w *world) { w.collection("users").EmailRequired = false },
			edit: func(s *link.Spec) { s.Email = link.EmailLeave }, id: "email-leave",
			says: "The account is created without one"},
		"no address is trusted, and one is required": {edit: func(s *link.Spec) { s.Email = link.EmailLeave },
			id: "email-leave", never: true},
		"authentik is plain http": {world: noSlot,
			edit: func(s *link.Spec) { s.AuthentikURL = "http://authentik.company" }, id: "http-authentik"},
		"authentik is plain http here": {world: noSlot,
			edit: func(s *link.Spec) { s.AuthentikURL = "http://localhost:9000" }, id: "http-authentik", never: true},
		"PocketBase is plain http": {edit: func(s *link.Spec) {
			s.PocketBaseURLs = []string{pocketbaseURL,
				"http://192.168.1.7:8090"}
		}, id: "http-pocketbase"},
		"a redirect URI is a regular expression": {
			edit: func(s *link.Spec) {
				s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://.*",
					Mode: "regex"}}
			}, id: "regex-redirect", says: "“https://.*”"},
		"no redirect URI leads to PocketBase": {
			edit: func(s *link.Spec) { s.Provider.RedirectURIs = strict("myapp://x") }, id: "no-redirect", says: here},
		"a regular expression leads to PocketBase": {edit: func(s *link.Spec) {
			s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://.*/api/oauth2-redirect", Mode: "regex"}}
		}, id: "no-redirect", never: true},
		"a regular expression leads elsewhere": {edit: func(s *link.Spec) {
			s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://.*/login", Mode: "regex"}}
		}, id: "no-redirect", says: here},
		"the subject of linked people changes": {world: func(w *world) { w.linked["oidc"] = 2 },
			edit: func(s *link.Spec) { s.Provider.SubjectMode = new("user_uuid") }, id: "subject-mode",
			says: "2 people have signed in"},
		"one person is linked": {world: func(w *world) { w.linked["oidc"] = 1 },
			edit: func(s *link.Spec) { s.Provider.SubjectMode = new("user_uuid") }, id: "subject-mode",
			says: "1 person has signed in"},
		"nobody is linked": {edit: func(s *link.Spec) { s.Provider.SubjectMode = new("user_uuid") },
			id: "subject-mode", never: true},
		"a binding that keeps one group out": {
			world: func(w *world) { bind(w, "admins", true); w.bindings[len(w.bindings)-1].Negate = true },
			edit:  access("staff"), id: "other-bindings", says: "everyone but group admins"},
		"a binding that ends": {world: func(w *world) {
			bind(w, "admins", true)
			w.bindings[len(w.bindings)-1].Expires = "2026-12-24T00:00:00Z"
		}, edit: access("admins"), id: "binding-ends", says: "“admins” expires on 2026-12-24"},
		"other bindings where all count": {world: func(w *world) { bind(w, "admins", true) },
			edit: both(access("staff"), func(s *link.Spec) { s.Application.PolicyEngineMode = new("all") }),
			id:   "other-bindings", says: "keep people out"},
		"another collection has the application": {edit: both(use,
			func(s *link.Spec) { s.PocketBase.Collection = new("members") }), id: "shared-application",
			says: "users signs in with the same application"},
		"no other collection has it": {id: "shared-application", never: true},
		"another client secret": {
			edit: func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("another")) }, id: "secret-window",
			says: "PocketBase right after it"},
		"another client ID": {edit: func(s *link.Spec) { s.Provider.ClientID = new("another") },
			id: "secret-window"},
		"the same client ID and secret": {id: "secret-window", never: true},
		"another slot is wanted": {edit: func(s *link.Spec) { s.PocketBase.Slot = new("oidc3") },
			id: "old-slot", says: "until you remove oidc"},
		"the slot stays": {id: "old-slot", never: true},
		"another secret for the only way in": {world: onlyOurs,
			edit: func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("another")) },
			id:   "only-way", says: "Unless authentik accepts them, the old ones are restored."},
		"the only way in is somebody else's": {world: func(w *world) {
			onlyOurs(w)
			w.collection("users").OAuth2.Providers = nil
			elements(w, foreign("oidc", "theirs", "https://elsewhere/"))
		}, edit: both(use, func(s *link.Spec) { s.PocketBase.Slot = new("oidc") }),
			id: "only-way", says: "only through oidc, which gets another application."},
		"the only way in is of an application that is gone": {world: func(w *world) {
			onlyOurs(w)
			w.collection("users").OAuth2.Providers = nil
			elements(w, ours("oidc", "gone"))
		}, id: "only-way", never: true},
		"another slot for the only way in": {world: onlyOurs,
			edit: func(s *link.Spec) { s.PocketBase.Slot = new("oidc3") },
			id:   "only-way", says: "The old slot stays until a sign-in through oidc3 has worked."},
		"the only way in stays": {world: onlyOurs,
			edit: func(s *link.Spec) { s.PocketBase.DisplayName = new("Company") }, id: "only-way", never: true},
		"another way in without passwords": {world: func(w *world) { w.collection("users").PasswordAuth = new(false) },
			edit: func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("another")) },
			id:   "only-way", never: true},
		"people of another slot are linked": {world: func(w *world) { w.linked["oidc2"] = 2 },
			edit: func(s *link.Spec) { s.Provider.SubjectMode = new("user_uuid") }, id: "subject-mode", never: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			if test.world != nil {
				test.world(w)
			}
			s := minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			plan := mustPlan(t, w, s)
			one := pick(plan.Warnings, func(x link.Warning) bool { return string(x.ID) == test.id })
			if (one == nil) != test.never {
				t.Fatalf("the warnings are %v", warningIDs(plan))
			}
			if one != nil && (!strings.Contains(say.Of("%s%s", one.Summary, one.Advice(report.InFile)).String(),
				test.says) || one.System == "" ||
				one.Advice(report.InFile).Empty()) {
				t.Errorf("the warning is %+v", one)
			}
		})
	}
}

func noSlot(w *world) { w.collection("users").OAuth2.Providers = nil }

// onlyOurs leaves the link as the only way to sign in to users.
func onlyOurs(w *world) {
	c := w.collection("users")
	c.PasswordAuth = new(false)
	c.OAuth2.Providers = slices.DeleteFunc(c.OAuth2.Providers,
		func(o link.OAuth2Provider) bool { return !link.IsSlot(o.Slot) })
}

func TestTheOnlyWayInIsNotRotatedOrRemovedUnseen(t *testing.T) {
	for name, only := range map[string]bool{"another way is left": false, "no other way is left": true} {
		w := linkedWorld(t, minimal())
		if only {
			onlyOurs(w)
		}
		a, p := w.observe(new(minimal()).Query())
		removal, problems := undo.Removal(new(minimal()), &a, p, only)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		rotation := plans.AsRotation(mustPlan(t, w, specWith(func(s *link.Spec) {
			s.Provider.ClientSecret = new(secret.New("another"))
		})), &p)
		for _, plan := range []link.Plan{removal, rotation} {
			if len(plan.Changes) == 0 || slices.Contains(warningIDs(plan), "only-way") != only {
				t.Errorf("%s: %s warns of %v", name, plan.Purpose, warningIDs(plan))
			}
		}
	}
}

func bind(w *world, group string, enabled bool) {
	w.bindings = append(w.bindings, link.BindingState{
		PK: "b", Application: link.Ref{ID: w.apps[0].PK, Name: w.apps[0].Slug}, Kind: "group",
		Target: link.Ref{ID: "group-" + group, Name: group}, Enabled: enabled,
	})
}

func TestTrustingAddressesThatPeopleMayChangeIsWarnedOf(t *testing.T) {
	w := newWorld()
	a, p := w.observe(new(minimal()).Query())
	a.EmailChangeAllowed = new(true)
	plan, problems := plans.New(new(minimal()), &a, &p, generated(1))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	i := slices.Index(warningIDs(plan), "email-trust-all")
	if i < 0 || !strings.Contains(plan.Warnings[i].Detail.String(), "anyone could take over") {
		t.Errorf("the warnings are %+v", plan.Warnings)
	}
}

func TestARuleThatSignsEveryoneOutSaysSo(t *testing.T) {
	w := linkedWorld(t, minimal())
	plan := mustPlan(t, w, specWith(func(s *link.Spec) { s.PocketBase.AuthRule = new("verified = true") }))
	if len(plan.Changes) != 1 || !strings.Contains(plan.Changes[0].Lost.String(), "signs out everyone in users") {
		t.Errorf("the plan is %+v", plan.Changes)
	}
	plan = mustPlan(t, w, specWith(func(s *link.Spec) { s.PocketBase.CreateRule = new("id != ''") }))
	if len(plan.Changes) != 1 || !plan.Changes[0].Lost.Empty() {
		t.Errorf("the plan is %+v", plan.Changes)
	}
}

func TestControlsAreShownOnlyWhenAsked(t *testing.T) {
	w := linkedWorld(t, minimal())
	s := specWith(func(s *link.Spec) { s.PocketBase.ShowControls = true })
	plan := mustPlan(t, w, s)
	if got := fieldNames(plan); !slices.Equal(got, []string{"settings: meta.hideControls"}) {
		t.Fatalf("the fields are %v", got)
	}
	if !strings.Contains(plan.Changes[0].Step, "PocketBase 2") {
		t.Errorf("the step is %q", plan.Changes[0].Step)
	}
	mustApply(t, w, plan)
	if again := mustPlan(t, w, s); !again.Empty() {
		t.Errorf("a second plan is not empty:\n%s", show(again))
	}
}

func TestPocketBaseIsWrittenLast(t *testing.T) {
	s := specWith(access("staff"), func(s *link.Spec) {
		s.PocketBase.ShowControls, s.PocketBase.CreateRule = true, new("id != ''")
	})
	w := newWorld()
	w.keys = nil
	var kinds []link.Kind
	for _, c := range mustPlan(t, w, s).Changes {
		kinds = append(kinds, c.Kind)
	}
	want := []link.Kind{link.KindMapping, link.KindKey, link.KindPair, link.KindSettings, link.KindRules,
		link.KindOAuth2}
	if !slices.Equal(kinds, want) {
		t.Errorf("the order is %v", kinds)
	}
}
