package plans_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/plans"
	"authpocket/internal/plans/undo"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// remove takes the link apart and returns the plan, as the receipt keeps it.
func (w *world) takenApart(t *testing.T, s link.Spec, see func(*link.AuthentikSnapshot)) link.Plan {
	t.Helper()
	a, p := w.observe(s.Query())
	if see != nil {
		see(&a)
	}
	plan, problems := undo.Removal(&s, &a, p, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mustApply(t, w, plan)
	return plan
}

// restored plans to take it back.
func (w *world) restored(removal link.Plan, force bool) (link.Plan, report.Problems) {
	spec := undo.SpecBefore(removal.Spec, receipt(removal))
	a, p := w.observe(spec.Query())
	plan, problems := plans.New(&spec, &a, &p, generated(9))
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	return undo.Restoration(plan, receipt(removal), force)
}

func TestWhatARemovedLinkWasComesBack(t *testing.T) {
	idToken, attribute := minimal(), minimal()
	idToken.PocketBase.UserInfo = new("id_token")
	attribute.Email = link.EmailTrustAttribute
	for name, test := range map[string]struct {
		spec link.Spec
		edit func(*world)
	}{
		"as authpocket makes it": {minimal(), nil},
		"by the ID token":        {idToken, nil},
		"by the attribute":       {attribute, nil},
		"with a logout address": {minimal(), func(w *world) {
			w.providers[0].RedirectURIs = append(w.providers[0].RedirectURIs,
				link.RedirectURI{URL: "https://pocketbase.company/bye", Mode: "strict", Type: "logout"})
		}},
		"without a signing key": {minimal(), func(w *world) {
			w.providers[0].AccessCodeValidity, w.providers[0].SubjectMode = "hours=1;minutes=5", "user_username"
		}},
		"with an inner address": {minimal(), func(w *world) {
			w.collection("users").OAuth2.Providers[1].TokenURL = "http://authentik-server:9000/application/o/token/"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, test.spec)
			if test.edit != nil {
				test.edit(w)
			}
			before := w.copy()
			plan, problems := w.restored(w.takenApart(t, test.spec, nil), false)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			mustApply(t, w, plan)
			for _, lists := range [][2][]string{
				{fieldsOf(before.providers[0]), fieldsOf(w.providers[0])},
				{fieldsOf(before.collection("users").OAuth2), fieldsOf(w.collection("users").OAuth2)},
			} {
				if !slices.Equal(lists[0], lists[1]) {
					t.Errorf("before\n%q\nafter\n%q", lists[0], lists[1])
				}
			}
		})
	}
}

// fieldsOf prints what a link decides of an object.
func fieldsOf(object any) []string {
	var out []string
	switch o := object.(type) {
	case link.ProviderState:
		for _, r := range o.RedirectURIs {
			out = append(out, r.String())
		}
		for _, m := range o.Mappings {
			out = append(out, m.Name)
		}
		slices.Sort(out)
		out = append(out, o.Name, o.ClientID, o.SigningKey.Name, o.AuthorizationFlow.Name, o.AccessCodeValidity,
			o.SubjectMode, o.IssuerMode)
	case link.OAuth2State:
		for _, p := range o.Providers {
			out = append(out, p.Slot, p.DisplayName, p.ClientID, p.AuthURL, p.TokenURL, p.UserInfoURL, p.JWKSURL,
				strings.Join(p.Issuers, " "))
		}
	}
	return out
}

func TestARemovalThatSawNoBindingsIsNotTakenBackByItself(t *testing.T) {
	s := minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	w := linkedWorld(t, s)
	s.Access = nil
	removal := w.takenApart(t, s, func(a *link.AuthentikSnapshot) {
		a.Bindings, a.Missing = nil, append(a.Missing, "authentik_policies.view_policybinding")
	})
	if _, problems := w.restored(removal, false); len(problems) != 1 || problems[0].Field != "access" ||
		!strings.Contains(problems[0].Summary.String(), "can't see") {
		t.Errorf("the problems are %v", problems)
	}
	if plan, problems := w.restored(removal, true); len(problems) > 0 || !slices.Contains(warningIDs(plan), "lost") {
		t.Errorf("forced it has the warnings %v, %v", warningIDs(plan), problems)
	}
}

