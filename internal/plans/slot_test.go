package plans_test

import (
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
)

const authorize = authentikURL + "/application/o/authorize/"

// elements puts the OpenID Connect slots after google.
func elements(w *world, list ...link.OAuth2Provider) {
	o := &w.collection("users").OAuth2
	o.Providers = append(o.Providers, list...)
}

func ours(slot, clientID string) link.OAuth2Provider {
	p := foreign(slot, clientID, authorize)
	p.DisplayName, p.TokenURL, p.UserInfoURL = "authentik", authentikURL+"/application/o/token/", authentikURL+
		"/application/o/userinfo/"
	return p
}

func TestTheSlotIsFound(t *testing.T) {
	elsewhere := "https://elsewhere.company/authorize/"
	for name, test := range map[string]struct {
		before []link.OAuth2Provider
		edit   func(*link.Spec)
		want   string
	}{
		"the first one of an empty collection": {want: "oidc"},
		"the first one that is free": {before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere),
			foreign("oidc3", "b", elsewhere)}, want: "oidc2"},
		"the one with the client ID asked for": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere), foreign("oidc2", "mine", elsewhere)},
			edit:   func(s *link.Spec) { s.Provider.ClientID = new("mine") }, want: "oidc2",
		},
		"the one that leads to this authentik and to nobody there": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere), ours("oidc2", "of a provider that is gone")},
			want:   "oidc2",
		},
		"the one that leads there only by its token URL": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere), {Slot: "oidc2", ClientID: "gone",
				AuthURL: elsewhere, TokenURL: authentikURL + "/application/o/token/"}}, want: "oidc2",
		},
		"the one that leads to the auth URL asked for": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere),
				foreign("oidc2", "gone", "https://login.company/")},
			edit: func(s *link.Spec) { s.PocketBase.AuthURL = new("https://login.company/") }, want: "oidc2",
		},
		"the one that is named": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere)},
			edit:   func(s *link.Spec) { s.PocketBase.Slot = new("oidc3") }, want: "oidc3",
		},
		"the one that is named and somebody else's, if that is to be used": {
			before: []link.OAuth2Provider{foreign("oidc", "a", elsewhere)},
			edit:   func(s *link.Spec) { s.PocketBase.Slot, s.Existing = new("oidc"), link.ExistingUse }, want: "oidc",
		},
		"the client ID counts more than the address": {
			before: []link.OAuth2Provider{ours("oidc", "gone"), foreign("oidc2", "mine", elsewhere)},
			edit:   func(s *link.Spec) { s.Provider.ClientID = new("mine") }, want: "oidc2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			elements(w, test.before...)
			s := minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			plan := mustPlan(t, w, s)
			if got := plan.Desired.Slot.Slot; got != test.want {
				t.Fatalf("got %s, want %s", got, test.want)
			}
			mustApply(t, w, plan)
			if again := mustPlan(t, w, s); !again.Empty() {
				t.Errorf("a second plan is not empty:\n%s", show(again))
			}
		})
	}
}

func TestTheSlotIsNotGuessed(t *testing.T) {
	elsewhere := "https://elsewhere.company/authorize/"
	full := []link.OAuth2Provider{foreign("oidc", "a", elsewhere), foreign("oidc2", "b", elsewhere),
		foreign("oidc3", "c", elsewhere)}
	for name, test := range map[string]struct {
		before []link.OAuth2Provider
		edit   func(*link.Spec)
		says   []string
	}{
		"all three are taken": {full, func(*link.Spec) {},
			[]string{"All three", "oidc2 (Somebody else's oidc2, " + elsewhere}},
		"the named one is somebody else's": {full[:1], func(s *link.Spec) { s.PocketBase.Slot = new("oidc") },
			[]string{"The slot oidc is taken by “Somebody else's oidc”", elsewhere}},
		"two lead here and to nobody": {[]link.OAuth2Provider{ours("oidc", "gone"), ours("oidc3", "gone too")},
			func(*link.Spec) {}, []string{"Several slots", "oidc (", "oidc3 ("}},
		"two have the client ID that is asked": {[]link.OAuth2Provider{ours("oidc", "mine"), ours("oidc2", "mine")},
			func(s *link.Spec) { s.Provider.ClientID = new("mine") }, []string{"Several slots"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			elements(w, test.before...)
			s := specWith(test.edit)
			plan, problems := w.plan(s, generated(1))
			if len(problems) != 1 || problems[0].Field != "pocketbase.slot" || !plan.Empty() {
				t.Fatalf("the problems are:\n%v", problems)
			}
			for _, part := range test.says {
				if !strings.Contains(problems[0].Summary.String(), part) {
					t.Errorf("%q does not say %q", problems[0].Summary, part)
				}
			}
		})
	}
}

func TestASecondLinkTakesASlotOfItsOwn(t *testing.T) {
	w := linkedWorld(t, minimal())
	second := specWith(func(s *link.Spec) {
		s.Application.Slug, s.Application.Name, s.Existing = new("shop"), new("Shop"), link.ExistingNew
	})
	before := w.copy()
	plan := mustPlan(t, w, second)
	if plan.Desired.Slot.Slot != "oidc2" {
		t.Fatalf("it takes the slot %s", plan.Desired.Slot.Slot)
	}
	mustApply(t, w, plan)
	for _, s := range []link.Spec{second, specWith(func(s *link.Spec) { s.Application.Slug = new("pocketbase") })} {
		if again := mustPlan(t, w, s); !again.Empty() {
			t.Errorf("a second plan is not empty:\n%s", show(again))
		}
	}
	if old := before.collection("users").OAuth2.Providers; !slices.EqualFunc(old,
		w.collection("users").OAuth2.Providers[:len(old)], sameElement) {
		t.Errorf("the elements that were there are now %v", w.collection("users").OAuth2.Providers)
	}
}

func sameElement(a, b link.OAuth2Provider) bool {
	return a.Slot == b.Slot && string(a.Raw) == string(b.Raw) && a.ClientSecret.Equal(b.ClientSecret)
}

func TestAnotherCollectionIsAsked(t *testing.T) {
	w := newWorld()
	_, problems := w.plan(specWith(func(s *link.Spec) { s.PocketBase.Collection = new("people") }), generated(1))
	if len(problems) != 1 || problems[0].Field != "pocketbase.collection" ||
		!strings.Contains(problems[0].Todo.String(), "users, members") {
		t.Errorf("the problems are:\n%v", problems)
	}
	w.collections = nil
	if _, problems = w.plan(minimal(), generated(1)); len(problems) != 1 ||
		!strings.Contains(problems[0].Todo.String(), "create an auth collection first") {
		t.Errorf("without any collection the problems are:\n%v", problems)
	}
}

func TestAnAddressThatOnlyPocketBaseUsesStays(t *testing.T) {
	for name, test := range map[string]struct {
		token string
		stays bool
	}{
		"an internal address of the same endpoint": {"http://authentik:9000/application/o/token/", true},
		"an internal address of something else":    {"http://authentik:9000/application/o/userinfo/", false},
		"the public host and another endpoint":     {authentikURL + "/application/o/pocketbase/token", false},
		"none at all":                              {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			ours := &w.collection("users").OAuth2.Providers[1]
			ours.TokenURL = test.token
			plan := mustPlan(t, w, minimal())
			if plan.Empty() != test.stays {
				t.Errorf("the plan is\n%s", show(plan))
			}
		})
	}
}

func TestMappedFieldsAreThoseOfTheCollection(t *testing.T) {
	for name, test := range map[string]struct {
		edit        func(*link.PocketBase)
		field, says string
	}{
		"a field that is not there": {func(b *link.PocketBase) { b.MapName = new("surname") },
			"pocketbase.map_name", "users has no field “surname” for the name"},
		"a field of another type": {func(b *link.PocketBase) { b.MapUsername = new("age") },
			"pocketbase.map_username", "of the type number"},
		"a file for the name": {func(b *link.PocketBase) { b.MapName = new("avatar") }, "pocketbase.map_name",
			"of the type file"},
		"the record's own id": {func(b *link.PocketBase) { b.MapID = new("id") }, "pocketbase.map_id",
			"Sign-ins fail"},
		"a flag for the avatar": {func(b *link.PocketBase) { b.MapAvatar = new("verified") },
			"pocketbase.map_avatar", "of the type bool"},
		"a field that takes the avatar": {func(b *link.PocketBase) { b.MapAvatar = new("avatar") }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := newWorld().plan(specWith(func(s *link.Spec) { test.edit(&s.PocketBase) }), generated(1))
			if test.field == "" {
				if len(problems) > 0 {
					t.Errorf("there are problems:\n%v", problems)
				}
				return
			}
			if len(problems) != 1 || problems[0].Field != test.field ||
				!strings.Contains(problems[0].Summary.String(), test.says) {
				t.Errorf("the problems are:\n%v", problems)
			}
		})
	}
}

func TestWhatIsMappedAlreadyIsNotJudged(t *testing.T) {
	w := newWorld()
	w.collection("users").OAuth2.Mapped = link.MappedFields{ID: "id", Name: "age", Username: "gone"}
	plan := mustPlan(t, w, minimal())
	if got := plan.Desired.Collection.OAuth2.Mapped; got != (link.MappedFields{ID: "id", Name: "age",
		Username: "gone"}) {
		t.Errorf("the mapped fields become %+v", got)
	}
}