func TestWhatDoesNotComeBackIsSaid(t *testing.T) {
	w := linkedWorld(t, minimal())
	p := &w.providers[0]
	p.GrantTypes, p.IncludeClaims = []string{"authorization_code", "refresh_token", "client_credentials"}, false
	p.EncryptionKey = link.Ref{ID: "key-x", Name: "x"}
	for i := range w.mappings {
		if mappings.Own(w.mappings[i].Name) {
			w.mappings[i].Expression = "return {}"
		}
	}
	plan, problems := w.restored(w.takenApart(t, minimal(), nil), false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var said []string
	for _, one := range plan.Warnings {
		if one.ID == "lost" {
			said = append(said, say.Of("%s %s", one.Summary, one.Detail).String())
		}
	}
	all := strings.Join(said, "\n")
	for _, part := range []string{"The client secret is a new one", "grant_types", "include_claims_in_id_token",
		"encryption key", "edited by hand"} {
		if !strings.Contains(all, part) {
			t.Errorf("%q does not say %q", all, part)
		}
	}
}

func TestARemovalOfASharedApplicationIsTakenBack(t *testing.T) {
	s := minimal()
	w := linkedWorld(t, s)
	own := w.collection("users").OAuth2.Providers[1]
	w.collection("members").OAuth2.Providers = append(w.collection("members").OAuth2.Providers, own)
	removal := w.takenApart(t, s, nil)
	if len(removal.Changes) != 1 {
		t.Fatalf("the removal is\n%s", show(removal))
	}
	plan, problems := w.restored(removal, false)
	if len(problems) > 0 || len(plan.Changes) != 1 || plan.Changes[0].Kind != link.KindOAuth2 {
		t.Errorf("it is\n%s%v", show(plan), problems)
	}
}

func TestARemovalBesideAnotherCollectionsLinkIsTakenBack(t *testing.T) {
	w := linkedWorld(t, minimal())
	members := specWith(makeNew, slug("members"), func(s *link.Spec) {
		s.PocketBase.Collection, s.Application.Name = new("members"), new("Members")
	})
	mustApply(t, w, mustPlan(t, w, members))
	removal := w.takenApart(t, members, nil)
	plan, problems := w.restored(removal, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for done := range len(plan.Changes) { // and after an interruption of it
		part := w.copy()
		for _, c := range plan.Changes[:done] {
			if err := part.apply(c); err != nil {
				t.Fatal(err)
			}
		}
		rest, problems := part.restored(removal, false)
		if len(problems) > 0 {
			t.Fatalf("after %d changes: %v", done, problems)
		}
		mustApply(t, part, rest)
		if len(part.apps) != 2 || len(part.providers) != 2 {
			t.Errorf("after %d changes it has %d applications and %d providers", done, len(part.apps),
				len(part.providers))
		}
	}
}

func TestTheSlugOfALinkIsNotChanged(t *testing.T) {
	w := linkedWorld(t, minimal())
	_, problems := w.plan(specWith(slug("renamed")), generated(2))
	if len(problems) != 1 || problems[0].Field != "application.slug" ||
		!strings.Contains(problems[0].Summary.String(), "with the slug “pocketbase”") {
		t.Errorf("the problems are %v", problems)
	}
}

func TestAnUndoOfNothingIsNoRestoration(t *testing.T) {
	w := newWorld()
	a, p := w.observe(new(minimal()).Query())
	plan, problems := undo.New(new(minimal()), nil, &a, &p, false)
	if again, more := plans.Again(&plan, &a, &p); len(problems)+len(more) > 0 || !again.Empty() {
		t.Errorf("made again it is\n%s%v", show(again), more)
	}
}

func TestAPartOfAPlanIsNotEnoughWithoutTheProvider(t *testing.T) {
	w := newWorld()
	plan := mustPlan(t, w, minimal())
	if part := plans.Narrow(plan, "oauth2-off"); len(part.Changes) != len(plan.Changes) || part.Only != "" {
		t.Errorf("it is\n%s", show(part))
	}
}

func TestABindingThatEndsIsNotMadeForGood(t *testing.T) {
	s := minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	w := linkedWorld(t, s)
	w.bindings[0].Expires = "2026-12-24T18:00:00Z"
	for _, access := range []*link.Access{nil, s.Access} {
		s.Access = access
		a, p := w.observe(s.Query())
		whole := plans.Whole(new(mustPlan(t, w, s)), a, p)
		if strings.Contains(show(whole), "staff") || !slices.Contains(warningIDs(whole), "binding-left-out") {
			t.Errorf("it is\n%s%v", show(whole), warningIDs(whole))
		}
	}
}

func TestARemovalTakesBothSlotsOfOneClient(t *testing.T) {
	w := linkedWorld(t, minimal())
	c := w.collection("users")
	twice := c.OAuth2.Providers[slices.IndexFunc(c.OAuth2.Providers,
		func(p link.OAuth2Provider) bool { return p.Slot == "oidc" })]
	twice.Slot = "oidc3"
	c.OAuth2.Providers = append(c.OAuth2.Providers, link.OAuth2Provider{Slot: "github", ClientID: "theirs"}, twice)
	a, p := w.observe(new(minimal()).Query())
	plan, problems := undo.Removal(new(minimal()), &a, p, false)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	left := plan.Changes[0].After.(*link.CollectionState).OAuth2.Providers
	if slices.ContainsFunc(left, func(p link.OAuth2Provider) bool { return p.ClientID == twice.ClientID }) ||
		left[len(left)-1].Slot != "github" {
		t.Errorf("what is left is %+v", left)
	}
	if !plan.Changes[0].Changed("oidc.displayName") || !plan.Changes[0].Changed("oidc3.displayName") {
		t.Errorf("the fields are\n%s", show(plan))
	}
}
